import { createContext } from "svelte";
import { command, type EnvironmentView, type VariableView } from "../../ipc";
import { Saver } from "../../lib/saver.svelte";

/** Stands for the global variables where an environment's id would. */
export const GLOBALS = "globals";

/** The environments of the workspace, and which one is chosen. */
export class Environments {
  list = $state.raw<readonly EnvironmentView[]>([]);
  chosen = $state<string | null>(null);
  /** The one whose variables stand open; GLOBALS for the global variables. */
  open = $state<string | null>(null);
  globals = $state.raw<readonly VariableView[]>([]);
  /** Told after another one was chosen, or its variables were saved: what templates resolve to has changed. */
  onresolved: () => void = () => {};
  readonly saver = new Saver();

  readonly chosenView = $derived(this.list.find((environment) => environment.id === this.chosen));
  readonly openView = $derived(this.list.find((environment) => environment.id === this.open));

  show(list: readonly EnvironmentView[], chosen: string | null): void {
    this.list = list;
    this.chosen = chosen;
    if (this.open !== null && this.open !== GLOBALS && !list.some(({ id }) => id === this.open))
      this.open = null;
  }

  /** Replaces the global variables; a secret whose value is null keeps the value it has. */
  setGlobals(variables: VariableView[]): void {
    this.globals = variables;
    this.saver.later(GLOBALS, async () => {
      await command("set_globals", { variables: [...this.globals] });
      this.onresolved();
    });
  }

  openGlobals(): void {
    this.open = GLOBALS;
  }

  recolour(id: string, colour: string | null): void {
    this.#edit(id, { colour });
  }

  /** Undoes a deletion. */
  async restore(id: string): Promise<void> {
    this.list = [...this.list, await command("restore_environment", { id })];
  }

  async choose(id: string | null): Promise<void> {
    const before = this.chosen;
    this.chosen = id;
    try {
      await this.saver.flush();
      await command("choose_environment", { id });
    } catch (thrown) {
      this.chosen = before;
      throw thrown;
    }
    this.onresolved();
  }

  async create(name: string): Promise<void> {
    const made = await command("create_environment", { name });
    this.list = [...this.list, made];
    this.open = made.id;
  }

  rename(id: string, name: string): void {
    this.#edit(id, { name });
  }

  /** Replaces the variables; a secret whose value is null keeps the value it has. */
  setVariables(id: string, variables: VariableView[]): void {
    this.#edit(id, { variables });
  }

  async remove(id: string): Promise<void> {
    await command("delete_environment", { id });
    this.list = this.list.filter((environment) => environment.id !== id);
    if (this.open === id) this.open = null;
    if (this.chosen === id) this.chosen = null;
    this.onresolved();
  }

  #edit(id: string, part: Partial<EnvironmentView>): void {
    this.list = this.list.map((environment) =>
      environment.id === id ? { ...environment, ...part } : environment,
    );
    this.saver.later(id, async () => {
      const environment = this.list.find((other) => other.id === id);
      if (!environment) return;
      await command("edit_environment", { environment });
      this.onresolved();
    });
  }
}

export const [environments, provideEnvironments] = createContext<Environments>();
