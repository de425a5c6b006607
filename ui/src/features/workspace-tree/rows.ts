import type { NodeView } from "../../ipc";

/** One visible line of the tree. */
export interface TreeRow {
  node: NodeView;
  /** 0 for a collection. */
  depth: number;
  /** Undefined for a request, which cannot be opened. */
  expanded: boolean | undefined;
  /** Its place among its siblings, from 1, and how many they are. */
  place: number;
  siblings: number;
}

export type ChildrenOf = ReadonlyMap<string | null, readonly NodeView[]>;

/** The children of every node in their order; collections stand under null. */
export function childrenByParent(nodes: readonly NodeView[]): ChildrenOf {
  const children = new Map<string | null, NodeView[]>();
  for (const node of nodes) {
    const list = children.get(node.parent);
    if (list) list.push(node);
    else children.set(node.parent, [node]);
  }
  return children;
}

/** The lines that are visible when these nodes are open. */
export function visibleRows(children: ChildrenOf, expanded: ReadonlySet<string>): TreeRow[] {
  const rows: TreeRow[] = [];
  const walk = (parent: string | null, depth: number) => {
    const siblings = children.get(parent) ?? [];
    siblings.forEach((node, index) => {
      const open = node.kind === "request" ? undefined : expanded.has(node.id);
      rows.push({ node, depth, expanded: open, place: index + 1, siblings: siblings.length });
      if (open) walk(node.id, depth + 1);
    });
  };
  walk(null, 0);
  return rows;
}

/**
 * The lines that match a filter, with the folders above them, all open. A folder that matches shows everything
 * in it. Words may stand anywhere in the name; requests are also found by their method.
 */
export function filteredRows(children: ChildrenOf, filter: string): TreeRow[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const matches = (node: NodeView) => {
    const text = `${node.method ?? ""} ${node.name}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
  const walk = (parent: string | null, depth: number, all: boolean): TreeRow[] => {
    const groups = (children.get(parent) ?? []).flatMap((node) => {
      const hit = all || matches(node);
      const below = node.kind === "request" ? [] : walk(node.id, depth + 1, hit);
      return hit || below.length > 0 ? [{ node, below }] : [];
    });
    return groups.flatMap(({ node, below }, index) => [
      {
        node,
        depth,
        expanded: node.kind === "request" ? undefined : true,
        place: index + 1,
        siblings: groups.length,
      },
      ...below,
    ]);
  };
  return walk(null, 0, false);
}
