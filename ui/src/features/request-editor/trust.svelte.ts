import { createContext } from "svelte";
import { command, type CollectionScripts } from "../../ipc";

/** The question whether the scripts of a collection may run. */
export class ScriptTrust {
  /** The collection that is asked about. */
  collection = $state<string | null>(null);
  scripts = $state.raw<CollectionScripts | null>(null);

  async ask(collection: string): Promise<void> {
    this.scripts = await command("collection_scripts", { collection });
    this.collection = collection;
  }

  async trust(): Promise<void> {
    if (this.collection !== null) await command("trust_scripts", { collection: this.collection });
    this.close();
  }

  close(): void {
    this.collection = null;
    this.scripts = null;
  }
}

export const [scriptTrust, provideScriptTrust] = createContext<ScriptTrust>();
