import type { Component } from "svelte";
import type { SelectOption } from "../../components/select";
import AuthorizationCode from "./grants/AuthorizationCode.svelte";
import Ciba from "./grants/Ciba.svelte";
import ClientCredentials from "./grants/ClientCredentials.svelte";
import DeviceCode from "./grants/DeviceCode.svelte";
import Implicit from "./grants/Implicit.svelte";
import JwtBearer from "./grants/JwtBearer.svelte";
import Password from "./grants/Password.svelte";
import RefreshToken from "./grants/RefreshToken.svelte";
import SamlBearer from "./grants/SamlBearer.svelte";
import TokenExchange from "./grants/TokenExchange.svelte";

/** A way to get a token: its words and its form. A new grant is one form and one entry here. */
export interface GrantForm {
  label: string;
  group?: string;
  /** The fields that only this grant needs, and those that it shares with others. */
  form: Component;
  /** A person takes part each time. */
  interactive: boolean;
  /** Endpoints beside the token endpoint. */
  endpoints: string[];
}

export const GRANTS: Record<string, GrantForm> = {
  authorization_code: {
    label: "Authorization code",
    form: AuthorizationCode,
    interactive: true,
    endpoints: ["authorization_endpoint"],
  },
  device_code: {
    label: "Device code",
    form: DeviceCode,
    interactive: true,
    endpoints: ["device_authorization_endpoint"],
  },
  client_credentials: {
    label: "Client credentials",
    form: ClientCredentials,
    interactive: false,
    endpoints: [],
  },
  token_exchange: { label: "Token exchange", form: TokenExchange, interactive: false, endpoints: [] },
  jwt_bearer: { label: "JWT bearer", form: JwtBearer, interactive: false, endpoints: [] },
  saml2_bearer: { label: "SAML bearer", form: SamlBearer, interactive: false, endpoints: [] },
  ciba: {
    label: "CIBA",
    form: Ciba,
    interactive: true,
    endpoints: ["backchannel_authentication_endpoint"],
  },
  refresh_token: { label: "Refresh token", form: RefreshToken, interactive: false, endpoints: [] },
  password: { label: "Password", group: "Legacy", form: Password, interactive: false, endpoints: [] },
  implicit: {
    label: "Implicit",
    group: "Legacy",
    form: Implicit,
    interactive: true,
    endpoints: ["authorization_endpoint"],
  },
};

/** Whether a person takes part each time. */
export function isInteractive(grant: string): boolean {
  return GRANTS[grant]?.interactive ?? false;
}

/** The name of a grant for a person. */
export function grantName(grant: string): string {
  return GRANTS[grant]?.label ?? grant.replaceAll("_", " ");
}

/** The choices; a grant that cannot be edited here yet stays among them where it is set. */
export function grantOptions(current: string): SelectOption[] {
  const options: SelectOption[] = Object.entries(GRANTS).map(([value, { label, group }]) => ({
    value,
    label,
    group,
  }));
  return GRANTS[current]
    ? options
    : [{ value: current, label: grantName(current), detail: "not sent yet" }, ...options];
}
