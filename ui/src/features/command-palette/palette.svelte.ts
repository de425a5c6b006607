import { createContext } from "svelte";
import type { Health } from "../../components/HealthGlyph.svelte";
import type { IconName } from "../../components/icons";
import { fuzzy } from "../../lib/fuzzy";

export type PaletteGroup = "Actions" | "Tokens" | "Requests" | "Environments" | "Settings";

/** Something that can be run, opened or chosen. */
export interface PaletteEntry {
  id: string;
  group: PaletteGroup;
  label: string;
  icon?: IconName;
  method?: string;
  health?: Health;
  colour?: string;
  /** Muted, at the end of the line. */
  detail?: string;
  shortcut?: string[];
  /** Found by these words too. */
  also?: string;
  /** It is about what is open right now, and goes before the rest of its group. */
  current?: boolean;
  run: () => void;
}

/** An entry that answers the query, with the letters that do. */
export interface PaletteHit {
  entry: PaletteEntry;
  ranges: [number, number][];
}

/** The first letter of the query limits it to one group. */
const PREFIXES: Record<string, PaletteGroup> = {
  ">": "Actions",
  "@": "Tokens",
  "#": "Environments",
  "/": "Requests",
};
const ORDER: PaletteGroup[] = ["Actions", "Tokens", "Requests", "Environments", "Settings"];
/** Lines of one group, while all groups are searched. */
const MOST = 8;
const MOST_ALONE = 60;
const RECENT = 12;

/** One field that finds everything: actions, tokens, requests, environments, settings. */
export class Palette {
  open = $state(false);
  query = $state("");
  at = $state(0);
  /** What there is, read anew each time it opens. */
  entries = $state.raw<readonly PaletteEntry[]>([]);
  #recent: string[] = [];
  readonly #provide: () => PaletteEntry[];

  constructor(provide: () => PaletteEntry[]) {
    this.#provide = provide;
  }

  readonly group = $derived(PREFIXES[this.query[0] ?? ""]);
  readonly hits = $derived(this.#find());
  readonly chosen = $derived(this.hits[this.at]?.entry);

  show(query = ""): void {
    this.entries = this.#provide();
    this.query = query;
    this.at = 0;
    this.open = true;
  }

  close(): void {
    this.open = false;
  }

  type(query: string): void {
    this.query = query;
    this.at = 0;
  }

  move(step: number): void {
    const count = this.hits.length;
    if (count > 0) this.at = (this.at + step + count) % count;
  }

  /** Runs an entry. It stays open when several are to be run. */
  run(entry: PaletteEntry, stay = false): void {
    this.#recent = [entry.id, ...this.#recent.filter((id) => id !== entry.id)].slice(0, RECENT);
    if (!stay) this.close();
    entry.run();
    if (stay) this.entries = this.#provide();
  }

  #find(): PaletteHit[] {
    const query = (this.group ? this.query.slice(1) : this.query).trim().toLowerCase();
    const most = this.group ? MOST_ALONE : MOST;
    return ORDER.filter((group) => !this.group || group === this.group).flatMap((group) =>
      this.entries
        .filter((entry) => entry.group === group)
        .flatMap((entry) => this.#rated(entry, query))
        .sort((one, other) => other.score - one.score)
        .slice(0, most),
    );
  }

  #rated(entry: PaletteEntry, query: string): (PaletteHit & { score: number })[] {
    const recent = this.#recent.indexOf(entry.id);
    const bonus = (entry.current ? 20 : 0) + (recent < 0 ? 0 : RECENT - recent);
    if (query === "") return [{ entry, ranges: [], score: bonus }];
    const label = fuzzy(entry.label, query);
    if (label) return [{ entry, ranges: label.ranges, score: label.score + bonus }];
    const also = fuzzy(`${entry.label} ${entry.also ?? ""} ${entry.detail ?? ""}`, query);
    return also ? [{ entry, ranges: [], score: also.score / 2 + bonus }] : [];
  }
}

export const [palette, providePalette] = createContext<Palette>();
