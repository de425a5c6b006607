import { createContext } from "svelte";

export type SettingsTab = "general" | "sending" | "secrets" | "shortcuts";

/** What can be set, as the palette finds it. */
const KNOWN: { label: string; tab: SettingsTab; also: string }[] = [
  { label: "Theme", tab: "general", also: "dark light appearance colours" },
  { label: "Zoom", tab: "general", also: "size scale font" },
  {
    label: "How secrets are protected",
    tab: "secrets",
    also: "key store keyring passphrase encryption vault",
  },
  { label: "Keyboard shortcuts", tab: "shortcuts", also: "keys hotkeys" },
];

/** The dialog with the settings of the application. */
export class SettingsPage {
  open = $state(false);
  tab = $state<SettingsTab>("general");

  show(tab: SettingsTab = "general"): void {
    this.tab = tab;
    this.open = true;
  }

  close(): void {
    this.open = false;
  }

  entries() {
    return KNOWN.map(({ label, tab, also }) => ({
      id: `setting ${label}`,
      label,
      also: `settings ${also}`,
      run: () => this.show(tab),
    }));
  }
}

export const [settingsPage, provideSettingsPage] = createContext<SettingsPage>();
