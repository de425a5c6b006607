import { SvelteMap } from "svelte/reactivity";
import {
  command,
  Failure,
  type BodyFilter,
  type BodyLook,
  type ErrorView,
  type ResponseView,
} from "../../ipc";

/** Up to this size a body is asked for whole; above it only the lines in view are fetched. */
const WHOLE_UP_TO = 5_000_000;
/** Lines fetched at once of a large body. */
const SLICE = 200;
/** Slices kept of a large body: what was scrolled past long ago is fetched again. */
const SLICES = 16;
/** How soon it is asked again how far a large body has been formatted. */
const GROWS_MS = 250;
/** Lines that a filter can show. */
const FILTERED = 200_000;

/** The text of a stored body, as far as it is needed. The body itself stays on the native side. */
export class BodyText {
  /** Whether this look shows text at all. */
  readonly readable: boolean;
  /** The whole text, of bodies that the editor takes. */
  text = $state.raw<string | undefined>();
  /** It is read in windows of lines. */
  large = $state(false);
  /** The lines of this look; those so far, while `complete` is false. */
  total = $state(0);
  complete = $state(true);
  /** Why the formatted look shows the raw text. */
  problem = $state.raw<string | null>(null);
  failure = $state.raw<ErrorView | null>(null);
  /** What a JSONPath leaves, and the lines of it. */
  filtered = $state.raw<{ matches: number; lines: readonly number[]; cut: boolean } | null>(null);
  filterProblem = $state.raw<ErrorView | null>(null);
  readonly #response: ResponseView;
  readonly #look: BodyLook;
  readonly #slices = new SvelteMap<number, string[]>();
  readonly #asked = new Set<number>();
  readonly #split = $derived(this.text?.split("\n"));
  #filter = 0;
  #ended = false;

  constructor(response: ResponseView, look: BodyLook) {
    this.#response = response;
    this.#look = look;
    this.readable = look === "hex" || ["json", "xml", "html", "text"].includes(response.bodyKind);
  }

  /** Fetches what is shown first. */
  async load(): Promise<void> {
    if (!this.readable) return;
    try {
      if (this.#look !== "hex" && this.#response.size <= WHOLE_UP_TO) {
        const { text, lines, problem } = await command("response_text", {
          id: this.#response.id,
          look: this.#look,
        });
        this.total = lines;
        this.problem = problem;
        if (text !== null) return void (this.text = text);
      }
      this.large = true;
      await this.#first();
    } catch (thrown) {
      this.failure = Failure.from(thrown).view;
    }
  }

  /** Nobody looks any more. */
  end(): void {
    this.#ended = true;
  }

  /** A line; undefined until its slice has come. */
  line(index: number): string | undefined {
    return this.#split ? this.#split[index] : this.#slices.get(Math.floor(index / SLICE))?.[index % SLICE];
  }

  /** Fetches the slice that a line belongs to. */
  want(index: number): void {
    const slice = Math.floor(index / SLICE);
    if (this.#split || this.#slices.has(slice) || this.#asked.has(slice)) return;
    this.#asked.add(slice);
    this.#lines(slice * SLICE, SLICE).then(
      (got) => {
        this.#asked.delete(slice);
        this.#keep(slice, got.lines);
      },
      () => this.#asked.delete(slice),
    );
  }

  /** Shows only what a JSONPath leaves; an empty path shows everything. */
  async filter(path: string): Promise<void> {
    const asked = ++this.#filter;
    if (path.trim() === "") {
      this.filtered = null;
      this.filterProblem = null;
      return;
    }
    try {
      const found = await command("response_filter", { id: this.#response.id, path: path.trim() });
      if (asked !== this.#filter) return;
      this.filtered = { matches: found.matches, ...linesOf(found) };
      this.filterProblem = null;
    } catch (thrown) {
      if (asked === this.#filter) this.filterProblem = Failure.from(thrown).view;
    }
  }

  /** The numbers of the lines that hold a text. */
  search(text: string): Promise<{ lines: number[]; more: boolean }> {
    return command("response_search", { id: this.#response.id, look: this.#look, text });
  }

  /** The whole text, for the clipboard; undefined when it is too large for that. */
  async whole(): Promise<string | undefined> {
    if (this.text !== undefined) return this.text;
    const look = this.#look === "hex" ? "raw" : this.#look;
    return (await command("response_text", { id: this.#response.id, look })).text ?? undefined;
  }

  /** The first lines, and how many there are, until all are known. */
  async #first(): Promise<void> {
    const got = await this.#lines(0, SLICE);
    this.total = got.total;
    this.complete = got.complete;
    this.problem = got.problem;
    this.#slices.set(0, got.lines);
    while (!this.complete && !this.#ended) {
      await new Promise((later) => setTimeout(later, GROWS_MS));
      const now = await this.#lines(0, 1);
      this.total = now.total;
      this.complete = now.complete;
      if (now.problem === null) continue;
      // It was no JSON after all: what was shown of it so far is taken back.
      this.problem = now.problem;
      this.#slices.clear();
    }
  }

  #keep(slice: number, lines: string[]): void {
    this.#slices.set(slice, lines);
    if (this.#slices.size <= SLICES) return;
    const farthest = [...this.#slices.keys()].reduce((far, other) =>
      Math.abs(other - slice) > Math.abs(far - slice) ? other : far,
    );
    this.#slices.delete(farthest);
  }

  #lines(first: number, count: number) {
    return command("response_lines", { id: this.#response.id, look: this.#look, first, count });
  }
}

function linesOf({ ranges }: BodyFilter): { lines: number[]; cut: boolean } {
  const lines: number[] = [];
  for (const [first, last] of ranges) {
    for (let line = first; line <= last; line++) {
      if (lines.length === FILTERED) return { lines, cut: true };
      lines.push(line);
    }
  }
  return { lines, cut: false };
}
