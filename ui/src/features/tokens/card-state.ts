import type { Health } from "../../components/HealthGlyph.svelte";
import type { IconName } from "../../components/icons";
import type { StatusView, TokenCardView } from "../../ipc";
import { clockTime, countdown, roughly } from "../../lib/timeLeft";

/** What happened to a token a moment ago in this window: not a status, but worth a word. */
export interface Moment {
  kind: "refreshed" | "obtained" | "revoked";
  /** Milliseconds since 1970. */
  at: number;
}

/** Everything that the token card says about a token, decided in one place. */
export interface CardState {
  status: StatusView;
  tone: "ok" | "warn" | "bad" | "none" | "accent";
  /** Stands in the ring instead of digits. */
  icon: IconName | null;
  /** The first words, in the colour of the state; the rest follows in plain colour. */
  lead: string;
  rest: string;
  /** The one solid button of the card; null while all is well. */
  solid: "get" | "refresh" | "auto-refresh" | null;
  getLabel: "Get new token" | "Sign in again";
  /** Why "Refresh now" cannot be pressed; null when it can. */
  refreshBlocked: string | null;
  flash: boolean;
}

/** What the decision needs beside the card. */
export interface Situation {
  now: number;
  /** The grant asks a person each time. */
  interactive: boolean;
  moment?: Moment;
  /** A refresh was asked for in this window and is under way. */
  refreshing?: boolean;
}

/** How long a refresh is told, at most; of a short life no more than a fifth. */
const REFRESHED_SHOWN_MS = 4_000;
const PASSING = ["network", "tls", "timeout"];

/** The status as it is now: a token that has run out says so before the native side tells. */
export function statusNow(token: { status: StatusView; expiresAt: number | null }, now: number): StatusView {
  const alive = ["valid", "expiring", "failed"].includes(token.status);
  return alive && token.expiresAt !== null && token.expiresAt <= now ? "expired" : token.status;
}

export function cardState(card: TokenCardView, situation: Situation): CardState {
  const { now, interactive, moment } = situation;
  const status = situation.refreshing ? "refreshing" : statusNow(card, now);
  const left = card.expiresAt === null ? null : card.expiresAt - now;
  const until = card.expiresAt === null ? null : clockTime(card.expiresAt, now);
  const renewable = card.hasRefreshToken || !interactive;
  const base: CardState = {
    status,
    tone: "ok",
    icon: null,
    lead: "",
    rest: "",
    solid: null,
    getLabel: interactive && status !== "none" && status !== "valid" ? "Sign in again" : "Get new token",
    refreshBlocked: refreshBlocked(card, status, renewable),
    flash: false,
  };
  const why = card.reason ? sentence(card.reason) : "";
  switch (status) {
    case "none":
      return moment?.kind === "revoked"
        ? {
            ...base,
            tone: "bad",
            icon: "x",
            lead: "Revoked",
            rest: ` by you at ${clockTime(moment.at, now)}. ${why}`,
            solid: "get",
          }
        : {
            ...base,
            tone: "none",
            icon: "key",
            rest: `No token yet. ${why || whatSendDoes(card)}`,
            solid: "get",
          };
    case "refreshing":
      return {
        ...base,
        tone: "accent",
        icon: "refresh",
        rest:
          left !== null && left > 0 ? `Refreshing. Old token in use for ${countdown(left)}` : "Refreshing",
      };
    case "valid":
      if (moment && moment.kind !== "revoked" && now - moment.at < shownFor(card)) {
        const lead = moment.kind === "refreshed" ? "Refreshed" : "Received";
        return {
          ...base,
          icon: "check",
          lead,
          rest: ` just now${until ? `, until ${until}` : ""}`,
          flash: true,
        };
      }
      return {
        ...base,
        lead: "Valid",
        rest: until ? ` until ${until}` : ", no expiry given",
        icon: until ? null : "check",
      };
    case "expiring":
      if (card.autoRefresh && renewable) {
        return { ...base, tone: "warn", lead: "Expires soon.", rest: " It is about to be renewed" };
      }
      return {
        ...base,
        tone: "warn",
        lead: "Expires soon.",
        rest: card.autoRefresh ? " There is no refresh token" : " Auto-refresh is off",
        solid: renewable ? "refresh" : "get",
      };
    case "failed":
      return {
        ...base,
        tone: "warn",
        lead: "Couldn’t refresh.",
        rest: ` ${why}${until ? ` The token holds until ${until}.` : ""}`,
        solid: renewable && PASSING.includes(card.failure?.code ?? "network") ? "refresh" : "get",
      };
    case "expired": {
      const past = card.expiresAt === null ? "" : roughly(now - card.expiresAt);
      const when = past === "" || past === "just now" ? past : `${past} ago`;
      return {
        ...base,
        tone: "bad",
        icon: "x",
        lead: "Expired",
        rest: `${when ? ` ${when}` : ""}. ${why || whyNotRenewed(card, renewable)}`,
        solid: renewable ? "refresh" : "get",
      };
    }
    case "sign-in-needed":
      return { ...base, tone: "bad", icon: "x", lead: "Sign-in needed.", rest: ` ${why}`, solid: "get" };
  }
}

function shownFor({ obtainedAt, expiresAt }: TokenCardView): number {
  if (obtainedAt === null || expiresAt === null) return REFRESHED_SHOWN_MS;
  return Math.min(REFRESHED_SHOWN_MS, (expiresAt - obtainedAt) / 5);
}

function refreshBlocked(card: TokenCardView, status: StatusView, renewable: boolean): string | null {
  if (status === "none") return "There is no token to refresh";
  if (status === "refreshing") return "It is being refreshed";
  if (status === "sign-in-needed") return "The provider refused the refresh token";
  return renewable ? null : "The provider issued no refresh token";
}

function whyNotRenewed(card: TokenCardView, renewable: boolean): string {
  if (!renewable) return "No refresh token was issued; add offline_access to get one.";
  return card.autoRefresh ? "It is renewed when it is next used." : "Auto-refresh is off.";
}

/** What the next Send does without a token, in the words of the line that promises it. */
function whatSendDoes({ willSend }: TokenCardView): string {
  return willSend.tone === "calm" ? "The next send gets one." : "A send is held back until there is one.";
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** The glyph for a status in tree, tabs and lists. */
export function healthOf(status: StatusView): Health {
  if (status === "valid" || status === "refreshing") return "valid";
  if (status === "expiring" || status === "failed") return "expiring";
  return status === "none" ? "none" : "expired";
}

/** What a list says at the end of a token's row: the time left, or why there is none. */
export function timeLeft(token: { expiresAt: number | null }, status: StatusView, now: number): string {
  if (status === "sign-in-needed") return "Sign in";
  if (status === "expired") return "Expired";
  if (status === "none") return "None";
  return token.expiresAt === null ? "" : countdown(Math.max(0, token.expiresAt - now));
}

/** The status in words, for labels. */
export const STATUS_WORDS: Record<StatusView, string> = {
  none: "no token yet",
  valid: "token valid",
  expiring: "token expires soon",
  expired: "token expired",
  refreshing: "token is being refreshed",
  failed: "token could not be refreshed",
  "sign-in-needed": "sign-in needed",
};
