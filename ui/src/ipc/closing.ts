import { getCurrentWindow } from "@tauri-apps/api/window";

/** A save that takes longer does not keep the window open. */
const LONGEST_MS = 2_000;

/**
 * Runs `save` when the window is about to close, and lets it close as soon as that has ended; until the returned
 * function is called.
 */
export function beforeClosing(save: () => Promise<unknown>): () => void {
  let ended = false;
  let unlisten: (() => void) | undefined;
  const listening = getCurrentWindow().onCloseRequested(async () => {
    const tooLong = new Promise((resolve) => setTimeout(resolve, LONGEST_MS));
    // What could not be saved was said where it was typed; closing is the person's decision.
    await Promise.race([save().catch(() => {}), tooLong]);
  });
  void listening.then((end) => {
    if (ended) end();
    else unlisten = end;
  });
  return () => {
    ended = true;
    unlisten?.();
  };
}
