import { SvelteMap } from "svelte/reactivity";
import { command, Failure, type BodyLook, type ErrorView, type ResponseView } from "../../ipc";

/** Up to this size a body is handed to the editor whole; above it only the lines in view are fetched. */
const WHOLE_UP_TO = 5_000_000;
/** Lines fetched at once of a large body. */
const SLICE = 400;
const ALL = 0x7fff_ffff;

/** The text of a stored body, as far as it is needed. The body itself stays on the native side. */
export class BodyText {
  readonly large: boolean;
  /** Whether it is text at all. */
  readonly readable: boolean;
  text = $state.raw<string | undefined>();
  total = $state(0);
  /** Why the formatted look shows the raw text. */
  problem = $state.raw<string | null>(null);
  failure = $state.raw<ErrorView | null>(null);
  readonly #response: ResponseView;
  readonly #look: BodyLook;
  readonly #slices = new SvelteMap<number, string[]>();
  readonly #asked = new Set<number>();

  constructor(response: ResponseView, look: BodyLook) {
    this.#response = response;
    this.#look = look;
    this.large = response.size > WHOLE_UP_TO;
    this.readable = ["json", "xml", "html", "text"].includes(response.bodyKind);
  }

  /** Fetches what is shown first. */
  async load(): Promise<void> {
    if (!this.readable) return;
    try {
      const got = await this.#lines(0, this.large ? SLICE : ALL);
      this.total = got.total;
      this.problem = got.problem;
      if (this.large) this.#slices.set(0, got.lines);
      else this.text = got.lines.join("\n");
    } catch (thrown) {
      this.failure = Failure.from(thrown).view;
    }
  }

  /** A line of a large body; undefined until its slice has come. */
  line(index: number): string | undefined {
    return this.#slices.get(Math.floor(index / SLICE))?.[index % SLICE];
  }

  /** Fetches the slice that a line belongs to. */
  want(index: number): void {
    const slice = Math.floor(index / SLICE);
    if (this.#slices.has(slice) || this.#asked.has(slice)) return;
    this.#asked.add(slice);
    this.#lines(slice * SLICE, SLICE).then(
      (got) => this.#slices.set(slice, got.lines),
      () => this.#asked.delete(slice),
    );
  }

  /** The whole text, for the clipboard. */
  async whole(): Promise<string> {
    return this.text ?? (await this.#lines(0, ALL)).lines.join("\n");
  }

  #lines(first: number, count: number) {
    return command("response_lines", { id: this.#response.id, look: this.#look, first, count });
  }
}
