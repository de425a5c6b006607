import type { SelectOption } from "../../components/select";
import type { JsonValue, SendSettingView } from "../../ipc";

/** How one sending setting is shown and edited. */
export type SettingLook =
  | { kind: "switch" }
  | { kind: "choice"; options: SelectOption[] }
  | { kind: "number"; unit: string; none?: string }
  | { kind: "text"; placeholder: string };

interface Described {
  label: string;
  /** What it does, where the label does not say enough. */
  hint?: string;
  look: SettingLook;
}

/** The settings that can be set here, in their order, by the names that definitions keep them under. */
export const SEND_SETTINGS: Record<string, Described> = {
  follow_redirects: { label: "Follow redirects", look: { kind: "switch" } },
  max_redirects: { label: "Redirects at most", look: { kind: "number", unit: "" } },
  keep_method_on_redirect: {
    label: "Keep method",
    hint: "Also after 301, 302 and 303, which browsers follow with GET",
    look: { kind: "switch" },
  },
  keep_authorization_across_origins: {
    label: "Keep authorization",
    hint: "Also when a redirect leads to another origin. The token is then given to that server",
    look: { kind: "switch" },
  },
  timeout_ms: { label: "Timeout", look: { kind: "number", unit: "ms", none: "No limit" } },
  verify_tls: { label: "Verify TLS", look: { kind: "switch" } },
  ca_bundle: {
    label: "Extra certificates",
    look: { kind: "text", placeholder: "Path of a PEM file with authorities to trust as well" },
  },
  http_version: {
    label: "HTTP version",
    look: {
      kind: "choice",
      options: [
        { value: "auto", label: "Automatic" },
        { value: "http1", label: "HTTP/1.1" },
        { value: "http2", label: "HTTP/2" },
      ],
    },
  },
  proxy: {
    label: "Proxy",
    hint: "system, none, or the URL of one",
    look: { kind: "text", placeholder: "system, none, or http://host:port" },
  },
  cookies: { label: "Cookies", hint: "Kept for the workspace, and sent back", look: { kind: "switch" } },
};

/** A value as a person reads it. */
export function inWords(name: string, value: JsonValue): string {
  const look = SEND_SETTINGS[name]?.look;
  if (look?.kind === "switch") return value === true ? "On" : "Off";
  if (look?.kind === "choice")
    return look.options.find((option) => option.value === value)?.label ?? String(value);
  if (look?.kind === "number") {
    if (value === 0 && look.none) return look.none;
    return look.unit ? `${String(value)} ${look.unit}` : String(value);
  }
  return value === "" ? "None" : String(value);
}

/** What holds where nothing is set anywhere. */
const DEFAULTS: Record<string, JsonValue> = {
  follow_redirects: true,
  max_redirects: 10,
  keep_method_on_redirect: false,
  keep_authorization_across_origins: false,
  timeout_ms: 0,
  verify_tls: true,
  ca_bundle: "",
  http_version: "auto",
  proxy: "system",
  cookies: true,
};

/** The settings of the workspace as rows: what is set, and what holds otherwise. */
export function workspaceRows(set: Record<string, unknown>): SendSettingView[] {
  return Object.entries(DEFAULTS).map(([name, inherited]) => ({
    name,
    own: (set[name] ?? null) as JsonValue,
    inherited,
    origin: "the defaults",
  }));
}

/** The settings that this window shows, in its order. */
export function shownSettings(settings: readonly SendSettingView[]): SendSettingView[] {
  const names = Object.keys(SEND_SETTINGS);
  return settings
    .filter((setting) => names.includes(setting.name))
    .sort((one, other) => names.indexOf(one.name) - names.indexOf(other.name));
}
