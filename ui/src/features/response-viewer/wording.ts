import type { SendIntent, SendProgress } from "../../ipc";
import { size } from "../../lib/format";

/** The stage of a send, for a person. */
export function stage(progress: SendProgress | null): string {
  switch (progress?.stage) {
    case "token":
      return "Getting a token";
    case "connecting":
      return "Connecting";
    case "receiving": {
      const got = size(progress.bytes ?? 0);
      return progress.of ? `${got} of ${size(progress.of)}` : `${got} received`;
    }
    case "waiting":
      return "Waiting for the answer";
    default:
      return "Sending";
  }
}

/** What the offers of a held-back request say, and the names that tests know them by. */
export const OFFERS: Record<SendIntent, { label: string; testid: string }> = {
  plain: { label: "Send again", testid: "send-again" },
  refresh_and_send: { label: "Refresh and send", testid: "refresh-and-send" },
  sign_in_and_send: { label: "Sign in and send", testid: "sign-in-again" },
  get_token_and_send: { label: "Get token and send", testid: "get-token-and-send" },
  send_anyway: { label: "Send anyway", testid: "send-anyway" },
  send_without_token: { label: "Send without token", testid: "send-without-token" },
};

/** The colour of a status code: what the answer means, not a grade. */
export function statusTone(status: number): "ok" | "warn" | "bad" | "plain" {
  if (status >= 500) return "bad";
  if (status >= 400) return "warn";
  return status >= 200 && status < 300 ? "ok" : "plain";
}
