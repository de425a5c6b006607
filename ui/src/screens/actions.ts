import type { IconName } from "../components/icons";
import type { Combination } from "../lib/shortcuts";
import type { Desk } from "./desk.svelte";
import type { Layout } from "./layout.svelte";

/** Something that a person can do, by key or from the palette. */
export interface Action {
  id: string;
  label: string;
  icon?: IconName;
  /** The first one is shown. */
  keys?: Combination[];
  /** It is about what is open. */
  current?: boolean;
  /** Found by these words too. */
  also?: string;
  /** Only keys: it makes no line of the palette. */
  silent?: boolean;
  run: () => void;
}

/** What actions need beyond the desk. */
export interface ActionTargets {
  focusUrl: () => void;
  focusFilter: () => void;
  chooseEnvironment: () => void;
  showSide: (tab: "collections" | "history" | "environments") => void;
  chooseTheme: (theme: "system" | "dark" | "light") => void;
  zoom: (step: 1 | -1 | 0) => void;
}

/** Every action of the window, as it is possible right now. */
export function windowActions(desk: Desk, layout: Layout, targets: ActionTargets): Action[] {
  return [
    ...ofTheRequest(desk, targets),
    ...ofTheNode(desk),
    ...ofTheWorkspace(desk, targets),
    ...ofTabs(desk),
    ...ofTheWindow(desk, layout, targets),
  ];
}

function ofTheRequest(desk: Desk, { focusUrl }: ActionTargets): Action[] {
  const { active } = desk.tabs;
  const node = active === null ? undefined : desk.tree.byId.get(active);
  if (!node || !active || desk.aside) return [];
  const token = desk.authorization();
  const oauth = desk.health(active) !== undefined;
  const actions: Action[] = [];
  const add = (action: Omit<Action, "current">) => actions.push({ ...action, current: true });
  if (node.kind === "request") {
    add({
      id: "send",
      label: `Send ${node.name}`,
      icon: "send",
      keys: ["Mod+Enter"],
      run: () => void desk.send(),
    });
    add({
      id: "send-download",
      label: `Send ${node.name} and save the response`,
      icon: "download",
      keys: ["Mod+Shift+Enter"],
      run: () => void desk.sendAndSave(),
    });
    if (desk.exchanges.running(active)) {
      add({ id: "cancel", label: "Cancel the request", icon: "stop", run: () => desk.cancel() });
    }
    add({
      id: "curl",
      label: "Copy as cURL",
      icon: "terminal",
      keys: ["Mod+Shift+C"],
      run: () => void desk.copyAsCurl(),
    });
    add({
      id: "code",
      label: "Generate code",
      icon: "code",
      also: "curl python javascript snippet",
      run: () => void desk.problems.attempt(() => desk.code.show(active)),
    });
    add({ id: "url", label: "Edit the URL", icon: "link", keys: ["Mod+L"], run: focusUrl });
  }
  if (oauth && token) {
    add({
      id: "get-token",
      label: `Get new token for ${node.name}`,
      icon: "key",
      keys: ["Mod+Shift+A"],
      also: "sign in login",
      run: () => void token.get(),
    });
    add({
      id: "refresh-token",
      label: `Refresh token of ${node.name}`,
      icon: "refresh",
      keys: ["Mod+Shift+R"],
      also: "renew",
      run: () => void token.refresh(),
    });
  }
  return actions;
}

function ofTheNode(desk: Desk): Action[] {
  const { active } = desk.tabs;
  const node = active === null ? undefined : desk.tree.byId.get(active);
  if (!node || desk.aside) return [];
  const { id, name } = node;
  return [
    {
      id: "rename",
      label: `Rename ${name}`,
      icon: "pencil",
      current: true,
      run: () => {
        desk.tree.unfold(id);
        desk.tree.renaming = id;
      },
    },
    {
      id: "duplicate",
      label: `Duplicate ${name}`,
      icon: "copy",
      current: true,
      run: () => void desk.problems.attempt(() => desk.tree.duplicate(id)),
    },
    {
      id: "trust",
      label: "Look at the scripts of this collection",
      icon: "code",
      also: "trust run allow",
      run: () => void desk.askTrust(id),
    },
    {
      id: "run",
      label: `Run ${name}`,
      icon: "play",
      current: true,
      also: "runner test",
      run: () => void desk.run(id),
    },
    { id: "delete", label: `Delete ${name}`, icon: "trash", current: true, run: () => void desk.remove(id) },
  ];
}

