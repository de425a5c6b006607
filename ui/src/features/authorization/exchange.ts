import type { SelectOption } from "../../components/select";

const URN = "urn:ietf:params:oauth:token-type:";

/** The kinds of tokens that can be exchanged (RFC 8693 §3); the first holds where nothing is set. */
const TYPES: SelectOption[] = [
  { value: `${URN}access_token`, label: "Access token" },
  { value: `${URN}id_token`, label: "ID token" },
  { value: `${URN}refresh_token`, label: "Refresh token" },
  { value: `${URN}jwt`, label: "JWT" },
  { value: `${URN}saml2`, label: "SAML 2.0 assertion" },
  { value: `${URN}saml1`, label: "SAML 1.1 assertion" },
];

/** The choices, with what is set among them even if it is none of the usual ones. */
export function typeOptions(current: string, unset?: string): SelectOption[] {
  const options = unset === undefined ? TYPES : [{ value: "", label: unset }, ...TYPES];
  return options.some(({ value }) => value === current) || current === ""
    ? options
    : [...options, { value: current, label: current }];
}

/** What stands for the token of a name: it is filled in, and renewed where it can be, when it is exchanged. */
export function namedToken(name: string, type: string): string {
  return `{{$oauth.${name}.${type === `${URN}id_token` ? "id_token" : "access_token"}}}`;
}

/** The name of the token that a template stands for; null for anything else. */
export function nameIn(template: string): string | null {
  return /^\s*\{\{\s*\$oauth\.(.+)\.(?:access_token|id_token)\s*\}\}\s*$/.exec(template)?.[1] ?? null;
}
