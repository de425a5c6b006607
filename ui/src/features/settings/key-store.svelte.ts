import { createContext } from "svelte";
import { command, Failure, onEvent, type ErrorView, type KeyStoreView } from "../../ipc";

/** What protects the stored secrets, and the question that is asked when nothing does yet. */
export class KeyStore {
  view = $state.raw<KeyStoreView | null>(null);
  /** The dialog is open. */
  asking = $state(false);
  /** The person is about to leave a lost key behind. */
  startingOver = $state(false);
  /** Where what a lost key had sealed is kept, once it was left behind. */
  keptAside = $state<string | null>(null);
  busy = $state(false);
  problem = $state.raw<ErrorView | null>(null);

  readonly calm = $derived(this.view?.state === "ready" || this.view?.state === "closed");
  /** The key may be gone for good, so that starting over is an offer. */
  readonly mayStartOver = $derived(
    this.view?.state === "missing" || (this.view?.state === "locked" && this.view.kind === "passphrase"),
  );

  /** Takes in how it stands; asks when only a person can go on. */
  show(view: KeyStoreView): void {
    const before = this.view?.state;
    this.view = view;
    const stuck = view.state === "undecided" || this.mayStartOver;
    if (stuck && before !== view.state) this.ask();
    if (view.state === "ready" && !this.startingOver && this.keptAside === null) this.asking = false;
  }

  ask(): void {
    this.problem = null;
    this.startingOver = false;
    this.keptAside = null;
    this.asking = true;
  }

  /** Chooses, or opens what was chosen before. */
  async choose(kind: string, passphrase: string | null): Promise<void> {
    await this.#attempt(async () => this.show(await command("choose_key_store", { kind, passphrase })));
  }

  /** Leaves a lost key behind: a new one protects what is entered from now on. */
  async startOver(kind: string, passphrase: string | null): Promise<void> {
    await this.#attempt(async () => {
      this.keptAside = await command("start_over", { kind, passphrase });
      this.startingOver = false;
    });
  }

  async #attempt(act: () => Promise<void>): Promise<void> {
    this.busy = true;
    this.problem = null;
    try {
      await act();
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
