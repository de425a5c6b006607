import { pressed } from "../lib/shortcuts";
import type { Desk } from "./desk.svelte";
import type { Layout } from "./layout.svelte";

/** What the keys of the window need beyond the desk. */
export interface KeyTargets {
  focusUrl: () => void;
  focusFilter: () => void;
}

/** The shortcuts of the window. Says whether the key was one of them. */
export function windowKeys(event: KeyboardEvent, desk: Desk, layout: Layout, targets: KeyTargets): boolean {
  const { tabs } = desk;
  const keys: [combination: string, run: () => void][] = [
    ["Mod+Enter", () => void desk.send()],
    ["Mod+Shift+A", () => void desk.authorization()?.get()],
    ["Mod+Shift+R", () => void desk.authorization()?.refresh()],
    ["Mod+Shift+O", () => (desk.tokens.allShown = true)],
    ["Mod+B", () => layout.toggleSidebar()],
    ["Mod+\\", () => layout.toggleSplit()],
    ["Mod+L", targets.focusUrl],
    ["Mod+Shift+F", targets.focusFilter],
    ["Mod+O", () => desk.importing.show()],
    ["Mod+N", () => void desk.create("request")],
    ["Mod+T", () => void desk.create("request")],
    ["Mod+W", () => tabs.active && tabs.close([tabs.active])],
    ["Mod+Shift+T", () => tabs.reopen()],
    ["Mod+Tab", () => tabs.move(1)],
    ["Mod+Shift+Tab", () => tabs.move(-1)],
    ["F6", () => focusNextPane(1)],
    ["Shift+F6", () => focusNextPane(-1)],
  ];
  const hit = keys.find(([combination]) => pressed(event, combination));
  if (hit) {
    hit[1]();
    return true;
  }
  if (event.key === "Escape" && !event.defaultPrevented && tabs.active) {
    if (!desk.exchanges.running(tabs.active)) return false;
    void desk.problems.attempt(() => desk.exchanges.cancel(tabs.active ?? ""));
    return true;
  }
  const digit = /^[1-9]$/.test(event.key) && pressed(event, `Mod+${event.key}`) ? Number(event.key) : 0;
  const id = tabs.ids[digit - 1];
  if (digit === 0) return false;
  if (id) desk.open(id);
  return true;
}

const FOCUSABLE =
  'button:not(:disabled), input:not(:disabled), [contenteditable="true"], [tabindex]:not([tabindex="-1"]), a[href]';

/** Moves the focus to the next region of the window: its selected or first control. */
function focusNextPane(step: 1 | -1): void {
  const panes = [...document.querySelectorAll<HTMLElement>("[data-pane]")];
  const here = panes.findIndex((pane) => pane.contains(document.activeElement));
  for (let tried = 1; tried <= panes.length; tried++) {
    const pane = panes[(here + step * tried + panes.length * 2) % panes.length];
    const target =
      pane?.querySelector<HTMLElement>('[role="tree"], [contenteditable="true"]') ??
      pane?.querySelector<HTMLElement>(FOCUSABLE);
    if (!target) continue;
    target.focus();
    return;
  }
}
