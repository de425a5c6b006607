import { createContext } from "svelte";
import { command, Failure, onEvent, type ErrorView, type KeyStoreView } from "../../ipc";

/** What protects the stored secrets, and the question that is asked when nothing does yet. */
export class KeyStore {
  view = $state.raw<KeyStoreView | null>(null);
  /** The dialog is open. */
  asking = $state(false);
  busy = $state(false);
  problem = $state.raw<ErrorView | null>(null);

  readonly calm = $derived(this.view?.state === "ready" || this.view?.state === "closed");

  /** Takes in how it stands; asks when only a person can go on. */
  show(view: KeyStoreView): void {
    const before = this.view?.state;
    this.view = view;
    const stuck = view.state === "undecided" || (view.state === "locked" && view.kind === "passphrase");
    if (stuck && before !== view.state) this.ask();
    if (view.state === "ready") this.asking = false;
  }

  ask(): void {
    this.problem = null;
    this.asking = true;
  }

  /** Chooses, or opens what was chosen before. */
  async choose(kind: string, passphrase: string | null): Promise<void> {
    this.busy = true;
    this.problem = null;
    try {
      this.show(await command("choose_key_store", { kind, passphrase }));
    } catch (thrown) {
      this.problem = Failure.from(thrown).view;
    } finally {
      this.busy = false;
    }
  }

  /** Hears what becomes of it, until the returned function is called. */
  follow(): () => void {
    return onEvent("key-store-changed", (view) => this.show(view));
  }
}

export const [keyStore, provideKeyStore] = createContext<KeyStore>();
