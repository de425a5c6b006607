import { SvelteSet } from "svelte/reactivity";
import { command, Failure, type ErrorView, type ImportPreview, type ImportResult } from "../../ipc";

const LOOK_AFTER_MS = 200;
/** A link is typed more slowly than it is pasted, and asking costs the other side something. */
const ASK_AFTER_MS = 600;
const LINK = /^\s*https?:\/\/\S+\s*$/i;

/** The import dialog: what was given, what would come in, and the import itself. Nothing is stored before it. */
export class ImportDialogState {
  open = $state(false);
  text = $state("");
  /** Name of the file that the text came from. */
  file = $state("");
  preview = $state.raw<ImportPreview | null>(null);
  /** Items that are not to come in, by their places in the preview. */
  readonly without = new SvelteSet<number>();
  problem = $state.raw<ErrorView | null>(null);
  /** It is being read or brought in. */
  busy = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #look = 0;
  /** Reads the same thing once more, after an import that failed. */
  #again: (() => Promise<ImportPreview | null>) | undefined;

  readonly chosen = $derived((this.preview?.items ?? []).filter((_, at) => !this.without.has(at)));

  show(text = ""): void {
    this.text = "";
    this.file = "";
    this.preview = null;
    this.problem = null;
    this.open = true;
    if (text) this.paste(text);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#look++;
    this.busy = false;
    this.open = false;
  }

  /** Pasted or typed: looked at as soon as typing pauses. */
  paste(text: string): void {
    this.text = text;
    this.file = "";
    clearTimeout(this.#timer);
    const isLink = LINK.test(text);
    this.#timer = setTimeout(
      () =>
        void this.#examine(async () => {
          if (isLink) return command("preview_import_url", { url: text.trim() });
          return text.trim() ? command("preview_import", { text, name: "" }) : null;
        }),
      isLink ? ASK_AFTER_MS : LOOK_AFTER_MS,
    );
  }

  async read(file: File): Promise<void> {
    clearTimeout(this.#timer);
    this.file = file.name;
    this.text = "";
    await this.#examine(async () => command("preview_import", { text: await file.text(), name: file.name }));
  }

  /** Asks for a file, or a folder, with the system's dialog. */
  async choose(what: "file" | "folder"): Promise<void> {
    clearTimeout(this.#timer);
    let before = this.preview;
    await this.#examine(async () => {
      const chosen = await command(what === "file" ? "choose_import" : "choose_import_folder");
      if (chosen) {
        this.text = "";
        this.file = `The chosen ${what}`;
        before = chosen;
      }
      return before;
    });
  }

  tick(at: number, comesIn: boolean): void {
    if (comesIn) this.without.delete(at);
    else this.without.add(at);
  }

  /** Brings everything in that is ticked; undefined when it failed, and the dialog then says why. */
  async confirm(): Promise<ImportResult | undefined> {
    const { preview } = this;
    if (!preview) return undefined;
    this.busy = true;
    try {
      const result = await command("confirm_import", { id: preview.id, without: [...this.without] });
      this.close();
      return result;
    } catch (thrown) {
      // It was taken to be brought in: another try needs it once more.
      if (this.#again) await this.#examine(this.#again, true);
      this.problem = Failure.from(thrown).view;
      return undefined;
    } finally {
      this.busy = false;
    }
  }

  async #examine(look: () => Promise<ImportPreview | null>, keepTicks = false): Promise<void> {
    const mine = ++this.#look;
    this.problem = null;
    this.busy = true;
    this.#again = look;
    try {
      const preview = await look();
      if (mine !== this.#look) return;
      if (!keepTicks && preview !== this.preview) this.without.clear();
      this.preview = preview;
    } catch (thrown) {
      if (mine !== this.#look) return;
      this.preview = null;
      this.problem = Failure.from(thrown).view;
    } finally {
      if (mine === this.#look) this.busy = false;
    }
  }
}
