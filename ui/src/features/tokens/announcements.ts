import type { TokenCardView } from "../../ipc";
import { spokenDuration } from "../../lib/timeLeft";

/** What a screen reader is told when a token changed; null when nothing worth a word did. */
export function announcement(before: TokenCardView, after: TokenCardView, now: number): string | null {
  const { name } = after;
  const renewed = after.obtainedAt !== null && after.obtainedAt !== before.obtainedAt;
  if (renewed) {
    const how = before.obtainedAt === null ? "received" : "refreshed";
    const valid =
      after.expiresAt === null ? "" : `, valid for ${spokenDuration(after.expiresAt - now + 500)}`;
    return `${name} ${how}${valid}`;
  }
  if (!before.waiting && after.waiting) return "Waiting for sign-in";
  if (after.status === before.status) return null;
  switch (after.status) {
    case "expiring":
      return after.autoRefresh ? null : `${name} expires soon`;
    case "expired":
      return `${name} expired`;
    case "failed":
      return `${name} could not be refreshed`;
    case "sign-in-needed":
      return `${name}: sign-in needed`;
    case "none":
      return `${name} is gone`;
    default:
      return null;
  }
}
