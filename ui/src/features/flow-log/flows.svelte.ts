import { command, type FlowFormat, type FlowStepView, type FlowView } from "../../ipc";

/** The last flows of a token, and which of them is looked at. The newest one is always live. */
export class Flows {
  /** Newest first, as they were when the list was opened last. */
  kept = $state.raw<readonly FlowView[]>([]);
  #chosen = $state<string | null>(null);
  readonly #key: () => string | null;

  constructor(key: () => string | null) {
    this.#key = key;
  }

  /** An earlier flow that is looked at; null for the newest one. */
  readonly earlier = $derived.by(() => this.kept.find(({ id }) => id === this.#chosen) ?? null);

  async load(): Promise<void> {
    const key = this.#key();
    this.kept = key === null ? [] : await command("flows", { key });
  }

  /** Looks at a flow; the newest one goes on by itself. */
  choose(id: string | null): void {
    this.#chosen = id === this.kept[0]?.id ? null : id;
  }

  /** The flow on screen as a document, secrets blanked. */
  async document(format: FlowFormat): Promise<string> {
    const [key, flow] = await this.#onScreen();
    return command("export_flow", { key, flow, format });
  }

  /** All flows that are kept, as one document. */
  async all(format: FlowFormat): Promise<string> {
    return command("export_flow", { key: this.#key() ?? "", flow: null, format });
  }

  /** The request of a step on screen as a cURL command. */
  async curl(step: FlowStepView, steps: readonly FlowStepView[], withSecrets: boolean): Promise<string> {
    const [key, flow] = await this.#onScreen();
    return command("flow_step_as_curl", { key, flow, step: steps.indexOf(step), withSecrets });
  }

  async #onScreen(): Promise<[key: string, flow: string]> {
    if (!this.earlier) await this.load();
    return [this.#key() ?? "", (this.earlier ?? this.kept[0])?.id ?? ""];
  }
}
