import type { CheckView, ClaimView } from "../../ipc";
import { ago, countdown } from "../../lib/timeLeft";

/** How a claim is coloured: the JSON type of its value. */
export function claimKind(json: string): "s" | "n" | "" {
  if (json.startsWith('"')) return "s";
  return /^-?\d/.test(json) ? "n" : "";
}

/** A time claim against now: "48 s ago", "in 4:12"; nothing for the others. */
export function claimNote(claim: ClaimView, now: number): string {
  if (claim.time === null) return "";
  return claim.time > now ? `in ${countdown(claim.time - now)}` : ago(now - claim.time);
}

/** The names of checks as people say them; the protocol's own where people say nothing else. */
const CHECK_NAMES: Record<string, string> = {
  signature: "signature",
  iss: "issuer",
  aud: "audience",
  exp: "expiry",
  nbf: "not before",
  iat: "issued at",
  sub: "subject",
};

export function checkName(check: string): string {
  return CHECK_NAMES[check] ?? check;
}

export const CHECK_RESULT_WORDS: Record<string, string> = {
  pass: "passed",
  fail: "failed",
  skipped: "not applicable",
};

/** The verdict over all checks. None at all is no verdict. */
export function verdict(checks: readonly CheckView[]): "verified" | "failed" | null {
  if (checks.some((check) => check.result === "fail")) return "failed";
  return checks.some((check) => check.check === "signature" && check.result === "pass") ? "verified" : null;
}
