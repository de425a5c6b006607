import { extraRows, type ExtraTarget } from "./extra-rows";

const TARGETS: ExtraTarget[] = ["authorization", "token", "refresh"];

/** A setting that the closed group mentions when it is not at its default. */
interface Mention {
  name: string;
  fallback?: string;
  words: (value: string) => string;
}

const MENTIONS: Mention[] = [
  { name: "audience", words: () => "audience" },
  { name: "pkce", fallback: "S256", words: (value) => `PKCE ${value}` },
  { name: "origin", words: () => "Origin" },
  { name: "response_type", fallback: "code", words: (value) => value },
  { name: "response_mode", words: (value) => `by ${value}` },
  { name: "par", fallback: "auto", words: (value) => `PAR ${value}` },
  { name: "request_object", fallback: "off", words: () => "signed request" },
  { name: "dpop", fallback: "false", words: () => "DPoP" },
  { name: "acr_values", words: () => "ACR" },
  { name: "max_age", words: (value) => `max age ${value} s` },
  { name: "prompt", words: (value) => `prompt ${value}` },
  { name: "login_hint", words: () => "login hint" },
  { name: "send_in", fallback: "header", words: (value) => `token in ${value}` },
  { name: "header_prefix", fallback: "Bearer", words: (value) => `prefix ${value}` },
  { name: "refresh_margin_seconds", words: (value) => `margin ${value} s` },
  { name: "login_timeout_seconds", fallback: "300", words: (value) => `sign-in ${value} s` },
  { name: "header_name", fallback: "Authorization", words: (value) => value },
  { name: "retry_on_401", fallback: "invalid_token", words: (value) => `retry ${value}` },
  { name: "basic_encoding", fallback: "auto", words: (value) => `encoding ${value}` },
];

/** What differs from the defaults, in a few words; "Defaults" when nothing does. */
export function advancedSummary(params: Readonly<Record<string, unknown>>): string {
  const words = MENTIONS.flatMap(({ name, fallback, words }) => {
    const value = params[name];
    const text = ["string", "number", "boolean"].includes(typeof value) ? String(value) : "";
    return text === "" || text === fallback ? [] : [words(text)];
  });
  const resources = Array.isArray(params.resource) ? params.resource.length : 0;
  if (resources > 0) words.push(resources === 1 ? "1 resource" : `${resources} resources`);
  const extras = TARGETS.reduce((sum, target) => sum + extraRows(params.extra, target, []).length, 0);
  if (extras > 0) words.push(extras === 1 ? "1 extra parameter" : `${extras} extra parameters`);
  return words.length > 0 ? words.join(", ") : "Defaults";
}
