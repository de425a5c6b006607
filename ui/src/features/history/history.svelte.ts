import { createContext } from "svelte";
import { command, type HistoryDetail, type HistoryView } from "../../ipc";

/** Rows fetched at once. */
const PAGE = 200;
const LOOK_AFTER_MS = 120;
/** How long a deletion can be undone. */
const UNDO_MS = 10_000;

/** What was sent before: the list as far as it has been scrolled to, and the exchange that stands open. */
export class History {
  query = $state("");
  rows = $state.raw<readonly HistoryView[]>([]);
  /** It has been read at least once. */
  ready = $state(false);
  /** There are older ones to fetch. */
  more = $state(false);
  open = $state.raw<HistoryDetail | null>(null);
  /** Deleted, and still to be undone. */
  readonly #leaving = new Map<string, ReturnType<typeof setTimeout>>();
  #look = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #growing = false;

  /** Reads the latest ones that match. */
  async refresh(): Promise<void> {
    clearTimeout(this.#timer);
    const look = ++this.#look;
    const rows = await command("history", { query: this.query, before: null, limit: PAGE });
    if (look !== this.#look) return;
    this.more = rows.length === PAGE;
    this.rows = rows.filter((row) => !this.#leaving.has(row.id));
    this.ready = true;
  }

  /** Reads them as soon as typing pauses. */
  search(query: string, failed: (thrown: unknown) => void): void {
    this.query = query;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.refresh().catch(failed), LOOK_AFTER_MS);
  }

  /** Fetches older ones behind those that are there. */
  async grow(): Promise<void> {
    const last = this.rows.at(-1);
    if (!this.more || !last || this.#growing) return;
    const look = this.#look;
    this.#growing = true;
    try {
      const rows = await command("history", { query: this.query, before: last.id, limit: PAGE });
      if (look !== this.#look) return;
      this.more = rows.length === PAGE;
      this.rows = [...this.rows, ...rows.filter((row) => !this.#leaving.has(row.id))];
    } finally {
      this.#growing = false;
    }
  }

  async show(id: string): Promise<void> {
    this.open = await command("history_entry", { id });
  }

  close(): void {
    this.open = null;
  }

  /** Takes one out of the list; it is deleted when it can no longer be undone. */
  remove(id: string): void {
    this.rows = this.rows.filter((row) => row.id !== id);
    if (this.open?.entry.id === id) this.open = null;
    this.#leaving.set(
      id,
      setTimeout(() => void this.#delete(id).catch(() => {}), UNDO_MS),
    );
  }

  /** Undoes a deletion. */
  async keep(id: string): Promise<void> {
    clearTimeout(this.#leaving.get(id));
    this.#leaving.delete(id);
    await this.refresh();
  }

  async clear(): Promise<void> {
    await command("clear_history");
    this.open = null;
    await this.refresh();
  }

  /** Does what waits to be done, before the window closes. */
  async settle(): Promise<void> {
    await Promise.all([...this.#leaving.keys()].map((id) => this.#delete(id)));
  }

  async #delete(id: string): Promise<void> {
    clearTimeout(this.#leaving.get(id));
    this.#leaving.delete(id);
    await command("delete_history", { id });
  }
}

export const [history, provideHistory] = createContext<History>();
