import type { Toasts } from "../../components/toasts.svelte";
import { counted } from "../../lib/format";
import type { Tokens } from "./tokens.svelte";

/** Deletes tokens here at once, and offers to undo it. */
export async function deleteTokens(
  all: Tokens,
  doomed: readonly { key: string; name: string }[],
  messages: Toasts,
): Promise<void> {
  if (doomed.length === 0) return;
  const keys = doomed.map(({ key }) => key);
  await all.remove(keys);
  const [only] = doomed;
  messages.show(
    doomed.length === 1 ? `“${only?.name}” deleted` : `${counted(doomed.length, "token")} deleted`,
    {
      detail: "The provider was not told",
      action: {
        label: "Undo",
        run: () =>
          void all.restore(keys).catch(() => {
            messages.show("It could not be brought back", { tone: "bad", detail: "Get a new token" });
          }),
      },
    },
  );
}
