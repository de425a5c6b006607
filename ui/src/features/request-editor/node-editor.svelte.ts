import { command, Failure, type ErrorView, type JsonValue, type NodeDetail, type NodeView } from "../../ipc";
import type { RequestEdit, ScriptPlace, VariableView } from "../../ipc";
import { Saver } from "../../lib/saver.svelte";
import type { VariableChoice } from "../../components/variableCompletion";
import type { VariableLookup } from "../../components/templateVariables";

/** What an open node means for others. */
export interface NodeHooks {
  /** The row of the tree has to change. */
  onnode: (node: Partial<NodeView> & { id: string }) => void;
  /** What is set here and holds below has changed: variables, authorization. */
  oninherited: (id: string) => void;
}

/**
 * A collection, folder or request that stands open. Edits show at once and are saved shortly after; what could
 * not be saved stays here and is tried again.
 */
export class NodeEditor {
  readonly id: string;
  detail = $state.raw<NodeDetail | null>(null);
  /** Why it could not be opened. */
  problem = $state.raw<ErrorView | null>(null);
  /** The tab of the editor that is open. */
  tab = $state("params");
  /** Counts saved changes of the authorization: what depends on it asks again. */
  authRevision = $state(0);
  readonly saver = new Saver();
  readonly #hooks: NodeHooks;
  #pendingRequest: RequestEdit = {};
  #pendingParams: Record<string, JsonValue> = {};
  /** Ends when the kind of authorization that was chosen last is stored, or could not be. */
  #chosen: Promise<unknown> = Promise.resolve();

  readonly saveProblem = $derived(
    this.saver.state === "failed" ? Failure.from(this.saver.failure).view : null,
  );
  readonly #scope = $derived(new Map(this.detail?.scope.map((variable) => [variable.key, variable])));

  constructor(id: string, hooks: NodeHooks) {
    this.id = id;
    this.#hooks = hooks;
  }

  /** What a template may say here: the value that wins, and where it comes from. */
  readonly lookup: VariableLookup = (name) => {
    if (name.startsWith("$")) return { value: "made anew for each send", source: "Gatepass" };
    const found = this.#scope.get(name);
    return found ? { value: found.secret ? "••••••" : (found.value ?? ""), source: found.origin } : null;
  };

  /** What wins over a variable of this collection or folder at the moment; null: the row itself does. */
  winnerOver(row: { key: string; enabled: boolean; value: string | null }): string | null {
    const winner = row.enabled ? this.#scope.get(row.key) : undefined;
    const node = this.detail?.node;
    if (!winner || !node || winner.origin === `${node.kind} ${node.name}`) return null;
    return `${winner.secret ? "A secret value" : (winner.value ?? "")} of the ${winner.origin} is used instead`;
  }

  /** What can be typed between double braces here. */
  readonly choices = (): VariableChoice[] =>
    [...this.#scope.values()].map(({ key, value, secret, origin }) => ({
      name: key,
      detail: `${secret ? "••••••" : (value ?? "")} · ${origin}`,
    }));

  async load(): Promise<void> {
    try {
      this.detail = await command("open_node", { id: this.id });
      this.problem = null;
      if (!this.detail.request) this.tab = "authorization";
    } catch (thrown) {
      this.problem = Failure.from(thrown).view;
    }
  }

  /** Reads again what others decide: the variables in scope and the inherited authorization. */
  async reloadScope(): Promise<void> {
    const fresh = await command("open_node", { id: this.id });
    if (!this.detail) return;
    const { scope, effectiveAuth } = fresh;
    // What is just being set here must not go back for a moment.
    const settings = this.saver.state === "saved" ? fresh.settings : this.detail.settings;
    this.detail = { ...this.detail, scope, effectiveAuth, settings };
    this.authRevision++;
  }

  /** Changes parts of the request. */
  edit(part: RequestEdit): void {
    if (!this.detail?.request) return;
    this.detail = { ...this.detail, request: { ...this.detail.request, ...part } };
    if (part.method !== undefined) this.#hooks.onnode({ id: this.id, method: part.method });
    this.#pendingRequest = { ...this.#pendingRequest, ...part };
    this.saver.later("request", async () => {
      const edit = this.#pendingRequest;
      this.#pendingRequest = {};
      try {
        await command("edit_request", { id: this.id, edit });
      } catch (thrown) {
        this.#pendingRequest = { ...edit, ...this.#pendingRequest };
        throw thrown;
      }
    });
  }

  /** Replaces the variables of a collection or folder. */
  setVariables(variables: VariableView[]): void {
    if (!this.detail) return;
    this.detail = { ...this.detail, variables };
    this.saver.later("variables", async () => {
      const { scope } = await command("set_variables", { id: this.id, variables });
      if (this.detail) this.detail = { ...this.detail, scope };
      this.#hooks.oninherited(this.id);
    });
  }

  /** Replaces one of the scripts. */
  setScript(place: ScriptPlace, source: string): void {
    if (!this.detail) return;
    const name = place === "tests" ? "tests" : "preRequest";
    this.detail = { ...this.detail, scripts: { ...this.detail.scripts, [name]: source } };
    this.saver.later(`script ${place}`, async () => {
      await command("set_script", { id: this.id, place, source });
    });
  }

  /** Sets one sending setting; null lets it inherit. */
  setSetting(name: string, value: JsonValue): void {
    if (!this.detail) return;
    const settings = this.detail.settings.map((setting) =>
      setting.name === name ? { ...setting, own: value } : setting,
    );
    this.detail = { ...this.detail, settings };
    this.saver.later(`setting ${name}`, async () => {
      await command("set_send_setting", { id: this.id, name, value });
      this.#hooks.oninherited(this.id);
    });
  }

  /** Chooses another kind of authorization in several steps, one choice after the other. */
  choose(steps: () => Promise<void>): Promise<void> {
    const chosen = this.#chosen.then(steps);
    this.#chosen = chosen.catch(() => {});
    return chosen;
  }

  /** Stores everything that was typed or chosen; rejects when something could not be saved. */
  async settle(): Promise<void> {
    await this.#chosen;
    await this.saver.flush();
  }

  /** Chooses the kind of authorization by Postman's name; null inherits. */
  async setAuth(kind: string | null): Promise<void> {
    await this.saver.flush();
    this.#takeAuth(await command("set_auth", { id: this.id, kind }));
    this.#hooks.onnode({ id: this.id, auth: kind });
  }

  /** Sets parameters of the authorization by name; null removes one. */
  setAuthParams(params: Record<string, JsonValue>): void {
    if (!this.detail?.auth) return;
    const auth = { ...this.detail.auth, params: { ...this.detail.auth.params } };
    for (const [name, value] of Object.entries(params)) {
      if (value === null) delete auth.params[name];
      else auth.params[name] = value;
    }
    this.detail = { ...this.detail, auth };
    this.#pendingParams = { ...this.#pendingParams, ...params };
    this.saver.later("auth", async () => {
      const pending = this.#pendingParams;
      this.#pendingParams = {};
      try {
        const fresh = await command("set_auth_params", { id: this.id, params: pending });
        if (Object.keys(this.#pendingParams).length === 0) this.#takeAuth(fresh);
      } catch (thrown) {
        this.#pendingParams = { ...pending, ...this.#pendingParams };
        throw thrown;
      }
    });
  }

  #takeAuth({ auth, effectiveAuth }: NodeDetail): void {
    if (this.detail) this.detail = { ...this.detail, auth, effectiveAuth };
    this.authRevision++;
    this.#hooks.oninherited(this.id);
  }
}
