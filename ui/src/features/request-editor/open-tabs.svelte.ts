import { createContext } from "svelte";
import { SvelteMap } from "svelte/reactivity";
import { command, type JsonValue } from "../../ipc";
import { NodeEditor, type NodeHooks } from "./node-editor.svelte";

const ARE_TEXTS = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === "string");

/** The nodes that stand open, in the order of their tabs, and which one is in front. */
export class OpenTabs {
  ids = $state.raw<readonly string[]>([]);
  active = $state<string | null>(null);
  readonly #editors = new SvelteMap<string, NodeEditor>();
  #closed: string[] = [];
  readonly #hooks: NodeHooks;
  /** Told when the user brings a tab to the front. */
  onfront: () => void = () => {};
  readonly editor = $derived(this.active === null ? undefined : this.#editors.get(this.active));

  /** `onnode` is told when the row of a node in the tree has to change. */
  constructor(onnode: NodeHooks["onnode"]) {
    this.#hooks = { onnode, oninherited: (id) => void this.reloadScopes(id).catch(() => {}) };
  }

  /** Opens what was open when the window was closed, as far as it is still there. */
  restore(settings: Record<string, unknown>, exists: (id: string) => boolean): void {
    const ids = ARE_TEXTS(settings.openTabs) ? settings.openTabs.filter(exists) : [];
    const selection = typeof settings.selection === "string" ? settings.selection : null;
    this.ids = ids;
    const active = selection && ids.includes(selection) ? selection : (ids[0] ?? null);
    if (active) this.#bringToFront(active);
  }

  open(id: string): void {
    if (!this.ids.includes(id)) this.ids = [...this.ids, id];
    this.#closed = this.#closed.filter((other) => other !== id);
    this.#bringToFront(id);
    this.onfront();
    this.#remember();
  }

  /** Closes tabs for good when their nodes are gone, else so that they can be opened again. */
  close(ids: readonly string[], gone = false): void {
    const closing = this.ids.filter((id) => ids.includes(id));
    if (closing.length === 0) return;
    const place = this.active ? this.ids.indexOf(this.active) : -1;
    this.ids = this.ids.filter((id) => !closing.includes(id));
    for (const id of closing) {
      if (!gone)
        void this.#editors
          .get(id)
          ?.saver.flush()
          .catch(() => {});
      this.#editors.delete(id);
    }
    if (!gone) this.#closed = [...this.#closed, ...closing];
    if (this.active && closing.includes(this.active)) {
      const next = this.ids[Math.min(place, this.ids.length - 1)];
      if (next) this.#bringToFront(next);
      else this.active = null;
    }
    this.#remember();
  }

  reopen(): void {
    const id = this.#closed.at(-1);
    if (id) this.open(id);
  }

  /** The tab that is `step` places further, around the ends. */
  move(step: number): void {
    if (!this.active || this.ids.length === 0) return;
    const at = this.ids.indexOf(this.active);
    const next = this.ids[(at + step + this.ids.length) % this.ids.length];
    if (next) this.open(next);
  }

  /** Saves everything that waits; rejects when something could not be saved. */
  async flush(): Promise<void> {
    for (const editor of this.#editors.values()) await editor.settle();
  }

  /** Changes settings of the authorization of any node, open or not; the tabs that inherit them read them again. */
  async setAuthParams(id: string, params: Record<string, JsonValue>): Promise<void> {
    const editor = this.#editors.get(id);
    if (editor?.detail?.auth) {
      editor.setAuthParams(params);
      await editor.saver.flush();
    } else {
      await command("set_auth_params", { id, params });
      await this.reloadScopes(id);
    }
  }

  /** Reads again what the open nodes inherit, all but the one that it was changed in. */
  async reloadScopes(except?: string): Promise<void> {
    for (const editor of this.#editors.values()) if (editor.id !== except) await editor.reloadScope();
  }

  #bringToFront(id: string): void {
    this.active = id;
    if (this.#editors.has(id)) return;
    const editor = new NodeEditor(id, this.#hooks);
    this.#editors.set(id, editor);
    void editor.load();
  }

  /** The next start opens the same tabs. That it could not be remembered is not worth a message. */
  #remember(): void {
    void command("set_setting", { name: "openTabs", value: [...this.ids] }).catch(() => {});
    void command("set_setting", { name: "selection", value: this.active }).catch(() => {});
  }
}

export const [openTabs, provideOpenTabs] = createContext<OpenTabs>();
