import { expect, test } from "vitest";
import type { RunRow } from "../../ipc";
import { next, ordered } from "./order";

function row(index: number, changes: Partial<RunRow> = {}): RunRow {
  return {
    index,
    node: `n${index}`,
    name: `Request ${index}`,
    folders: [],
    method: "GET",
    iteration: 0,
    status: 200,
    skipped: false,
    ms: 10,
    size: 2,
    passed: 0,
    failed: 0,
    failure: null,
    token: null,
    refreshed: false,
    ...changes,
  };
}

const indices = (rows: readonly RunRow[]) => rows.map((shown) => shown.index);

test("failures_come_first_and_keep_their_order_until_a_column_is_chosen", () => {
  const rows = [row(0), row(1, { failure: "no" }), row(2), row(3, { failure: "no", status: null })];
  expect(indices(ordered(rows, null))).toEqual([1, 3, 0, 2]);
  expect(indices(ordered(rows, { column: "status", falling: false }))).toEqual([3, 0, 1, 2]);
});

test("rows_that_are_alike_keep_the_order_in_which_they_ended", () => {
  const rows = [row(0, { ms: 5 }), row(1, { ms: 1 }), row(2, { ms: 5 })];
  expect(indices(ordered(rows, { column: "time", falling: false }))).toEqual([1, 0, 2]);
  expect(indices(ordered(rows, { column: "time", falling: true }))).toEqual([0, 2, 1]);
});

test("a_column_sorts_up_then_down_then_not_at_all", () => {
  const up = next(null, "name");
  expect(up).toEqual({ column: "name", falling: false });
  const down = next(up, "name");
  expect(down).toEqual({ column: "name", falling: true });
  expect(next(down, "name")).toBeNull();
  expect(next(down, "time")).toEqual({ column: "time", falling: false });
});
