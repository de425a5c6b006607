import { command, Failure, type ErrorView, type ImportPreview, type ImportResult } from "../../ipc";

const LOOK_AFTER_MS = 200;

/** The import dialog: what was given, what would come in, and the import itself. Nothing is stored before it. */
export class ImportDialogState {
  open = $state(false);
  text = $state("");
  /** Name of the file that the text came from. */
  file = $state("");
  preview = $state.raw<ImportPreview | null>(null);
  problem = $state.raw<ErrorView | null>(null);
  busy = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #look = 0;

  show(): void {
    this.text = "";
    this.file = "";
    this.preview = null;
    this.problem = null;
    this.open = true;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#look++;
    this.open = false;
  }

  /** Pasted or typed: looked at as soon as typing pauses. */
  paste(text: string): void {
    this.text = text;
    this.file = "";
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#examine(), LOOK_AFTER_MS);
  }

  async read(file: File): Promise<void> {
    this.file = file.name;
    this.text = await file.text();
    await this.#examine();
  }

  /** Brings everything in; undefined when it failed, and the dialog then says why. */
  async confirm(): Promise<ImportResult | undefined> {
    this.busy = true;
    try {
      const result = await command("import_text", { text: this.text, name: this.file });
      this.close();
      return result;
    } catch (thrown) {
      this.problem = Failure.from(thrown).view;
      return undefined;
    } finally {
      this.busy = false;
    }
  }

  async #examine(): Promise<void> {
    const look = ++this.#look;
    this.problem = null;
    if (!this.text.trim()) {
      this.preview = null;
      return;
    }
    try {
      const preview = await command("preview_import", { text: this.text, name: this.file });
      if (look === this.#look) this.preview = preview;
    } catch (thrown) {
      if (look !== this.#look) return;
      this.preview = null;
      this.problem = Failure.from(thrown).view;
    }
  }
}
