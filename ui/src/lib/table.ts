/** A JSON value as a table: what an array of objects is best read as. */
export interface Table {
  /** Where in the document the array stands: "$", "$.items". */
  path: string;
  columns: { name: string; numeric: boolean }[];
  rows: string[][];
  /** Rows that are not shown. */
  beyond: number;
}

const MOST_ROWS = 1_000;
const MOST_COLUMNS = 40;
type Fields = Record<string, unknown>;

const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isTable = (value: unknown): value is Fields[] =>
  Array.isArray(value) && value.length > 0 && value.every(isObject);

/** The array of objects that a document is, or holds at its top; null where there is none. */
export function tableOf(document: unknown): Table | null {
  if (isTable(document)) return table("$", document);
  if (!isObject(document)) return null;
  const found = Object.entries(document).filter((entry): entry is [string, Fields[]] => isTable(entry[1]));
  const [name, rows] = found.sort((one, other) => other[1].length - one[1].length)[0] ?? [];
  if (name === undefined || rows === undefined) return null;
  return table(/^[A-Za-z_]\w*$/.test(name) ? `$.${name}` : `$[${JSON.stringify(name)}]`, rows);
}

function table(path: string, objects: Fields[]): Table {
  const shown = objects.slice(0, MOST_ROWS);
  const names = [...new Set(shown.flatMap((row) => Object.keys(row)))].slice(0, MOST_COLUMNS);
  const numeric = (name: string) => {
    const values = shown.map((row) => row[name]).filter((value) => value !== undefined && value !== null);
    return values.length > 0 && values.every((value) => typeof value === "number");
  };
  return {
    path,
    columns: names.map((name) => ({ name, numeric: numeric(name) })),
    rows: shown.map((row) => names.map((name) => cell(row[name]))),
    beyond: objects.length - shown.length,
  };
}

function cell(value: unknown): string {
  if (value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
