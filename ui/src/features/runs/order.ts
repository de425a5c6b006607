import type { RunRow } from "../../ipc";

/** A column that rows can be sorted by. */
export type Column = "status" | "name" | "tests" | "time" | "iteration";

export interface Sorting {
  column: Column;
  falling: boolean;
}

/** Whether something about it is not as it should be. */
export function isFailed(row: RunRow): boolean {
  return row.failure !== null;
}

/** The rows as they are shown: failures first, in the order of time, until a column is chosen. */
export function ordered(rows: readonly RunRow[], sorting: Sorting | null): readonly RunRow[] {
  if (!sorting) return [...rows.filter(isFailed), ...rows.filter((row) => !isFailed(row))];
  const { column, falling } = sorting;
  const sign = falling ? -1 : 1;
  return rows.toSorted((a, b) => sign * compare(a, b, column) || a.index - b.index);
}

/** What a click on a column makes of the sorting: rising, falling, none. */
export function next(sorting: Sorting | null, column: Column): Sorting | null {
  if (sorting?.column !== column) return { column, falling: false };
  return sorting.falling ? null : { column, falling: true };
}

function compare(a: RunRow, b: RunRow, column: Column): number {
  switch (column) {
    case "status":
      return (a.status ?? 0) - (b.status ?? 0);
    case "name":
      return a.name.localeCompare(b.name);
    case "tests":
      return b.failed - a.failed || a.passed - b.passed;
    case "time":
      return a.ms - b.ms;
    case "iteration":
      return a.iteration - b.iteration;
  }
}
