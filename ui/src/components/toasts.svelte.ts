import { createContext } from "svelte";

/** A short message at the lower right; never the only place where an error is shown. */
export interface Toast {
  id: number;
  text: string;
  detail?: string;
  tone: "plain" | "ok" | "warn" | "bad";
  action?: { label: string; run: () => void };
}

const MOST = 3;
const SHOWN_MS = 5_000;
const SHOWN_WITH_ACTION_MS = 10_000;

/** The toasts on screen: three at most, each for five seconds, ten when it offers something. */
export class Toasts {
  shown = $state<Toast[]>([]);
  #next = 1;
  #timers = new Map<number, ReturnType<typeof setTimeout>>();

  show(text: string, options: Partial<Omit<Toast, "id" | "text">> = {}): void {
    const toast: Toast = { tone: "plain", ...options, id: this.#next++, text };
    for (const old of this.shown.slice(0, Math.max(0, this.shown.length - MOST + 1))) this.dismiss(old.id);
    this.shown.push(toast);
    this.#start(toast);
  }

  dismiss(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.shown = this.shown.filter((toast) => toast.id !== id);
  }

  /** While the pointer or the focus is on them, no toast goes away. */
  pause(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  resume(): void {
    for (const toast of this.shown) this.#start(toast);
  }

  #start(toast: Toast): void {
    clearTimeout(this.#timers.get(toast.id));
    const shown = toast.action ? SHOWN_WITH_ACTION_MS : SHOWN_MS;
    this.#timers.set(
      toast.id,
      setTimeout(() => this.dismiss(toast.id), shown),
    );
  }
}

export const [toasts, provideToasts] = createContext<Toasts>();
