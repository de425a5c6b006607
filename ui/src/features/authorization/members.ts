import type { JsonValue } from "../../ipc";

/** A setting inside a structure is named by its path, as its secret is: "client_key/pem". */
export function isPath(name: string): boolean {
  return name.includes("/");
}

/** What stands at a name or path; undefined where nothing does. */
export function valueAt(params: Readonly<Record<string, unknown>>, name: string): unknown {
  const [root = "", member] = name.split("/");
  const value = params[root];
  if (member === undefined) return value;
  return isRecord(value) ? value[member] : undefined;
}

/**
 * A structure with one member changed, as it is sent back: secrets that were not touched are named by their places,
 * and an empty member is left out. Null when nothing is left of it.
 */
export function withMember(
  params: Readonly<Record<string, unknown>>,
  secrets: readonly string[],
  root: string,
  changes: Readonly<Record<string, JsonValue>>,
): JsonValue {
  const before = isRecord(params[root]) ? params[root] : {};
  const whole: Record<string, JsonValue> = {};
  const names = new Set([...Object.keys(before), ...placesIn(secrets, root), ...Object.keys(changes)]);
  for (const name of names) {
    const place = `${root}/${name}`;
    const value = changes[name] ?? (name in changes ? null : (before[name] as JsonValue | undefined));
    if (name in changes) {
      if (value !== null && value !== "") whole[name] = value as JsonValue;
    } else if (value !== undefined && value !== null && value !== "") whole[name] = value;
    else if (secrets.includes(place)) whole[name] = { $keep: place };
  }
  return Object.keys(whole).length > 0 ? whole : null;
}

function placesIn(secrets: readonly string[], root: string): string[] {
  return secrets.flatMap((place) => {
    const [at, member, deeper] = place.split("/");
    return at === root && member !== undefined && deeper === undefined ? [member] : [];
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
