/** One query parameter as typed: nothing is decoded, so that what is not touched stays as it was. */
export interface QueryRow {
  name: string;
  value: string;
  enabled: boolean;
  description: string;
}

/** A parameter that is switched off, and so not part of the URL, with the place at which it stands. */
export interface DisabledRow {
  at: number;
  row: QueryRow;
}

interface Parts {
  base: string;
  query: string | null;
  fragment: string;
}

/** Cuts a URL template at its `?` and `#`; those inside of `{{…}}` do not count. */
function parts(url: string): Parts {
  let depth = 0;
  let mark = -1;
  let hash = url.length;
  for (let at = 0; at < url.length; at++) {
    if (url.startsWith("{{", at)) depth++;
    else if (url.startsWith("}}", at)) depth = Math.max(0, depth - 1);
    else if (depth > 0) continue;
    else if (url[at] === "#") {
      hash = at;
      break;
    } else if (url[at] === "?" && mark < 0) mark = at;
  }
  if (mark < 0) return { base: url.slice(0, hash), query: null, fragment: url.slice(hash) };
  return { base: url.slice(0, mark), query: url.slice(mark + 1, hash), fragment: url.slice(hash) };
}

/** The Params table of a URL: what stands in its query, and the rows that are switched off at their places. */
export function queryRows(url: string, disabled: readonly DisabledRow[]): QueryRow[] {
  const query = parts(url).query;
  const rows: QueryRow[] = !query
    ? []
    : query.split("&").map((pair) => {
        const equals = pair.indexOf("=");
        return {
          name: equals < 0 ? pair : pair.slice(0, equals),
          value: equals < 0 ? "" : pair.slice(equals + 1),
          enabled: true,
          description: "",
        };
      });
  for (const { at, row } of [...disabled].sort((a, b) => a.at - b.at)) rows.splice(at, 0, row);
  return rows;
}

/** The URL and the switched-off rows that show as this table. What could end a value early is escaped. */
export function withQueryRows(
  url: string,
  rows: readonly QueryRow[],
): { url: string; disabled: DisabledRow[] } {
  const { base, query: before, fragment } = parts(url);
  const bare = new Set((before ?? "").split("&").filter((pair) => !pair.includes("=")));
  const query = rows
    .filter((row) => row.enabled)
    .map((row) => {
      const name = escaped(row.name, /[&=#]/g);
      return row.value === "" && bare.has(name) ? name : `${name}=${escaped(row.value, /[&#]/g)}`;
    })
    .join("&");
  const disabled = rows.flatMap((row, at): DisabledRow[] => (row.enabled ? [] : [{ at, row }]));
  return { url: base + (query ? `?${query}` : "") + fragment, disabled };
}

/** Escapes the characters outside of `{{…}}`. */
function escaped(text: string, characters: RegExp): string {
  return text
    .split(/(\{\{[^{}]*\}\})/)
    .map((part, at) => (at % 2 ? part : part.replace(characters, encodeURIComponent)))
    .join("");
}

/** The names of the `:name` segments in the path of a URL, each once. */
export function pathVariableNames(url: string): string[] {
  const base = parts(url).base.replace(/^[a-z][a-z0-9+.-]*:\/\//i, "");
  const names = [...base.matchAll(/\/:([^/:?#{}]+)/g)].map((match) => match[1] ?? "");
  return [...new Set(names)];
}
