import { listen } from "@tauri-apps/api/event";
import type { Events } from "./bindings";

/** Hears an event of the Rust half until the returned function is called. */
export function onEvent<Name extends keyof Events>(
  name: Name,
  heard: (event: Events[Name]) => void,
): () => void {
  let ended = false;
  let unlisten: (() => void) | undefined;
  void listen<Events[Name]>(name, (event) => heard(event.payload)).then((end) => {
    if (ended) end();
    else unlisten = end;
  });
  return () => {
    ended = true;
    unlisten?.();
  };
}
