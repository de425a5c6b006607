import type { TokenCardView, TokenView } from "../../ipc";

const FIVE_MINUTES = 300_000;
const MINUTE = 60_000;
/** The native side has to have noticed it too. */
const AFTER_MS = 150;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The margin before expiry in which a token is renewed: a minute, or a fifth of a life under five minutes. */
export function defaultMargin(obtainedAt: number, expiresAt: number): number {
  const lifetime = expiresAt - obtainedAt;
  return lifetime < FIVE_MINUTES ? lifetime / 5 : MINUTE;
}

/** Milliseconds until a status changes by the passing of time alone; null when none will. */
export function nextChange(
  list: readonly Pick<TokenView, "obtainedAt" | "expiresAt">[],
  cards: readonly Pick<TokenCardView, "obtainedAt" | "expiresAt" | "renewsAt">[],
  now: number,
): number | null {
  const moments = [...list, ...cards].flatMap(({ obtainedAt, expiresAt }) =>
    expiresAt === null || obtainedAt === null
      ? []
      : [expiresAt - defaultMargin(obtainedAt, expiresAt), expiresAt],
  );
  moments.push(...cards.flatMap(({ renewsAt }) => renewsAt ?? []));
  const coming = moments.filter((moment) => moment > now);
  if (coming.length === 0) return null;
  return Math.min(Math.min(...coming) - now + AFTER_MS, LONGEST_TIMER_MS);
}
