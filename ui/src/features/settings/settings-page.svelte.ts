import { createContext } from "svelte";
import { WorkspaceSending } from "./sending.svelte";

export type SettingsTab = "general" | "sending" | "cookies" | "secrets" | "shortcuts";

/** What can be set, as the palette finds it. */
const KNOWN: { label: string; tab: SettingsTab; also: string }[] = [
  { label: "Theme", tab: "general", also: "dark light appearance colours" },
  { label: "Proxy", tab: "sending", also: "network socks http" },
  { label: "Verify TLS", tab: "sending", also: "certificates ssl insecure" },
  { label: "Client certificates by host", tab: "sending", also: "mtls tls pem pkcs12 ca bundle authorities" },
  { label: "Timeout", tab: "sending", also: "limit wait" },
  { label: "Follow redirects", tab: "sending", also: "" },
  { label: "Cookies", tab: "cookies", also: "jar session" },
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
  readonly sending: WorkspaceSending;
  open = $state(false);
  tab = $state<SettingsTab>("general");

  /** `changed` is told when what requests inherit has changed. */
  constructor(changed: () => void) {
    this.sending = new WorkspaceSending(changed);
  }

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
