/** The settings that a token is found by, as the form calls them. */
const NAMES: Record<string, string> = {
  issuer: "Provider",
  token_endpoint: "Provider",
  client_id: "Client ID",
  grant: "Grant type",
  scope: "Scopes",
  audience: "Audience",
  resource: "Resources",
  username: "User",
  login_hint: "User",
  environment: "Environment",
  token_name: "Name",
};

export function partName(part: string): string {
  return NAMES[part] ?? part;
}
