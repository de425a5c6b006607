import { createContext } from "svelte";
import { SvelteMap } from "svelte/reactivity";
import { command, Failure, onEvent, type EndedView, type ErrorView } from "../../ipc";
import type { InspectedView, KeyPartView, TokenCardView, TokenView } from "../../ipc";
import { announcement } from "./announcements";
import type { Moment } from "./card-state";
import { nextChange } from "./next-change";
import { OwnerKeys } from "./owner-keys.svelte";

/** What is being done with the token of a node because somebody pressed a button. */
export type Doing = "get" | "refresh" | "end";

/**
 * The tokens as the native side knows them: the list of all, and a card for each node that is on screen. Both are
 * projections without secrets; they are asked for again when an event or the clock says that they changed.
 */
export class Tokens {
  list = $state.raw<readonly TokenView[]>([]);
  /** The list has been read: only then can it be said to be empty. */
  known = $state(false);
  /** The table of all tokens stands in front. */
  allShown = $state(false);
  /** The last change of a token that is on screen, for the live region. */
  announced = $state("");
  readonly ownerKeys = new OwnerKeys();
  readonly #byKey = $derived(new Map(this.list.map((token) => [token.key, token])));
  readonly #cards = new SvelteMap<string, TokenCardView>();
  readonly #problems = new SvelteMap<string, ErrorView>();
  readonly #doing = new SvelteMap<string, Doing>();
  readonly #moments = new SvelteMap<string, Moment>();
  readonly #watched = new Map<string, number>();
  readonly #asked = new Map<string, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Takes the list that came with the workspace. */
  show(list: readonly TokenView[]): void {
    this.list = list;
    this.known = true;
    this.#schedule();
  }

  card(node: string): TokenCardView | undefined {
    return this.#cards.get(node);
  }

  /** Why there is no card, or why the last action on it failed, where the card itself does not say. */
  problem(node: string): ErrorView | undefined {
    return this.#problems.get(node);
  }

  byKey(key: string | null): TokenView | undefined {
    return key === null ? undefined : this.#byKey.get(key);
  }

  /** The token of a node that has OAuth settings of its own; null while it has none, undefined while unknown. */
  ofOwner(owner: string): TokenView | null | undefined {
    const key = this.ownerKeys.of(owner);
    return key === undefined ? undefined : (this.byKey(key) ?? null);
  }

  doing(node: string): Doing | undefined {
    return this.#doing.get(node);
  }

  moment(node: string): Moment | undefined {
    return this.#moments.get(node);
  }

