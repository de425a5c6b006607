import { pressed } from "../../lib/shortcuts";
import type { TypeAhead } from "../../lib/typeAhead";
import type { TreeActions } from "./nodeMenu";
import type { WorkspaceTree } from "./workspace-tree.svelte";

/** The keys of a tree (APG treeview), and those of its rows. Says whether the key was one of them. */
export function treeKeys(
  event: KeyboardEvent,
  tree: WorkspaceTree,
  actions: TreeActions,
  typeAhead: TypeAhead,
): boolean {
  const at = tree.cursorIndex;
  const row = tree.rows[at];
  const go = (index: number) => {
    const target = tree.rows[Math.min(Math.max(index, 0), tree.rows.length - 1)];
    if (target) tree.cursor = target.node.id;
    return true;
  };
  if (pressed(event, "ArrowDown")) return go(at + 1);
  if (pressed(event, "ArrowUp")) return go(at - 1);
  if (pressed(event, "Home")) return go(0);
  if (pressed(event, "End")) return go(tree.rows.length - 1);
  if (pressed(event, "PageDown")) return go(at + 15);
  if (pressed(event, "PageUp")) return go(at - 15);
  if (!row) return false;
  const { id, kind } = row.node;
  if (pressed(event, "ArrowRight")) {
    if (row.expanded === false) tree.toggle(id, true);
    else if (row.expanded && tree.rows[at + 1]?.node.parent === id) go(at + 1);
    return true;
  }
  if (pressed(event, "ArrowLeft")) {
    if (row.expanded && !tree.filter) tree.toggle(id, false);
    else if (row.node.parent) tree.cursor = row.node.parent;
    return true;
  }
  if (pressed(event, "Enter")) actions.open(id);
  else if (pressed(event, " ")) {
    if (kind === "request") actions.open(id);
    else tree.toggle(id);
  } else if (pressed(event, "F2")) actions.rename(id);
  else if (pressed(event, "Delete")) actions.remove(id);
  else if (pressed(event, "Mod+D")) actions.duplicate(id);
  else if (pressed(event, "Mod+X")) actions.cut(id);
  else if (pressed(event, "Mod+V")) actions.paste?.(id);
  else if (pressed(event, "Alt+ArrowUp")) actions.move(id, -1);
  else if (pressed(event, "Alt+ArrowDown")) actions.move(id, 1);
  else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const index = tree.rowByPrefix(typeAhead.typed(event.key, event.timeStamp));
    if (index >= 0) go(index);
  } else return false;
  return true;
}
