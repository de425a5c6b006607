import { createContext } from "svelte";
import { SvelteSet } from "svelte/reactivity";
import { command, type NodeKindView, type NodeView } from "../../ipc";
import { behind, beside, fits, type Place } from "./places";
import { childrenByParent, filteredRows, visibleRows } from "./rows";

/** The tree of the sidebar: a projection of the workspace, with what is open, filtered and under the cursor. */
export class WorkspaceTree {
  nodes = $state.raw<readonly NodeView[]>([]);
  filter = $state("");
  /** The row that the keyboard is on. */
  cursor = $state<string | null>(null);
  /** The row whose name is being typed. */
  renaming = $state<string | null>(null);
  readonly expanded = new SvelteSet<string>();
  /** Told when what is open changes, so that the next start finds it again. */
  onexpanded: (ids: string[]) => void = () => {};

  readonly byId = $derived(new Map(this.nodes.map((node) => [node.id, node])));
  /** What was cut, and waits to be pasted elsewhere. */
  cut = $state<string | null>(null);
  readonly children = $derived(childrenByParent(this.nodes));
  readonly rows = $derived(
    this.filter.trim() ? filteredRows(this.children, this.filter) : visibleRows(this.children, this.expanded),
  );
  readonly cursorIndex = $derived(this.rows.findIndex((row) => row.node.id === this.cursor));

  show(nodes: readonly NodeView[], expanded: readonly string[]): void {
    this.nodes = nodes;
    this.expanded.clear();
    for (const id of expanded) this.expanded.add(id);
  }

  toggle(id: string, open = !this.expanded.has(id)): void {
    if (open) this.expanded.add(id);
    else this.expanded.delete(id);
    this.onexpanded([...this.expanded]);
  }

  /** Opens every folder above a node, so that its row can be seen. */
  unfold(id: string): void {
    for (let at = this.byId.get(id)?.parent; at; at = this.byId.get(at)?.parent) {
      if (!this.expanded.has(at)) this.toggle(at, true);
    }
  }

  /** The kind of auth that holds for a node, and whether it is set on the node itself. */
  effectiveAuth(id: string): { kind: string; own: boolean } | null {
    for (let at = this.byId.get(id); at; at = at.parent ? this.byId.get(at.parent) : undefined) {
      if (at.auth) return { kind: at.auth, own: at.id === id };
    }
    return null;
  }

  /** Takes out what was made by an import that is undone. */
  drop(ids: readonly string[]): string[] {
    const gone = new Set(ids.flatMap((id) => this.#below(id)));
    this.nodes = this.nodes.filter((node) => !gone.has(node.id));
    if (this.cursor && gone.has(this.cursor)) this.cursor = null;
    return [...gone];
  }

  /** Takes in nodes that were made elsewhere, behind what is there. */
  add(nodes: readonly NodeView[]): void {
    this.nodes = [...this.nodes, ...nodes];
  }

  /** Changes what a row shows of a node. */
  patch(id: string, part: Partial<NodeView>): void {
    this.nodes = this.nodes.map((node) => (node.id === id ? { ...node, ...part } : node));
  }

  /** Where a new request or folder goes: into the node, or beside it when it is a request. */
  parentForNew(near: string | null): string | null {
    const node = near ? this.byId.get(near) : undefined;
    if (node) return node.kind === "request" ? node.parent : node.id;
    return this.nodes.findLast((other) => other.kind === "collection")?.id ?? null;
  }

  /** Makes a collection (without a parent), a folder or a request, and puts the cursor on it. */
  async create(parent: string | null, kind: NodeKindView, name: string): Promise<NodeView> {
    const node = await this.#made(parent, kind, name);
    this.add([node]);
    if (parent) this.toggle(parent, true);
    this.unfold(node.id);
    this.cursor = node.id;
    return node;
  }

  #made(parent: string | null, kind: NodeKindView, name: string): Promise<NodeView> {
    if (parent === null || kind === "collection") return command("create_collection", { name });
    return command(kind === "folder" ? "create_folder" : "create_request", { parent, name });
  }

  async rename(id: string, name: string): Promise<void> {
    this.renaming = null;
    const trimmed = name.trim();
    const before = this.byId.get(id)?.name;
    if (!trimmed || before === undefined || trimmed === before) return;
    this.patch(id, { name: trimmed });
    try {
      await command("rename_node", { id, name: trimmed });
    } catch (thrown) {
      this.patch(id, { name: before });
      throw thrown;
    }
  }

  /** Copies a node with all that is in it; the copy stands right behind it. */
  async duplicate(id: string): Promise<NodeView | undefined> {
    const before = this.byId;
    this.nodes = await command("duplicate_node", { id });
    const copy = this.nodes.find((node) => !before.has(node.id));
    this.cursor = copy?.id ?? this.cursor;
    return copy;
  }

  /** Moves a node, with all that is in it. Nothing happens where it cannot stand. */
  async move(id: string, place: Place): Promise<void> {
    if (!fits(this.byId, id, place)) return;
    this.nodes = await command("move_node", { id, ...place });
    if (this.cut === id) this.cut = null;
    if (place.parent) this.toggle(place.parent, true);
    this.cursor = id;
  }

  /** One place up or down among its siblings. */
  async moveBy(id: string, step: 1 | -1): Promise<void> {
    const node = this.byId.get(id);
    const place = node && beside(this.children, node, step);
    if (place) await this.move(id, place);
  }

  /** Puts what was cut into a collection or folder, or behind a request. */
  async paste(target: string): Promise<void> {
    const node = this.byId.get(target);
    if (!this.cut || !node) return;
    const beside = node.kind === "request" || this.byId.get(this.cut)?.kind === "collection";
    await this.move(this.cut, beside ? behind(this.children, node) : { parent: node.id, before: null });
  }

  /** Deletes a node with all that is in it, and returns the ids that are gone. */
  async remove(id: string): Promise<string[]> {
    const gone = new Set(this.#below(id));
    await command("delete_node", { id });
    const at = this.rows.findIndex((row) => row.node.id === id);
    const next = this.rows.find((row, index) => index > at && !gone.has(row.node.id)) ?? this.rows[at - 1];
    if (this.cursor && gone.has(this.cursor)) this.cursor = next?.node.id ?? null;
    this.nodes = this.nodes.filter((node) => !gone.has(node.id));
    return [...gone];
  }

  /** Undoes a deletion: the nodes come back where they stood. */
  async restore(id: string): Promise<void> {
    this.nodes = await command("restore_node", { id });
    this.cursor = id;
  }

  /** The next row from the cursor whose name begins with the text (APG type-ahead). */
  rowByPrefix(text: string): number {
    const start = Math.max(0, this.cursorIndex);
    const from = text.length === 1 ? start + 1 : start;
    for (let step = 0; step < this.rows.length; step++) {
      const index = (from + step) % this.rows.length;
      if (this.rows[index]?.node.name.toLowerCase().startsWith(text.toLowerCase())) return index;
    }
    return -1;
  }

  #below(id: string): string[] {
    const ids = [id];
    for (const parent of ids) for (const child of this.children.get(parent) ?? []) ids.push(child.id);
    return ids;
  }
}

export const [workspaceTree, provideWorkspaceTree] = createContext<WorkspaceTree>();
