import type { AuthView } from "../../ipc";
import { grantName } from "./grants";

/** A line of the read-only view of inherited settings. */
export interface InheritedRow {
  label: string;
  value: string;
  /** A protocol value, shown in mono. */
  code: boolean;
}

/** What is worth knowing of settings that are edited elsewhere. Secrets are dots. */
export function inheritedRows({ type, params, secrets }: AuthView): InheritedRow[] {
  const text = (name: string) => (typeof params[name] === "string" ? (params[name] as string) : "");
  const secret = (name: string) => text(name) || (secrets.includes(name) ? "••••••••" : "");
  const rows: [string, string, boolean][] =
    type === "oauth2"
      ? [
          ["Provider", text("issuer") || text("token_endpoint"), true],
          ["Grant type", grantName(text("grant") || "authorization_code"), false],
          ["Client ID", text("client_id"), true],
          ["Scopes", text("scope"), true],
          ["Redirect URI", text("redirect_uri"), true],
          ["User name", text("username"), true],
          ["Audience", text("audience"), true],
        ]
      : [
          ["Token", secret("token"), true],
          ["User name", text("username"), true],
          ["Password", secret("password"), true],
          ["Name", text("key"), true],
          ["Value", secret("value"), true],
        ];
  return rows.filter(([, value]) => value !== "").map(([label, value, code]) => ({ label, value, code }));
}
