import { SvelteSet } from "svelte/reactivity";
import type { TokenView } from "../../ipc";
import { STATUS_WORDS, statusNow } from "./card-state";

export type Column = "name" | "provider" | "client" | "environment" | "used" | "left";

/** What is shown of all tokens, in which order, and which of them are chosen. */
export class AllTokens {
  filter = $state("");
  by = $state.raw<{ column: Column; down: boolean }>({ column: "left", down: false });
  readonly chosen = new SvelteSet<string>();
  readonly #list: () => readonly TokenView[];

  constructor(list: () => readonly TokenView[]) {
    this.#list = list;
  }

  /** Those that the filter lets through, in order. They do not move while time passes. */
  readonly rows = $derived.by<readonly TokenView[]>(() => {
    const words = this.filter.toLowerCase().split(/\s+/).filter(Boolean);
    const { column, down } = this.by;
    const rows = this.#list().filter((token) => words.every((word) => textOf(token).includes(word)));
    const sorted = rows.toSorted((a, b) => compare(a, b, column) || a.name.localeCompare(b.name));
    return down ? sorted.toReversed() : sorted;
  });
  /** The chosen ones that are still there. */
  readonly chosenRows = $derived.by(() => this.#list().filter(({ key }) => this.chosen.has(key)));
  readonly allChosen = $derived(this.rows.length > 0 && this.rows.every(({ key }) => this.chosen.has(key)));

  /** A second time the other way round. */
  sort(column: Column): void {
    this.by = { column, down: this.by.column === column && !this.by.down };
  }

  choose(key: string, chosen: boolean): void {
    if (chosen) this.chosen.add(key);
    else this.chosen.delete(key);
  }

  chooseAll(chosen: boolean): void {
    for (const { key } of this.rows) this.choose(key, chosen);
  }

  /** Tokens that only a new sign-in replaces: nothing is lost with them. */
  spent(now: number): readonly TokenView[] {
    return this.#list().filter((token) => {
      const status = statusNow(token, now);
      return status === "sign-in-needed" || (status === "expired" && !token.hasRefreshToken);
    });
  }
}

function textOf(token: TokenView): string {
  const { name, provider, clientId, environment, scope, grant, status } = token;
  return [name, provider, clientId, environment ?? "", scope, grant, STATUS_WORDS[status]]
    .join(" ")
    .toLowerCase();
}

function compare(a: TokenView, b: TokenView, column: Column): number {
  switch (column) {
    case "name":
      return a.name.localeCompare(b.name);
    case "provider":
      return a.provider.localeCompare(b.provider);
    case "client":
      return a.clientId.localeCompare(b.clientId);
    case "environment":
      return (a.environment ?? "").localeCompare(b.environment ?? "");
    case "used":
      return (b.lastUsedAt ?? 0) - (a.lastUsedAt ?? 0);
    case "left":
      return (a.expiresAt ?? Infinity) - (b.expiresAt ?? Infinity) || 0;
  }
}
