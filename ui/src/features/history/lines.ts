import type { HistoryView } from "../../ipc";

/** A line of the list: a day, or an exchange. */
export type HistoryLine = { day: string } | { entry: HistoryView };

/** The exchanges, newest first, with a heading wherever the day changes. */
export function historyLines(rows: readonly HistoryView[], now: number): HistoryLine[] {
  const lines: HistoryLine[] = [];
  let before = "";
  for (const entry of rows) {
    const day = dayOf(entry.at, now);
    if (day !== before) lines.push({ day });
    before = day;
    lines.push({ entry });
  }
  return lines;
}

function dayOf(at: number, now: number): string {
  const midnight = new Date(now);
  midnight.setHours(0, 0, 0, 0);
  const days = Math.ceil((midnight.getTime() - at) / 86_400_000);
  if (days <= 0) return "Today";
  if (days === 1) return "Yesterday";
  const sameYear = new Date(at).getFullYear() === midnight.getFullYear();
  return new Date(at).toLocaleDateString("en", {
    weekday: "short",
    day: "numeric",
    month: "long",
    year: sameYear ? undefined : "numeric",
  });
}

/** What tells one request of an API from another: path and query, without the origin. */
export function shortUrl(url: string): string {
  const short = url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, "");
  return short === "" || short === "/" ? url : short;
}
