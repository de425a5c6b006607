import { invoke } from "@tauri-apps/api/core";
import type { Commands } from "./bindings";
import { Failure } from "./failure";

type Args<Name extends keyof Commands> =
  Commands[Name]["args"] extends Record<string, never> ? [] : [args: Commands[Name]["args"]];

/** Gives a command to the Rust half; rejects with a Failure. */
export async function command<Name extends keyof Commands>(
  name: Name,
  ...[args]: Args<Name>
): Promise<Commands[Name]["returns"]> {
  try {
    return await invoke<Commands[Name]["returns"]>(name, args);
  } catch (thrown) {
    throw Failure.from(thrown);
  }
}
