import { createContext } from "svelte";

export type ThemeChoice = "system" | "dark" | "light";

/** The key that public/theme.js reads before the first paint. */
const KEY = "gatepass.theme";

/** Which theme the user wants, and which one is on. */
export class Theme {
  choice = $state<ThemeChoice>("system");
  #systemIsLight = $state(false);
  readonly shown = $derived.by(() => {
    if (this.choice !== "system") return this.choice;
    return this.#systemIsLight ? "light" : "dark";
  });

  /** Follows the system from now on; returns what ends that. */
  follow(): () => void {
    const query = matchMedia("(prefers-color-scheme: light)");
    const changed = () => {
      this.#systemIsLight = query.matches;
      this.#apply();
    };
    this.choice = kept();
    changed();
    query.addEventListener("change", changed);
    return () => query.removeEventListener("change", changed);
  }

  choose(choice: ThemeChoice): void {
    this.choice = choice;
    try {
      localStorage.setItem(KEY, choice);
    } catch {
      // Storage may be denied: then the choice lasts as long as the window.
    }
    this.#apply();
  }

  #apply(): void {
    document.documentElement.dataset.theme = this.shown;
  }
}

function kept(): ThemeChoice {
  try {
    const value = localStorage.getItem(KEY);
    return value === "dark" || value === "light" ? value : "system";
  } catch {
    return "system";
  }
}

export const [theme, provideTheme] = createContext<Theme>();
