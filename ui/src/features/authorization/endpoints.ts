import type { DiscoveryView } from "../../ipc";

/** An endpoint of the provider: the name of its setting, its label, and the id that tests know it by. */
export interface Endpoint {
  name: string;
  label: string;
  testid: string;
  /** Always shown; the others where they are set, published, or used by the grant. */
  always?: boolean;
}

export const ENDPOINTS: Endpoint[] = [
  { name: "authorization_endpoint", label: "Authorize", testid: "oauth-authorization-url" },
  { name: "token_endpoint", label: "Token", testid: "oauth-token-url", always: true },
  { name: "device_authorization_endpoint", label: "Device", testid: "oauth-device-url" },
  { name: "backchannel_authentication_endpoint", label: "CIBA", testid: "oauth-backchannel-url" },
  { name: "jwks_uri", label: "JWKS", testid: "oauth-jwks-uri", always: true },
  { name: "pushed_authorization_request_endpoint", label: "PAR", testid: "oauth-par-url" },
  { name: "userinfo_endpoint", label: "User info", testid: "oauth-userinfo-url", always: true },
  { name: "introspection_endpoint", label: "Introspect", testid: "oauth-introspection-url" },
  { name: "revocation_endpoint", label: "Revoke", testid: "oauth-revocation-url" },
  { name: "end_session_endpoint", label: "Sign out", testid: "oauth-end-session-url" },
];

/** An endpoint as it stands: typed by hand, published by the issuer, or neither. */
export interface EndpointState extends Endpoint {
  typed: string;
  published: string;
  /** Typed by hand, and not what the issuer publishes. */
  yours: boolean;
}

/** The endpoints worth showing for a grant. */
export function endpointStates(
  text: (name: string) => string,
  found: DiscoveryView | null,
  ofGrant: readonly string[],
  resolved: (template: string) => string = (template) => template,
): EndpointState[] {
  return ENDPOINTS.map((endpoint) => {
    const typed = text(endpoint.name);
    const published = found?.endpoints[endpoint.name] ?? "";
    const yours = typed !== "" && published !== "" && resolved(typed) !== published;
    return { ...endpoint, typed, published, yours };
  }).filter(
    ({ name, typed, published, always }) =>
      always || ofGrant.includes(name) || typed !== "" || published !== "",
  );
}

/** What the closed group says: how many there are and which. */
export function endpointSummary(states: readonly EndpointState[]): {
  count: string;
  names: string;
  complete: boolean;
} {
  const known = states.filter(({ typed, published }) => typed || published);
  const found = states.some(({ published }) => published);
  const yours = known.filter((endpoint) => endpoint.yours).length;
  const own = yours > 0 ? `, ${yours} yours` : "";
  return {
    count: known.length === 0 ? "None yet" : `${known.length} ${found ? "found" : "set"}${own}`,
    names: known.map(({ label }) => label).join(", "),
    complete: known.some(({ name }) => name === "token_endpoint"),
  };
}
