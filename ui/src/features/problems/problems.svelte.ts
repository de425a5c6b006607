import { createContext } from "svelte";
import { Failure, type ErrorView } from "../../ipc";

/** Failures of the window itself: what could not be read, made or saved. They stay until they are dismissed. */
export class Problems {
  shown = $state.raw<ErrorView[]>([]);

  /** Shows a failure; the same one twice is shown once. */
  report(thrown: unknown): void {
    const { view } = Failure.from(thrown);
    const same = (other: ErrorView) => other.code === view.code && other.message === view.message;
    this.shown = [...this.shown.filter((other) => !same(other)), view];
  }

  dismiss(view: ErrorView): void {
    this.shown = this.shown.filter((other) => other !== view);
  }

  /** Runs what the user asked for and reports its failure; the answer is undefined then. */
  async attempt<Answer>(work: () => Promise<Answer>): Promise<Answer | undefined> {
    try {
      return await work();
    } catch (thrown) {
      this.report(thrown);
      return undefined;
    }
  }
}

export const [problems, provideProblems] = createContext<Problems>();
