import type { NodeView } from "../../ipc";
import type { ChildrenOf, TreeRow } from "./rows";

/** Where a node can be put: into a parent (null: among the collections), in front of a sibling or to the end. */
export interface Place {
  parent: string | null;
  before: string | null;
}

/** A place as it is shown while a row is dragged: a line between rows, or a container that takes it. */
export interface Drop extends Place {
  /** The row that the line stands above, and how far it is indented; null: `into` is shown instead. */
  line: { index: number; depth: number } | null;
  into: string | null;
}

type ById = ReadonlyMap<string, NodeView>;

/** Whether a node is another one, or lies somewhere below it. */
export function isWithin(byId: ById, id: string, ancestor: string): boolean {
  for (let at: string | null = id; at !== null; at = byId.get(at)?.parent ?? null)
    if (at === ancestor) return true;
  return false;
}

/** Whether a node may stand there: collections beside each other, everything else in a collection or folder. */
export function fits(byId: ById, id: string, { parent, before }: Place): boolean {
  const node = byId.get(id);
  if (!node || before === id) return false;
  if (node.kind === "collection") return parent === null;
  const into = parent === null ? undefined : byId.get(parent);
  return into !== undefined && into.kind !== "request" && !isWithin(byId, into.id, id);
}

/** The place behind a node, among its siblings. */
export function behind(children: ChildrenOf, node: NodeView): Place {
  const siblings = children.get(node.parent) ?? [];
  const at = siblings.findIndex((sibling) => sibling.id === node.id);
  return { parent: node.parent, before: siblings[at + 1]?.id ?? null };
}

/**
 * Where a row would go that is let go of over the row at `index`, `fraction` of the way down it (0 to 1). The edges
 * of a row mean beside it, the middle of a collection or folder means into it.
 */
export function dropAt(
  rows: readonly TreeRow[],
  children: ChildrenOf,
  byId: ById,
  dragged: string,
  index: number,
  fraction: number,
): Drop | null {
  const row = rows[index];
  if (!row) return null;
  const { node, depth, expanded } = row;
  const holds = node.kind !== "request" && byId.get(dragged)?.kind !== "collection";
  const edge = holds ? 0.3 : 0.5;
  const asDrop = (place: Place, line: Drop["line"], into: string | null = null): Drop | null =>
    fits(byId, dragged, place) ? { ...place, line, into } : null;
  if (fraction < edge) {
    const before = asDrop({ parent: node.parent, before: node.id }, { index, depth });
    if (before || !holds) return before;
  }
  const first = children.get(node.id)?.[0];
  if (holds && fraction > 1 - edge && expanded && first)
    return asDrop({ parent: node.id, before: first.id }, { index: index + 1, depth: depth + 1 });
  if (holds && (fraction <= 1 - edge || node.parent === null))
    return asDrop({ parent: node.id, before: null }, null, node.id);
  // Behind the row, and behind everything that is open below it.
  let last = index + 1;
  while (rows[last] && (rows[last]?.depth ?? 0) > depth) last++;
  return asDrop(behind(children, node), { index: last, depth });
}

/** One place further up or down among the siblings; null at the end of the road. */
export function beside(children: ChildrenOf, node: NodeView, step: 1 | -1): Place | null {
  const siblings = children.get(node.parent) ?? [];
  const at = siblings.findIndex((sibling) => sibling.id === node.id);
  if (at < 0 || !siblings[at + step]) return null;
  const before = step < 0 ? siblings[at - 1]?.id : siblings[at + 2]?.id;
  return { parent: node.parent, before: before ?? null };
}
