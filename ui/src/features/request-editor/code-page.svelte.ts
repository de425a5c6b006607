import { createContext } from "svelte";
import { command, type CodeRequestView } from "../../ipc";
import { codeFor, codeLanguages } from "../../lib/code";
import { keep, readKept } from "../../lib/persisted";

const isLanguage = (value: unknown): value is string => codeLanguages.some(({ id }) => id === value);

/** A request as code in another language. */
export class CodePage {
  /** The request that is shown; null while the dialog is closed. */
  node = $state<string | null>(null);
  language = $state(readKept("code.language", "curl", isLanguage));
  /** With tokens and other secrets in their places. */
  secrets = $state(false);
  code = $state("");
  notes = $state.raw<readonly string[]>([]);
  #asked = 0;

  async show(node: string): Promise<void> {
    this.node = node;
    this.secrets = false;
    this.code = "";
    await this.write();
  }

  close(): void {
    this.node = null;
    this.code = "";
  }

  async choose(language: string): Promise<void> {
    this.language = language;
    keep("code.language", language);
    await this.write();
  }

  async withSecrets(secrets: boolean): Promise<void> {
    this.secrets = secrets;
    await this.write();
  }

  /** Writes the code anew. */
  async write(): Promise<void> {
    const { node, language, secrets } = this;
    if (node === null) return;
    const asked = ++this.#asked;
    const request: CodeRequestView = await command("request_for_code", { node, secrets });
    const code = await codeFor(language, request);
    if (asked !== this.#asked) return;
    this.code = code;
    this.notes = request.notes;
  }
}

/** A request as one cURL command line, its secrets left out. */
export async function asCurl(node: string): Promise<string> {
  return codeFor("curl", await command("request_for_code", { node, secrets: false }));
}

export const [codePage, provideCodePage] = createContext<CodePage>();
