import type { MenuEntry } from "../../components/menu";
import type { Toasts } from "../../components/toasts.svelte";
import type { TokenView } from "../../ipc";
import type { Problems } from "../problems";
import { copyToken } from "./copy";
import { deleteTokens } from "./delete-tokens";
import type { Tokens } from "./tokens.svelte";

/** What can be done with a token in a list, where the settings that it comes from are not at hand. */
export function rowMenu(token: TokenView, all: Tokens, messages: Toasts, failures: Problems): MenuEntry[] {
  return [
    { heading: token.clientId ? `${token.clientId} at ${token.provider}` : token.name },
    {
      label: "Copy access token",
      icon: "copy",
      disabled: token.clientId === "",
      onselect: () => void failures.attempt(() => copyToken(token.key, "access_token", messages)),
    },
    {
      label: "Delete token",
      icon: "trash",
      danger: true,
      testid: "delete-token",
      onselect: () => void failures.attempt(() => deleteTokens(all, [token], messages)),
    },
  ];
}
