import { SvelteMap } from "svelte/reactivity";
import { createContext } from "svelte";
import { command, Failure, type DiscoveryView, type ErrorView } from "../../ipc";

/** What is known of an issuer: what it published, or why that could not be read. */
export interface Discovery {
  found: DiscoveryView | null;
  problem: ErrorView | null;
  reading: boolean;
}

/** The metadata of the issuers that were asked in this window. */
export class Discoveries {
  readonly #known = new SvelteMap<string, Discovery>();

  of(issuer: string): Discovery | undefined {
    return this.#known.get(issuer);
  }

  /**
   * Asks the issuer that is set for a node; what was found before stays on screen meanwhile. Quietly: nobody pressed
   * a button, so a failure waits until somebody does.
   */
  async read(issuer: string, node: string, quietly = false): Promise<void> {
    if (!issuer || this.of(issuer)?.reading) return;
    const before = this.of(issuer)?.found ?? null;
    this.#known.set(issuer, { found: before, problem: null, reading: true });
    try {
      const found = await command("discover", { node });
      this.#known.set(issuer, { found, problem: null, reading: false });
    } catch (thrown) {
      const problem = quietly ? null : Failure.from(thrown).view;
      this.#known.set(issuer, { found: before, problem, reading: false });
    }
  }
}

export const [discoveries, provideDiscoveries] = createContext<Discoveries>();
