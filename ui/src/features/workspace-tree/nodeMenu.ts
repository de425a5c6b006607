import type { MenuEntry } from "../../components/menu";
import type { NodeView } from "../../ipc";
import { keysOf } from "../../lib/shortcuts";

/** What can be done with a row of the tree. */
export interface TreeActions {
  open: (id: string) => void;
  rename: (id: string) => void;
  duplicate: (id: string) => void;
  remove: (id: string) => void;
  run: (id: string) => void;
  cut: (id: string) => void;
  /** Undefined while nothing was cut. */
  paste?: (id: string) => void;
  move: (id: string, step: 1 | -1) => void;
  create: (parent: string, kind: "folder" | "request") => void;
}

/** The context menu of a row. */
export function nodeMenu(node: NodeView | undefined, actions: TreeActions): MenuEntry[] {
  if (!node) return [];
  const { id, kind } = node;
  const inside: MenuEntry[] =
    kind === "request"
      ? []
      : [
          { label: "New request", icon: "plus", onselect: () => actions.create(id, "request") },
          { label: "New folder", icon: "folder", onselect: () => actions.create(id, "folder") },
          "separator",
        ];
  return [
    ...inside,
    { label: "Open", icon: "enter", onselect: () => actions.open(id) },
    { label: `Run ${kind}`, icon: "play", testid: "run-node", onselect: () => actions.run(id) },
    { label: "Rename", icon: "pencil", shortcut: keysOf("F2"), onselect: () => actions.rename(id) },
    { label: "Duplicate", icon: "copy", shortcut: keysOf("Mod+D"), onselect: () => actions.duplicate(id) },
    { label: "Cut", icon: "cut", shortcut: keysOf("Mod+X"), onselect: () => actions.cut(id) },
    {
      label: "Paste",
      icon: "paste",
      shortcut: keysOf("Mod+V"),
      disabled: !actions.paste,
      onselect: () => actions.paste?.(id),
    },
    {
      label: "Move up",
      icon: "arrow-u",
      shortcut: keysOf("Alt+ArrowUp"),
      onselect: () => actions.move(id, -1),
    },
    {
      label: "Move down",
      icon: "arrow-d",
      shortcut: keysOf("Alt+ArrowDown"),
      onselect: () => actions.move(id, 1),
    },
    "separator",
    {
      label: `Delete ${kind}`,
      icon: "trash",
      danger: true,
      shortcut: keysOf("Del"),
      onselect: () => actions.remove(id),
    },
  ];
}
