import type { Component } from "svelte";
import type { SelectOption } from "../../components/select";
import AuthorizationCode from "./grants/AuthorizationCode.svelte";
import ClientCredentials from "./grants/ClientCredentials.svelte";
import DeviceCode from "./grants/DeviceCode.svelte";
import Password from "./grants/Password.svelte";

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
  password: { label: "Password", group: "Legacy", form: Password, interactive: false, endpoints: [] },
};

/** The grants by which a person takes part each time, also those without a form of their own yet. */
const INTERACTIVE = ["authorization_code", "implicit", "device_code", "ciba"];

export function isInteractive(grant: string): boolean {
  return INTERACTIVE.includes(grant);
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
