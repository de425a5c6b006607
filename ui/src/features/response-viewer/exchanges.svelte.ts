import { createContext } from "svelte";
import { SvelteMap } from "svelte/reactivity";
import { command, Failure, onEvent } from "../../ipc";
import type { ResponseView, SendIntent, SendOutcome, SendProgress } from "../../ipc";
import { suggestedName } from "./suggested-name";

/** A send that is under way. */
export interface Running {
  /** Milliseconds since 1970. */
  since: number;
  progress: SendProgress | null;
}

/** What is known of the last send of each request. The last answer stays while the next send runs. */
export class Exchanges {
  readonly #running = new SvelteMap<string, Running>();
  readonly #outcomes = new SvelteMap<string, SendOutcome>();

  running(node: string): Running | undefined {
    return this.#running.get(node);
  }

  outcome(node: string): SendOutcome | undefined {
    return this.#outcomes.get(node);
  }

  /** Sends a request; a second one while it runs is refused by doing nothing. */
  async send(node: string, intent: SendIntent = "plain"): Promise<void> {
    if (this.#running.has(node)) return;
    this.#running.set(node, { since: Date.now(), progress: null });
    try {
      this.#outcomes.set(node, await command("send", { node, intent }));
    } catch (thrown) {
      this.#outcomes.set(node, { kind: "failed", error: Failure.from(thrown).view });
    } finally {
      this.#running.delete(node);
    }
  }

  /** Saves the body of an answer where the person says; null: nowhere. */
  save(response: ResponseView): Promise<string | null> {
    return command("save_response", { id: response.id, name: suggestedName(response) });
  }

  async cancel(node: string): Promise<void> {
    if (this.#running.has(node)) await command("cancel_send", { node });
  }

  forget(node: string): void {
    void this.cancel(node);
    this.#outcomes.delete(node);
  }

  /** Hears how far sends are, until the returned function is called. */
  follow(): () => void {
    return onEvent("send-progress", (progress) => {
      const running = this.#running.get(progress.node);
      if (running) this.#running.set(progress.node, { ...running, progress });
    });
  }
}

export const [exchanges, provideExchanges] = createContext<Exchanges>();
