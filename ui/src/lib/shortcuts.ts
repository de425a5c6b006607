/** Whether this is a Mac, where Cmd stands for Ctrl. */
const isMac = typeof navigator !== "undefined" && /mac/i.test(navigator.platform);

/** A key combination, for example "Mod+Shift+R": Mod is Ctrl, or Cmd on a Mac. */
export type Combination = string;

/** Whether the event is exactly this combination. */
export function pressed(event: KeyboardEvent, combination: Combination): boolean {
  const keys = partsOf(combination);
  const key = keys.pop() ?? "";
  const mod = isMac ? event.metaKey : event.ctrlKey;
  const other = isMac ? event.ctrlKey : event.metaKey;
  return (
    event.key.toLowerCase() === key.toLowerCase() &&
    mod === keys.includes("Mod") &&
    // Where the plus is on the keyboard, Shift may be needed for it.
    (event.shiftKey === keys.includes("Shift") || key === "+") &&
    event.altKey === keys.includes("Alt") &&
    !other
  );
}

/** The key may be a plus itself: "Mod++". */
function partsOf(combination: Combination): string[] {
  return combination.endsWith("++") ? [...combination.slice(0, -2).split("+"), "+"] : combination.split("+");
}

/** The keys as they are shown: ["Ctrl", "Shift", "R"]. */
export function keysOf(combination: Combination): string[] {
  return partsOf(combination).map((key) => (key === "Mod" ? (isMac ? "Cmd" : "Ctrl") : key));
}
