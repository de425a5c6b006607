import { createContext } from "svelte";
import {
  command,
  onEvent,
  type RunEnd,
  type RunExchangeView,
  type RunOptions,
  type RunProgress,
  type RunRow,
} from "../../ipc";
import { isFailed } from "./order";

/** A run that was begun, as far as it has come. */
export interface Course {
  run: string;
  node: string;
  name: string;
  /** Requests in all iterations; scripts may skip or repeat some. */
  planned: number;
  iterations: number;
  notes: string[];
  /** Null while it is under way. */
  end: RunEnd | null;
}

/** The runs of the window: one at a time, with what it was begun with. */
export class Runs {
  /** What stands open to be run; null: nothing. */
  open = $state<{ node: string; name: string } | null>(null);
  options = $state<RunOptions>(usual());
  course = $state<Course | null>(null);
  rows = $state.raw<readonly RunRow[]>([]);
  /** The row that stands open. */
  exchange = $state.raw<RunExchangeView | null>(null);
  readonly failed = $derived(this.rows.filter(isFailed));
  readonly running = $derived(this.course !== null && this.course.end === null);
  /** What came before the run it belongs to was known. */
  #early: RunProgress[] | null = null;

  /** Hears how runs go until the returned function is called. */
  follow(): () => void {
    return onEvent("run-progress", (progress) => this.#hear(progress));
  }

  /** Opens a collection, folder or request to be run. */
  show(node: string, name: string): void {
    if (this.open?.node !== node) this.options = usual();
    this.open = { node, name };
  }

  /** Puts the pane away; what runs goes on. */
  close(): void {
    this.open = null;
  }

  /** Runs what stands open, or only these requests of it. */
  async start(only: string[] = []): Promise<void> {
    if (!this.open) return;
    const { node } = this.open;
    this.#early = [];
    try {
      const options = only.length > 0 ? { ...this.options, only, iterations: 1 } : this.options;
      const started = await command("start_run", { node, options: { ...options } });
      const { run, name, iterations, requests, notes } = started;
      this.course = { run, node, name, iterations, planned: requests * iterations, notes, end: null };
      this.rows = [];
      this.exchange = null;
      const early = this.#early;
      this.#early = null;
      early.forEach((progress) => this.#hear(progress));
    } finally {
      this.#early = null;
    }
  }

  /** Runs once more what failed. */
  async again(): Promise<void> {
    const nodes = this.failed.flatMap((row) => (row.node === null ? [] : [row.node]));
    await this.start([...new Set(nodes)]);
  }

  async stop(): Promise<void> {
    if (this.course) await command("stop_run", { run: this.course.run });
  }

  /** Opens all that is known of a row. */
  async look(index: number): Promise<void> {
    if (!this.course) return;
    this.exchange = await command("run_exchange", { run: this.course.run, index });
  }

  async chooseData(): Promise<void> {
    const [file] = await command("choose_files", { several: false });
    if (file) this.options.data = file;
  }

  #hear(progress: RunProgress): void {
    if (this.#early) this.#early.push(progress);
    else if (this.course?.run === progress.run) {
      if (progress.rows.length > 0) this.rows = [...this.rows, ...progress.rows];
      if (progress.end) this.course.end = progress.end;
    }
  }
}

function usual(): RunOptions {
  return { iterations: null, parallel: 1, delayMs: 0, stopAtFailure: false, data: null, only: [] };
}

export const [runs, provideRuns] = createContext<Runs>();
