const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "4:12" under an hour, "11 h" under a day, "3 d". Never below "0:00". */
export function countdown(ms: number): string {
  const left = Math.max(0, ms);
  if (left >= DAY) return `${Math.floor(left / DAY)} d`;
  if (left >= HOUR) return `${Math.floor(left / HOUR)} h`;
  const seconds = Math.floor(left / SECOND);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** The same for a screen reader, to the minute: it must not change every second. */
export function spokenDuration(ms: number): string {
  const left = Math.max(0, ms);
  if (left < MINUTE) return "less than a minute";
  const parts: [number, string][] = [
    [Math.floor(left / DAY), "day"],
    [Math.floor((left % DAY) / HOUR), "hour"],
    [Math.floor((left % HOUR) / MINUTE), "minute"],
  ];
  return parts
    .filter(([count]) => count > 0)
    .slice(0, 2)
    .map(([count, unit]) => `${count} ${unit}${count === 1 ? "" : "s"}`)
    .join(" ");
}

/** "just now", "48 s", "12 min", "5 h", "3 d": how long ago, without the "ago". */
export function roughly(ms: number): string {
  const past = Math.max(0, ms);
  if (past < 2 * SECOND) return "just now";
  if (past < MINUTE) return `${Math.floor(past / SECOND)} s`;
  if (past < HOUR) return `${Math.floor(past / MINUTE)} min`;
  if (past < DAY) return `${Math.floor(past / HOUR)} h`;
  return `${Math.floor(past / DAY)} d`;
}

/** "12 min ago", "just now". */
export function ago(ms: number): string {
  const past = roughly(ms);
  return past === "just now" ? past : `${past} ago`;
}

/** "14:07:11" on the day of `now`, "18 May, 14:07" on any other. Local time. */
export function clockTime(at: number, now: number): string {
  const date = new Date(at);
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) =>
    String(part).padStart(2, "0"),
  );
  if (date.toDateString() === new Date(now).toDateString()) return time.join(":");
  const day = date.toLocaleDateString("en", { day: "numeric", month: "short" });
  return `${day}, ${time[0]}:${time[1]}`;
}
