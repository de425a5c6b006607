import { createContext } from "svelte";
import type { Health } from "../components/HealthGlyph.svelte";
import { Toasts } from "../components/toasts.svelte";
import { Authorization, Discoveries } from "../features/authorization";
import { Palette, type PaletteEntry } from "../features/command-palette";
import { Environments, GLOBALS } from "../features/environments";
import { History } from "../features/history";
import { ImportDialogState } from "../features/interchange";
import { Problems, StartTrouble } from "../features/problems";
import { asCurl, CodePage, OpenTabs, ScriptTrust } from "../features/request-editor";
import { Exchanges } from "../features/response-viewer";
import { Runs } from "../features/runs";
import { KeyStore, SettingsPage } from "../features/settings";
import { healthOf, STATUS_WORDS, Tokens } from "../features/tokens";
import { WorkspaceTree } from "../features/workspace-tree";
import { command, onEvent, type ImportResult, type SendIntent, type WorkspaceView } from "../ipc";
import { copyText } from "../lib/clipboard";
import { counted } from "../lib/format";

/** What lies on the table: the features of the window, and what one of them means for the others. */
export class Desk {
  readonly tree = new WorkspaceTree();
  readonly tabs = new OpenTabs((node) => this.tree.patch(node.id, node));
  readonly environments = new Environments();
  readonly exchanges = new Exchanges();
  readonly problems = new Problems();
  readonly trouble = new StartTrouble(() => void this.#open());
  readonly tokens = new Tokens();
  readonly discoveries = new Discoveries();
  readonly toasts = new Toasts();
  readonly importing = new ImportDialogState();
  readonly history = new History();
  readonly code = new CodePage();
  readonly trust = new ScriptTrust();
  readonly runs = new Runs();
  readonly settings = new SettingsPage(() => void this.problems.attempt(() => this.tabs.reloadScopes()));
  readonly palette: Palette;
  readonly keyStore = new KeyStore();
  /** The workspace has been read: only then can it be said to be empty. */
  ready = $state(false);
  name = $state("Gatepass");

  /** What stands in front of the requests; null: nothing. */
  readonly aside = $derived.by(() => {
    if (this.tokens.allShown) return "tokens";
    if (this.history.open) return "history";
    if (this.environments.open === GLOBALS) return "globals";
    if (this.environments.openView) return "environment";
    return this.runs.open ? "run" : null;
  });

  /** `entries` is everything that the palette finds. */
  constructor(entries: (desk: Desk) => PaletteEntry[]) {
    this.palette = new Palette(() => entries(this));
    this.environments.onresolved = () => {
      this.tokens.ownerKeys.forgetAll();
      void this.problems.attempt(() => this.tabs.reloadScopes());
    };
    this.tabs.onfront = () => {
      this.environments.open = null;
      this.tokens.allShown = false;
      this.history.close();
      this.runs.close();
    };
    this.tree.onexpanded = (ids) =>
      void command("set_setting", { name: "expanded", value: ids }).catch(() => {});
  }

  /** Reads the workspace, and hears what happens to it, until the returned function is called. */
  start(): () => void {
    void this.#open();
    const ends = [
      this.exchanges.follow(),
      this.tokens.follow(),
      this.runs.follow(),
      onEvent("workspace-changed", () => void this.reload()),
      this.keyStore.follow(),
    ];
    return () => ends.forEach((end) => end());
  }

  /** Another process, or the playground, changed the workspace. */
  async reload(): Promise<void> {
    await this.problems.attempt(async () => {
      this.#show(await command("open_workspace"), [...this.tree.expanded]);
      this.tabs.close(
        this.tabs.ids.filter((id) => !this.tree.byId.has(id)),
        true,
      );
      await this.tabs.reloadScopes();
    });
  }

  open(id: string): void {
    this.tabs.open(id);
    this.tree.unfold(id);
  }

  /** Stores everything that was typed anywhere; rejects when something could not be stored. */
  async saveAll(): Promise<void> {
    await Promise.all([this.tabs.flush(), this.environments.saver.flush()]);
  }

  /** The same, and what waits to be deleted is. */
  async close(): Promise<void> {
    await Promise.all([this.saveAll(), this.settings.sending.saver.flush(), this.history.settle()]);
  }

  /** Sends the open request with everything that was typed. */
  async send(intent: SendIntent = "plain"): Promise<void> {
    const editor = this.tabs.editor;
    if (!editor?.detail?.request || this.aside) return;
    try {
      await Promise.all([editor.settle(), this.environments.saver.flush()]);
    } catch {
      // What could not be saved is said where it was typed; what is on screen must not differ from what is sent.
      return;
    }
    await this.exchanges.send(editor.id, intent);
    if (this.history.ready) await this.history.refresh().catch(() => {});
  }

  /** Sends the open request, and asks where to save its answer. */
  async sendAndSave(): Promise<void> {
    const { active } = this.tabs;
    await this.send();
    const outcome = active === null ? undefined : this.exchanges.outcome(active);
    if (outcome?.kind === "answered")
      await this.problems.attempt(() => this.exchanges.save(outcome.response));
  }

  /** Shows the scripts of a node's collection, and asks whether they may run. */
  async askTrust(node: string): Promise<void> {
    const collection = this.tree.byId.get(node)?.collection;
    if (collection) await this.problems.attempt(() => this.trust.ask(collection));
  }

  /** Copies the open request as a cURL command line, secrets left out. */
  async copyAsCurl(): Promise<void> {
    const editor = this.tabs.editor;
    if (!editor?.detail?.request) return;
    await this.problems.attempt(async () => {
      await editor.settle();
      await copyText(asCurl(editor.id));
      this.toasts.show("Copied as cURL", { tone: "ok", detail: "Tokens and secrets are left out" });
    });
  }

  /** Gives up the request that is under way. Says whether one was. */
  cancel(): boolean {
    const { active } = this.tabs;
    if (!active || !this.exchanges.running(active)) return false;
    void this.problems.attempt(() => this.exchanges.cancel(active));
    return true;
  }

  /** Opens a collection, folder or request to be run, with everything that was typed. */
  async run(id: string): Promise<void> {
    const node = this.tree.byId.get(id);
    if (!node) return;
    await this.problems.attempt(() => this.saveAll());
    this.tokens.allShown = false;
    this.history.close();
    this.environments.open = null;
    this.runs.show(id, node.name);
  }

  /** Opens the node whose token this is. */
  openToken(key: string): void {
    const owner = this.tree.nodes.find((node) => this.tokens.ofOwner(node.id)?.key === key);
    if (!owner) {
      return this.toasts.show("No request uses this token", {
        detail: "Its settings have changed since it was got.",
      });
    }
    this.open(owner.id);
    if (this.tabs.editor) this.tabs.editor.tab = "authorization";
  }

  /** Makes a request of the exchange that stands open, beside what is open otherwise. */
  async saveFromHistory(id: string): Promise<void> {
    await this.problems.attempt(async () => {
      let parent = this.tree.parentForNew(this.tabs.active);
      parent ??= (await this.tree.create(null, "collection", "New collection")).id;
      const node = await command("request_from_history", { id, parent });
      this.tree.add([node]);
      this.open(node.id);
    });
  }

  /** The authorization of the open node; undefined while none is open. */
  authorization(): Authorization | undefined {
    const { editor } = this.tabs;
    return editor?.detail ? new Authorization(editor, this.tabs, this.tokens) : undefined;
  }

  /** The name of the nearest node above with authorization of its own: what this one inherits, or overrides. */
  authAbove(id: string): string | undefined {
    let at = this.tree.byId.get(id);
    do at = at?.parent ? this.tree.byId.get(at.parent) : undefined;
    while (at && !at.auth);
    return at?.name;
  }

  /** The health of the token that a node sends, and where that is set; undefined where it sends none. */
  health(id: string): { kind: Health; label: string } | undefined {
    let owner = this.tree.byId.get(id);
    while (owner && !owner.auth && owner.parent) owner = this.tree.byId.get(owner.parent);
    if (owner?.auth !== "oauth2") return undefined;
    const status = this.tokens.ofOwner(owner.id)?.status ?? "none";
    const where = owner.id === id ? "set here" : "inherited";
    return { kind: healthOf(status), label: `OAuth 2.0, ${where}, ${STATUS_WORDS[status]}` };
  }

  async create(kind: "collection" | "folder" | "request", near = this.tree.cursor): Promise<void> {
    await this.problems.attempt(async () => {
      let parent = kind === "collection" ? null : this.tree.parentForNew(near);
      if (kind !== "collection" && parent === null) {
        parent = (await this.tree.create(null, "collection", "New collection")).id;
      }
      const node = await this.tree.create(parent, kind, `New ${kind}`);
      if (kind === "request") this.open(node.id);
      else this.tree.renaming = node.id;
    });
  }

  /** Deletes at once, and offers to undo it. */
  async remove(id: string): Promise<void> {
    const name = this.tree.byId.get(id)?.name ?? "";
    await this.problems.attempt(async () => {
      const gone = await this.tree.remove(id);
      const open = this.tabs.ids.filter((tab) => gone.includes(tab));
      this.tabs.close(open, true);
      const inside = gone.length - 1;
      this.toasts.show(`${name} deleted`, {
        detail: inside > 0 ? `With ${counted(inside, "item")} in it` : undefined,
        action: {
          label: "Undo",
          run: () =>
            void this.problems.attempt(async () => {
              await this.tree.restore(id);
              for (const tab of open) this.tabs.open(tab);
            }),
        },
      });
    });
  }

  imported({ id, nodes, environments, globals, warnings }: ImportResult): void {
    this.tree.add(nodes);
    const collections = nodes.filter((node) => node.kind === "collection");
    for (const { id } of collections) this.tree.toggle(id, true);
    this.tree.cursor = collections[0]?.id ?? this.tree.cursor;
    this.environments.show([...this.environments.list, ...environments], this.environments.chosen);
    this.environments.globals = globals;
    this.environments.onresolved();
    const requests = nodes.filter((node) => node.kind === "request").length;
    const what =
      requests > 0 || environments.length === 0
        ? counted(requests, "request")
        : counted(environments.length, "environment");
    this.toasts.show(`Imported ${what}`, {
      tone: warnings.length > 0 ? "warn" : "ok",
      detail: warnings.length > 0 ? counted(warnings.length, "warning") : undefined,
      action: { label: "Undo", run: () => void this.undoImport(id) },
    });
  }

  /** Takes a whole import back out. */
  async undoImport(id: string): Promise<void> {
    await this.problems.attempt(() => command("undo_import", { id }));
    await this.reload();
  }

  async playground(): Promise<void> {
    await this.problems.attempt(async () => {
      const workspace = await command("open_playground");
      this.#show(workspace, [...this.tree.expanded]);
      const collection = workspace.playground?.collection;
      if (!collection) return;
      this.tree.toggle(collection, true);
      const first = this.tree.nodes.find((node) => node.collection === collection && node.kind === "request");
      if (first) this.open(first.id);
    });
  }

  /** What was typed anywhere and is not yet stored. */
  readonly saveState = $derived.by(() => {
    const states = [this.environments.saver.state, this.tabs.editor?.saver.state];
    if (states.includes("failed")) return "failed";
    return states.includes("saving") ? "saving" : "saved";
  });

  /** The key of the token that the open request sends. */
  readonly tokenInUse = $derived.by(() =>
    this.tabs.active === null ? null : (this.tokens.card(this.tabs.active)?.tokenKey ?? null),
  );

  /** Reads the workspace for the first time. That it does not open is a page of its own. */
  async #open(): Promise<void> {
    try {
      const workspace = await command("open_workspace");
      this.#show(workspace, texts(workspace.settings.expanded));
      this.tabs.restore(workspace.settings, (id) => this.tree.byId.has(id));
      if (this.tabs.active) this.tree.unfold(this.tabs.active);
    } catch (thrown) {
      this.trouble.meet(thrown);
    }
  }

  #show(workspace: WorkspaceView, expanded: string[]): void {
    this.name = workspace.name;
    this.tree.show(workspace.nodes, expanded);
    this.environments.show(workspace.environments, workspace.chosenEnvironment);
    this.environments.globals = workspace.globals;
    this.keyStore.show(workspace.keyStore);
    this.tokens.show(workspace.tokens);
    this.ready = true;
  }
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

export const [desk, provideDesk] = createContext<Desk>();