  /** Keeps the card of a node fresh until the returned function is called. */
  watch(node: string): () => void {
    this.#watched.set(node, (this.#watched.get(node) ?? 0) + 1);
    void this.reload(node);
    return () => {
      const rest = (this.#watched.get(node) ?? 1) - 1;
      if (rest > 0) this.#watched.set(node, rest);
      else this.#watched.delete(node);
      this.#schedule();
    };
  }

  /** Asks for the card of a node again. */
  async reload(node: string): Promise<void> {
    const turn = (this.#asked.get(node) ?? 0) + 1;
    this.#asked.set(node, turn);
    try {
      const card = await command("token_card", { node });
      if (this.#asked.get(node) !== turn) return;
      this.#take(node, card);
      if (!this.#doing.has(node) && card.failure === null) this.#problems.delete(node);
    } catch (thrown) {
      if (this.#asked.get(node) === turn) this.#problems.set(node, Failure.from(thrown).view);
    }
  }

  async reloadList(): Promise<void> {
    try {
      this.show(await command("list_tokens"));
    } catch {
      // The list stays as it was; whatever is wrong shows where the token is used.
    }
  }

  /** Gets a token anew; ends when it is there, refused, or given up. */
  async getNew(node: string): Promise<void> {
    await this.#act(node, "get", () => command("get_new_token", { node }));
  }

  async refresh(node: string): Promise<void> {
    await this.#act(node, "refresh", () => command("refresh_token", { node }));
  }

  /** Gets a token by a stronger or fresher sign-in, as the API asked for. */
  async stepUp(node: string): Promise<void> {
    await this.#act(node, "get", () => command("step_up", { node }));
  }

  /** Ends the token at the provider and forgets it here. Answers what a person should know about it. */
  async end(node: string, way: "revoke_token" | "log_out"): Promise<readonly string[]> {
    let ended: EndedView | undefined;
    await this.#act(node, "end", async () => {
      ended = await command(way, { node });
      this.#moments.set(node, { kind: "revoked", at: Date.now() });
      return ended.card;
    });
    await this.reloadList();
    return ended?.notices ?? [];
  }

  /** Forgets tokens here; the providers are not told. `restore` brings them back. */
  async remove(keys: readonly string[]): Promise<void> {
    await command("delete_tokens", { keys: [...keys] });
    await this.#reloadAllOf(keys);
  }

  /** Brings back what was forgotten here a moment ago. */
  async restore(keys: readonly string[]): Promise<void> {
    await command("restore_tokens", { keys: [...keys] });
    await this.#reloadAllOf(keys);
  }

  /** What the provider says about the token, or about the person. */
  inspect(node: string, about: "token" | "person"): Promise<InspectedView> {
    return command(about === "token" ? "introspect_token" : "userinfo", { node });
  }

  /** Gives the token of a node another name, in its settings too. */
  async rename(node: string, name: string): Promise<void> {
    this.#take(node, await command("rename_token", { node, name }));
    await this.reloadList();
  }

  /** The settings that make the token of a node another one than all others. */
  why(node: string): Promise<readonly KeyPartView[]> {
    return command("why_this_token", { node });
  }

  async cancel(node: string): Promise<void> {
    await command("cancel_login", { node });
  }

  /** Opens the page of the sign-in once more. */
  async openPage(node: string): Promise<void> {
    await command("open_login_page", { node });
  }

  async paste(node: string, url: string): Promise<void> {
    await command("paste_callback", { node, url });
  }

  /** Takes away what is said about a failed action. */
  dismiss(node: string): void {
    this.#problems.delete(node);
  }

  /** Hears what happens to tokens until the returned function is called. */
  follow(): () => void {
    const ends = [
      onEvent("token-changed", ({ key }) => void Promise.all([this.reloadList(), this.#reloadCardsOf(key)])),
      onEvent("flow-changed", ({ node }) => this.#watched.has(node) && void this.reload(node)),
      onEvent("key-store-changed", () => void this.reloadAll()),
    ];
    return () => {
      clearTimeout(this.#timer);
      ends.forEach((end) => end());
    };
  }

  /** Asks for everything on screen again: variables, or the key store, changed under it. */
  async reloadAll(): Promise<void> {
    await Promise.all([this.reloadList(), ...[...this.#watched.keys()].map((node) => this.reload(node))]);
  }

  async #act(node: string, doing: Doing, run: () => Promise<TokenCardView>): Promise<void> {
    if (this.#doing.has(node)) return;
    this.#doing.set(node, doing);
    this.#problems.delete(node);
    let failure: ErrorView | null = null;
    try {
      this.#take(node, await run());
    } catch (thrown) {
      failure = Failure.from(thrown).view;
    } finally {
      this.#doing.delete(node);
    }
    await this.reload(node);
    if (failure && failure.code !== "cancelled" && !this.#cards.get(node)?.failure) {
      this.#problems.set(node, failure);
    }
  }

  #take(node: string, card: TokenCardView): void {
    const before = this.#cards.get(node);
    this.#cards.set(node, card);
    if (before && before.tokenKey === card.tokenKey) this.#notice(node, before, card);
    else this.#moments.delete(node);
    this.#schedule();
  }

  #notice(node: string, before: TokenCardView, after: TokenCardView): void {
    const now = Date.now();
    const said = announcement(before, after, now);
    if (said && this.#watched.has(node)) this.announced = said;
    if (after.obtainedAt === null || after.obtainedAt === before.obtainedAt) return;
    this.#moments.set(node, { kind: before.obtainedAt === null ? "obtained" : "refreshed", at: now });
  }

  async #reloadAllOf(keys: readonly string[]): Promise<void> {
    await Promise.all([this.reloadList(), ...keys.map((key) => this.#reloadCardsOf(key))]);
  }

  async #reloadCardsOf(key: string): Promise<void> {
    const nodes = [...this.#watched.keys()].filter((node) => {
      const shown = this.#cards.get(node)?.tokenKey;
      return shown === undefined || shown === null || shown === key;
    });
    await Promise.all(nodes.map((node) => this.reload(node)));
  }

  /** Asks again at the moment at which the next status changes by itself. */
  #schedule(): void {
    clearTimeout(this.#timer);
    const cards = [...this.#watched.keys()].flatMap((node) => this.#cards.get(node) ?? []);
    const wait = nextChange(this.list, cards, Date.now());
    if (wait !== null) this.#timer = setTimeout(() => void this.reloadAll(), wait);
  }
}

export const [tokens, provideTokens] = createContext<Tokens>();
