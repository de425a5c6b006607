import type { ErrorView } from "../../ipc";

/** What can be done about a failure beside its fix: a value to copy, or the field to go to. */
export type Remedy =
  | { kind: "copy-redirect"; label: string }
  | { kind: "edit"; label: string; field: string }
  | { kind: "trust"; label: string };

const FIELDS: Record<string, { label: string; field: string }> = {
  invalid_client: { label: "Edit client", field: "oauth-client-id" },
  unauthorized_client: { label: "Choose another grant", field: "oauth-grant-select" },
  unsupported_grant_type: { label: "Choose another grant", field: "oauth-grant-select" },
  invalid_scope: { label: "Edit scopes", field: "oauth-scope" },
  access_denied: { label: "Edit scopes", field: "oauth-scope" },
  insufficient_scope: { label: "Edit scopes", field: "oauth-scope" },
  issuer_mismatch: { label: "Edit issuer", field: "oauth-issuer" },
  port_in_use: { label: "Choose another port", field: "oauth-redirect-uri" },
};

/** The second offers; the first is the failure's own fix. */
export function remediesOf(failure: Pick<ErrorView, "code" | "oauthError" | "cause" | "message">): Remedy[] {
  const { code, oauthError, cause, message } = failure;
  if (/redirect.?uri/i.test(`${oauthError ?? ""} ${message} ${cause}`) && code !== "timeout") {
    return [
      { kind: "copy-redirect", label: "Copy URI" },
      { kind: "edit", label: "Edit redirect URI", field: "oauth-redirect-uri" },
    ];
  }
  if (code === "timeout" && /http/.test(cause)) return [{ kind: "copy-redirect", label: "Copy URI" }];
  if (code === "id_token_invalid") return [{ kind: "trust", label: "Send it all the same" }];
  const found = FIELDS[oauthError ?? ""] ?? FIELDS[code];
  return found ? [{ kind: "edit", ...found }] : [];
}
