import { SvelteMap } from "svelte/reactivity";
import { command } from "../../ipc";

/**
 * Which token a node with settings of its own uses. The tree asks for the rows that it draws; each node is looked up
 * once, one after the other, until its settings or the variables in them change.
 */
export class OwnerKeys {
  readonly #keys = new SvelteMap<string, string | null>();
  readonly #queue = new Set<string>();
  #running = false;

  /** The token key; null where the settings are not complete, undefined while it is not known yet. */
  of(owner: string): string | null | undefined {
    const key = this.#keys.get(owner);
    if (key === undefined && !this.#queue.has(owner)) {
      this.#queue.add(owner);
      queueMicrotask(() => void this.#work());
    }
    return key;
  }

  /** What a card said. */
  learn(owner: string, key: string | null): void {
    this.#keys.set(owner, key);
  }

  /** The settings of a node changed. */
  forget(owner: string): void {
    this.#keys.delete(owner);
  }

  /** Variables changed, and with them any key. */
  forgetAll(): void {
    this.#keys.clear();
  }

  async #work(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    for (const owner of this.#queue) {
      let key: string | null = null;
      try {
        key = await command("token_key", { node: owner });
      } catch {
        // Its own card says why; the tree shows that there is no token.
      }
      this.#keys.set(owner, key);
      this.#queue.delete(owner);
    }
    this.#running = false;
  }
}
