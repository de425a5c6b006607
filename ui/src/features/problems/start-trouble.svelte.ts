import { command, Failure, type ErrorView } from "../../ipc";
import { copyText } from "../../lib/clipboard";

/** Why the workspace did not open, and the ways out of it. */
export class StartTrouble {
  /** What stands in the way; null while nothing does. */
  problem = $state.raw<ErrorView | null>(null);
  /** Which way out is being tried. */
  busy = $state<"again" | "empty" | null>(null);
  /** Where a damaged database is kept, once it was set aside. */
  keptAside = $state<string | null>(null);
  readonly #onopen: () => void;

  /** `onopen` is told when the workspace can be read. */
  constructor(onopen: () => void) {
    this.#onopen = onopen;
  }

  meet(thrown: unknown): void {
    this.problem = Failure.from(thrown).view;
  }

  /** Tries once more to open what is there. */
  async again(): Promise<void> {
    await this.#try("again", async () => {
      await command("start_again");
      this.goOn();
    });
  }

  /** Sets a damaged database aside; the place where it is kept is shown before the work goes on. */
  async empty(): Promise<void> {
    await this.#try("empty", async () => {
      this.keptAside = await command("start_empty");
    });
  }

  goOn(): void {
    this.problem = null;
    this.keptAside = null;
    this.#onopen();
  }

  copyReport(): void {
    const { problem } = this;
    if (!problem) return;
    const { code, message, cause, nextStep } = problem;
    void copyText(`${message} (${code})\n${cause}\n${nextStep}\n`).catch((thrown) => this.meet(thrown));
  }

  async #try(way: "again" | "empty", run: () => Promise<void>): Promise<void> {
    if (this.busy !== null) return;
    this.busy = way;
    try {
      await run();
    } catch (thrown) {
      this.meet(thrown);
    } finally {
      this.busy = null;
    }
  }
}
