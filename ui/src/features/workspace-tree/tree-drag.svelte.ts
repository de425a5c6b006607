import { dropAt, type Drop } from "./places";
import type { WorkspaceTree } from "./workspace-tree.svelte";

/** A press is a drag from here on, in px. */
const SLACK = 5;
/** So near to an edge the list scrolls by itself, in px. */
const EDGE = 28;

/** A row of the tree that is dragged to another place, with the pointer. */
export class TreeDrag {
  /** The row that is on its way; null while none is. */
  dragged = $state<string | null>(null);
  drop = $state.raw<Drop | null>(null);
  #pressed: { id: string; x: number; y: number } | null = null;
  /** The click that follows a drag is still to come. */
  #ended = false;
  readonly #tree: WorkspaceTree;
  readonly #rowHeight: number;

  constructor(tree: WorkspaceTree, rowHeight: number) {
    this.#tree = tree;
    this.#rowHeight = rowHeight;
  }

  press(id: string, event: PointerEvent): void {
    this.#ended = false;
    // Dragging among filtered rows would put the row where nobody sees.
    if (event.button !== 0 || this.#tree.filter.trim() || this.#tree.renaming) return;
    this.#pressed = { id, x: event.clientX, y: event.clientY };
  }

  move(event: PointerEvent, list: HTMLElement): void {
    if (!this.#pressed) return;
    const { id, x, y } = this.#pressed;
    if (this.dragged === null) {
      if (Math.hypot(event.clientX - x, event.clientY - y) < SLACK) return;
      this.dragged = id;
      list.setPointerCapture(event.pointerId);
    }
    const box = list.getBoundingClientRect();
    const within = event.clientY - box.top;
    if (within < EDGE) list.scrollTop -= EDGE - within;
    else if (within > box.height - EDGE) list.scrollTop += within - (box.height - EDGE);
    const at = (within + list.scrollTop) / this.#rowHeight;
    const last = this.#tree.rows.length - 1;
    const index = Math.min(Math.max(Math.floor(at), 0), last);
    const fraction = at > last + 1 ? 0.99 : at - index;
    this.drop = dropAt(this.#tree.rows, this.#tree.children, this.#tree.byId, id, index, fraction);
  }

  /** Lets go; returns where the row is to go, if anywhere. */
  release(): { id: string; drop: Drop } | null {
    const { dragged, drop } = this;
    this.cancel();
    this.#ended = dragged !== null;
    return dragged && drop ? { id: dragged, drop } : null;
  }

  /** Whether the click that is handled now is the end of a drag. */
  justEnded(): boolean {
    const ended = this.#ended;
    this.#ended = false;
    return ended;
  }

  cancel(): void {
    this.#pressed = null;
    this.dragged = null;
    this.drop = null;
  }
}
