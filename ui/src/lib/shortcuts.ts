/** Whether this is a Mac, where Cmd stands for Ctrl. */
const isMac = typeof navigator !== "undefined" && /mac/i.test(navigator.platform);

/** A key combination, for example "Mod+Shift+R": Mod is Ctrl, or Cmd on a Mac. */
export type Combination = string;

/** Whether the event is exactly this combination. */
export function pressed(event: KeyboardEvent, combination: Combination): boolean {
  const keys = combination.split("+");
  const key = keys.pop() ?? "";
  const mod = isMac ? event.metaKey : event.ctrlKey;
  const other = isMac ? event.ctrlKey : event.metaKey;
  return (
    event.key.toLowerCase() === key.toLowerCase() &&
    mod === keys.includes("Mod") &&
    event.shiftKey === keys.includes("Shift") &&
    event.altKey === keys.includes("Alt") &&
    !other
  );
}

/** The keys as they are shown: ["Ctrl", "Shift", "R"]. */
export function keysOf(combination: Combination): string[] {
  return combination.split("+").map((key) => (key === "Mod" ? (isMac ? "Cmd" : "Ctrl") : key));
}
