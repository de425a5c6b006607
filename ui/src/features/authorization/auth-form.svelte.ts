import { createContext } from "svelte";
import { command, type JsonValue } from "../../ipc";
import type { VariableLookup } from "../../components/templateVariables";
import { variableNames } from "../../lib/template";
import type { NodeEditor } from "../request-editor";
import { valueAt, withMember } from "./members";
import type { Discoveries } from "./discoveries.svelte";
import { type Discovery } from "./discoveries.svelte";

/** The settings of a node's own authorization as a form sees them. Edits are saved as they are typed. */
export class AuthForm {
  readonly editor: NodeEditor;
  readonly #discoveries: Discoveries;

  constructor(editor: NodeEditor, discoveries: Discoveries) {
    this.editor = editor;
    this.#discoveries = discoveries;
  }

  readonly type = $derived.by(() => this.editor.detail?.auth?.type ?? null);
  readonly params = $derived.by<Record<string, unknown>>(() => this.editor.detail?.auth?.params ?? {});
  readonly secrets = $derived.by<readonly string[]>(() => this.editor.detail?.auth?.secrets ?? []);

  /** What a parameter says; empty when it is not set, or a secret that is not shown. */
  text(name: string): string {
    const value = valueAt(this.params, name);
    if (typeof value === "string") return value;
    return typeof value === "number" || typeof value === "boolean" ? String(value) : "";
  }

  list(name: string): string[] {
    const value = this.params[name];
    if (Array.isArray(value)) return value.filter((item) => typeof item === "string");
    return typeof value === "string" && value ? [value] : [];
  }

  /** Sets a parameter, or a member of one by its path; an empty text takes it away, so that the default holds again. */
  set(name: string, value: JsonValue): void {
    const [root = name, member] = name.split("/");
    if (member !== undefined) this.setMembers(root, { [member]: value });
    else this.editor.setAuthParams({ [name]: value === "" ? null : value });
  }

  /** Sets members of a structure, and leaves its others as they are. */
  setMembers(root: string, changes: Record<string, JsonValue>): void {
    this.editor.setAuthParams({ [root]: withMember(this.params, this.secrets, root, changes) });
  }

  /** Reads the settings again, after the native side changed them. */
  async reread(): Promise<void> {
    this.editor.setAuthParams({});
    await this.editor.settle();
  }

  /** Whether a secret is stored whose value stays with the native side. */
  holdsSecret(name: string): boolean {
    return this.secrets.includes(name) && this.text(name) === "";
  }

  /** The value of a secret, because the person asked to see it. */
  async reveal(name: string): Promise<string> {
    await this.editor.settle();
    return command("reveal_auth_secret", { id: this.editor.id, name });
  }

  get lookup(): VariableLookup {
    return this.editor.lookup;
  }

  /** Variables in a template that have no value here. */
  unknownVariables(template: string): string[] {
    return variableNames(template).filter((name) => this.lookup(name) === null);
  }

  /** A template with the variables that are known filled in. */
  resolved(template: string): string {
    return variableNames(template).reduce((text, name) => {
      const value = this.lookup(name)?.value;
      return value === undefined
        ? text
        : text.replaceAll(new RegExp(`\\{\\{\\s*${escaped(name)}\\s*\\}\\}`, "g"), () => value);
    }, template);
  }

  readonly issuer = $derived.by(() => this.resolved(this.text("issuer")).trim());

  /** What the issuer published, once it was read. */
  get discovery(): Discovery | undefined {
    return this.#discoveries.of(this.issuer);
  }

  /** Reads what the issuer publishes, with everything that was typed. */
  async discover(quietly = false): Promise<void> {
    await this.editor.settle();
    await this.#discoveries.read(this.issuer, this.editor.id, quietly);
  }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

export const [authForm, provideAuthForm] = createContext<AuthForm>();
