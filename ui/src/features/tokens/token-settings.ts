import type { TokenView } from "../../ipc";

/** What the settings of the authorization say about its token. */
export interface TokenSettings {
  useToken: "access_token" | "id_token";
  autoRefresh: boolean;
  /** Set by hand; null follows the rule. */
  marginSeconds: number | null;
  /** The grant asks a person each time. */
  interactive: boolean;
  /** The scopes asked for, joined by spaces. */
  scope: string;
  /** Tokens of the same client at the same provider: the names that can be chosen. */
  siblings: readonly TokenView[];
}
