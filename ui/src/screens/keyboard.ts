import { pressed } from "../lib/shortcuts";
import type { Action } from "./actions";
import type { Desk } from "./desk.svelte";

/** The shortcuts of the window. Says whether the key was one of them. */
export function windowKeys(event: KeyboardEvent, desk: Desk, actions: readonly Action[]): boolean {
  const hit = actions.find(({ keys }) => keys?.some((combination) => pressed(event, combination)));
  if (hit) {
    hit.run();
    return true;
  }
  if (event.key === "Escape" && !event.defaultPrevented) return desk.cancel();
  return false;
}