function ofTheWorkspace(desk: Desk, targets: ActionTargets): Action[] {
  return [
    {
      id: "new-request",
      label: "New request",
      icon: "plus",
      keys: ["Mod+N", "Mod+T"],
      run: () => void desk.create("request"),
    },
    { id: "new-folder", label: "New folder", icon: "folder", run: () => void desk.create("folder") },
    { id: "new-collection", label: "New collection", icon: "box", run: () => void desk.create("collection") },
    {
      id: "import",
      label: "Import",
      icon: "import-tray",
      keys: ["Mod+O"],
      also: "open file postman curl openapi",
      run: () => desk.importing.show(),
    },
    { id: "playground", label: "Open the playground", icon: "play", run: () => void desk.playground() },
    {
      id: "environment",
      label: "Choose environment",
      icon: "sliders",
      keys: ["Mod+E"],
      run: targets.chooseEnvironment,
    },
    {
      id: "new-environment",
      label: "New environment",
      icon: "plus",
      run: () => {
        targets.showSide("environments");
        void desk.problems.attempt(() =>
          desk.environments.create(`Environment ${desk.environments.list.length + 1}`),
        );
      },
    },
    {
      id: "globals",
      label: "Edit global variables",
      icon: "globe",
      run: () => {
        targets.showSide("environments");
        desk.environments.openGlobals();
      },
    },
    {
      id: "all-tokens",
      label: "All tokens",
      icon: "expand",
      keys: ["Mod+Shift+O"],
      run: () => (desk.tokens.allShown = true),
    },
    { id: "history", label: "Show history", icon: "clock", run: () => targets.showSide("history") },
  ];
}

function ofTabs(desk: Desk): Action[] {
  const { tabs } = desk;
  const digits = Array.from({ length: 9 }, (_, at): Action => ({
    id: `tab-${at + 1}`,
    label: `Tab ${at + 1}`,
    keys: [`Mod+${at + 1}`],
    silent: true,
    run: () => {
      const id = tabs.ids[at];
      if (id) desk.open(id);
    },
  }));
  return [
    {
      id: "close-tab",
      label: "Close tab",
      icon: "x",
      keys: ["Mod+W"],
      run: () => tabs.active && tabs.close([tabs.active]),
    },
    { id: "close-tabs", label: "Close all tabs", icon: "x", run: () => tabs.close(tabs.ids) },
    { id: "reopen-tab", label: "Reopen tab", icon: "enter", keys: ["Mod+Shift+T"], run: () => tabs.reopen() },
    { id: "next-tab", label: "Next tab", icon: "chev-r", keys: ["Mod+Tab"], run: () => tabs.move(1) },
    {
      id: "previous-tab",
      label: "Previous tab",
      icon: "chev-r",
      keys: ["Mod+Shift+Tab"],
      run: () => tabs.move(-1),
    },
    ...digits,
  ];
}

function ofTheWindow(desk: Desk, layout: Layout, targets: ActionTargets): Action[] {
  return [
    {
      id: "palette",
      label: "Command palette",
      keys: ["Mod+K"],
      silent: true,
      run: () => desk.palette.show(),
    },
    {
      id: "go-to",
      label: "Go to request",
      icon: "search",
      keys: ["Mod+P"],
      run: () => desk.palette.show("/"),
    },
    {
      id: "filter",
      label: "Filter the tree",
      icon: "filter",
      keys: ["Mod+Shift+F"],
      run: targets.focusFilter,
    },
    {
      id: "sidebar",
      label: "Show or hide the sidebar",
      icon: "pane-l",
      keys: ["Mod+B"],
      run: () => layout.toggleSidebar(),
    },
    {
      id: "split",
      label: layout.responseRight ? "Move the response to the bottom" : "Move the response to the right",
      icon: "pane-r",
      keys: ["Mod+\\"],
      run: () => layout.toggleSplit(),
    },
    {
      id: "settings",
      label: "Settings",
      icon: "gear",
      keys: ["Mod+,"],
      also: "preferences options",
      run: () => desk.settings.show(),
    },
    { id: "key-store", label: "How secrets are protected", icon: "lock", run: () => desk.keyStore.ask() },
    {
      id: "theme-system",
      label: "Theme: as the system",
      icon: "monitor",
      run: () => targets.chooseTheme("system"),
    },
    { id: "theme-dark", label: "Theme: dark", icon: "moon", run: () => targets.chooseTheme("dark") },
    { id: "theme-light", label: "Theme: light", icon: "sun", run: () => targets.chooseTheme("light") },
    { id: "zoom-in", label: "Zoom in", icon: "plus", keys: ["Mod++", "Mod+="], run: () => targets.zoom(1) },
    { id: "zoom-out", label: "Zoom out", icon: "minus", keys: ["Mod+-"], run: () => targets.zoom(-1) },
    { id: "zoom-reset", label: "Actual size", icon: "search", keys: ["Mod+0"], run: () => targets.zoom(0) },
    { id: "next-pane", label: "Next pane", icon: "chev-r", keys: ["F6"], run: () => focusNextPane(1) },
    {
      id: "previous-pane",
      label: "Previous pane",
      icon: "chev-r",
      keys: ["Shift+F6"],
      run: () => focusNextPane(-1),
    },
  ];
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
