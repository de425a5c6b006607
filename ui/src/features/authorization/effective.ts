import type { AuthView, NodeDetail, TokenView } from "../../ipc";
import type { TokenSettings } from "../tokens";
import { isInteractive } from "./grants";

/** The authorization that holds for a node, and where it is set. */
export interface Effective {
  auth: AuthView | null;
  /** The node that it is set on; null where nothing is set. */
  owner: string | null;
  ownerName: string | null;
  own: boolean;
}

/** The node's own settings as they are on screen, else those that it inherits. */
export function effectiveOf(detail: NodeDetail): Effective {
  const { node, auth, effectiveAuth } = detail;
  if (auth) return { auth, owner: node.id, ownerName: node.name, own: true };
  return {
    auth: effectiveAuth.auth,
    owner: effectiveAuth.fromNode,
    ownerName: effectiveAuth.fromName,
    own: false,
  };
}

/** What the settings say about the token. */
export function tokenSettings(
  auth: AuthView,
  clientId: string,
  current: TokenView | undefined,
  all: readonly TokenView[],
): TokenSettings {
  const { params } = auth;
  const margin = Number(params.refresh_margin_seconds);
  const sameClient = (token: TokenView) =>
    token.clientId === (current?.clientId ?? clientId) && (!current || token.provider === current.provider);
  return {
    useToken: params.use_token === "id_token" ? "id_token" : "access_token",
    autoRefresh: params.auto_refresh !== false && params.auto_refresh !== "false",
    marginSeconds: params.refresh_margin_seconds != null && Number.isFinite(margin) ? margin : null,
    interactive: isInteractive(typeof params.grant === "string" ? params.grant : "authorization_code"),
    scope: typeof params.scope === "string" ? params.scope : "",
    siblings: all.filter(sameClient),
  };
}
