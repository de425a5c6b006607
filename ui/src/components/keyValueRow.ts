/** One row of a table of names and values: a query parameter, a header, a form field. */
export interface KeyValueRow {
  name: string;
  value: string;
  enabled: boolean;
  description?: string;
}

/** Whether a row says nothing, and so need not be kept. */
export function isBlank(row: KeyValueRow): boolean {
  return row.name === "" && row.value === "" && !row.description;
}
