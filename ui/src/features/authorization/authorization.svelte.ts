import type { ErrorView, FixView, JsonValue, TokenCardView } from "../../ipc";
import type { NodeEditor, OpenTabs } from "../request-editor";
import { tokenSettings, effectiveOf } from "./effective";
import type { TokenSettings, Tokens } from "../tokens";
import { DEFAULT_REDIRECT_URI } from "./redirect";

/** The authorization of an open node, its token, and what can be done with both from where it stands. */
export class Authorization {
  readonly editor: NodeEditor;
  readonly #tabs: OpenTabs;
  readonly #tokens: Tokens;

  constructor(editor: NodeEditor, tabs: OpenTabs, tokens: Tokens) {
    this.editor = editor;
    this.#tabs = tabs;
    this.#tokens = tokens;
  }

  readonly effective = $derived.by(() => (this.editor.detail ? effectiveOf(this.editor.detail) : null));
  readonly isOAuth = $derived(this.effective?.auth?.type === "oauth2");
  readonly card = $derived.by<TokenCardView | undefined>(() =>
    this.isOAuth ? this.#tokens.card(this.editor.id) : undefined,
  );
  /** What stands in the way: the last failure of getting or renewing, or settings that cannot be read. */
  readonly failure = $derived.by<ErrorView | undefined>(
    () => this.card?.failure ?? this.card?.problem ?? this.#tokens.problem(this.editor.id),
  );
  readonly settings = $derived.by<TokenSettings | null>(() => {
    const auth = this.effective?.auth;
    if (!auth || auth.type !== "oauth2") return null;
    const clientId = typeof auth.params.client_id === "string" ? auth.params.client_id : "";
    const shown = clientId.replaceAll(
      /\{\{\s*([^{}]+?)\s*\}\}/g,
      (all, name: string) => this.editor.lookup(name)?.value ?? all,
    );
    return tokenSettings(auth, shown, this.#tokens.byKey(this.card?.tokenKey ?? null), this.#tokens.list);
  });

  /** Changes settings where they are set, be it here or above. */
  async set(params: Record<string, JsonValue>): Promise<void> {
    const owner = this.effective?.owner;
    if (owner) await this.#tabs.setAuthParams(owner, params);
  }

  /** Gets a new token with everything that was typed. */
  async get(): Promise<void> {
    if (await this.#saved()) await this.#tokens.getNew(this.editor.id);
  }

  async refresh(): Promise<void> {
    if (await this.#saved()) await this.#tokens.refresh(this.editor.id);
  }

  /** The redirect URI as it is registered, with the variables that are known filled in. */
  readonly redirectUri = $derived.by(() => {
    const typed = this.effective?.auth?.params.redirect_uri;
    const template = typeof typed === "string" && typed ? typed : DEFAULT_REDIRECT_URI;
    return template.replaceAll(
      /\{\{\s*([^{}]+?)\s*\}\}/g,
      (all, name: string) => this.editor.lookup(name)?.value ?? all,
    );
  });

  /** Changes one setting, as advised; nothing is asked of the provider. */
  async adjust(fix: FixView): Promise<void> {
    await this.set({ [fix.setting]: fix.value as JsonValue });
  }

  /** Changes the one setting that most likely helps, and tries again. */
  async apply(fix: FixView): Promise<void> {
    const renewing = this.card?.flow.some((step) => step.step === "refresh") && this.card.hasRefreshToken;
    const refused = this.card?.status === "sign-in-needed";
    await this.set({ [fix.setting]: fix.value as JsonValue });
    await (renewing && !refused ? this.refresh() : this.get());
  }

  /** Signs in again in the way that the API asked for; the settings stay as they are. */
  async stepUp(): Promise<void> {
    if (await this.#saved()) await this.#tokens.stepUp(this.editor.id);
  }

  /** Takes over settings that the API named: where OAuth 2.0 is set, else here. */
  async fillIn(params: Record<string, JsonValue>): Promise<void> {
    if (this.isOAuth) return this.set(params);
    await this.editor.choose(async () => {
      await this.editor.setAuth("oauth2");
      this.editor.setAuthParams(params);
      await this.editor.saver.flush();
    });
  }

  /** What could not be saved is said where it was typed, and nothing is asked of the provider then. */
  async #saved(): Promise<boolean> {
    try {
      await this.#tabs.flush();
      return true;
    } catch {
      return false;
    }
  }
}
