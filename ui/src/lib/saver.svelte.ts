const DELAY_MS = 150;

/**
 * Saves edits shortly after they are made, one save after the other. Each key has one save waiting at most: a
 * later edit replaces it. A save that fails is kept, and tried again with the next edit or `flush`.
 */
export class Saver {
  #waiting = new Map<string, () => Promise<void>>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: Promise<void> | undefined;
  /** What is on screen and not yet stored. */
  state = $state.raw<"saved" | "saving" | "failed">("saved");
  /** Why the last save failed. */
  failure = $state.raw<unknown>(undefined);

  later(key: string, save: () => Promise<void>): void {
    this.#waiting.set(key, save);
    if (this.state === "saved") this.state = "saving";
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush().catch(() => {}), DELAY_MS);
  }

  /** Saves what waits, now; rejects when something could not be saved. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#running = (this.#running ?? Promise.resolve()).catch(() => {}).then(() => this.#saveAll());
    return this.#running;
  }

  async #saveAll(): Promise<void> {
    for (const [key, save] of [...this.#waiting]) {
      try {
        await save();
      } catch (thrown) {
        this.failure = thrown;
        this.state = "failed";
        throw thrown;
      }
      if (this.#waiting.get(key) === save) this.#waiting.delete(key);
    }
    if (this.#waiting.size > 0) return this.#saveAll();
    this.failure = undefined;
    this.state = "saved";
  }
}
