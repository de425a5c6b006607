import {
  command,
  type HostSettingsEdit,
  type HostSettingsView,
  type JsonValue,
  type WorkspaceSettingsView,
} from "../../ipc";
import { Saver } from "../../lib/saver.svelte";

/** A host with its certificates as they are edited; a passphrase of null keeps the one that is stored. */
export type HostRow = HostSettingsEdit & { hasPassphrase: boolean };

/** How the workspace sends where no collection, folder or request says otherwise. */
export class WorkspaceSending {
  sending = $state.raw<Record<string, unknown>>({});
  hosts = $state.raw<readonly HostRow[]>([]);
  readonly saver = new Saver();
  /** Told when what requests inherit has changed. */
  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  async load(): Promise<void> {
    this.#take(await command("workspace_settings"));
  }

  set(name: string, value: JsonValue): void {
    this.sending = { ...this.sending, [name]: value };
    this.saver.later(`setting ${name}`, async () => {
      await command("set_workspace_settings", { settings: { [name]: value } });
      this.#changed();
    });
  }

  setHosts(hosts: HostRow[]): void {
    this.hosts = hosts;
    this.saver.later("hosts", async () => {
      const complete = this.hosts.filter(({ host }) => host.trim() !== "");
      await command("set_host_settings", { hosts: complete.map(withoutHint) });
      this.#changed();
    });
  }

  #take({ sending, hosts }: WorkspaceSettingsView): void {
    this.sending = sending;
    this.hosts = hosts.map(rowOf);
  }
}

function rowOf({ hasPassphrase, ...host }: HostSettingsView): HostRow {
  return { ...host, hasPassphrase, passphrase: null };
}

function withoutHint({ host, certificate, key, passphrase, caBundle, enabled }: HostRow): HostSettingsEdit {
  return { host, certificate, key, passphrase, caBundle, enabled };
}
