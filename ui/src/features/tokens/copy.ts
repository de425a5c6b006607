import type { Toasts } from "../../components/toasts.svelte";
import { command, type TokenPart } from "../../ipc";
import { copyText } from "../../lib/clipboard";

/** The parts of a token set by name. */
export const PART_NAMES: Record<TokenPart, string> = {
  access_token: "Access token",
  id_token: "ID token",
  refresh_token: "Refresh token",
};

/** Copies a token; the text goes to the clipboard and stays nowhere else. */
export async function copyToken(key: string, part: TokenPart, messages: Toasts): Promise<void> {
  await copyText(command("reveal_token", { key, part }));
  messages.show(`${PART_NAMES[part]} copied`, { tone: "ok" });
}
