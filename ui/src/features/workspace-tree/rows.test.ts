import { expect, test } from "vitest";
import type { NodeView } from "../../ipc";
import { childrenByParent, filteredRows, visibleRows } from "./rows";

const node = (id: string, parent: string | null, kind: NodeView["kind"], name: string): NodeView => ({
  id,
  parent,
  collection: "c",
  kind,
  name,
  method: kind === "request" ? "GET" : null,
  auth: null,
});
const nodes = [
  node("c", null, "collection", "Photos API"),
  node("f", "c", "folder", "Albums"),
  node("a", "f", "request", "List albums"),
  node("b", "f", "request", "Create album"),
  node("s", "c", "request", "Service status"),
];
const children = childrenByParent(nodes);
const names = (rows: { node: NodeView }[]) => rows.map((row) => row.node.name);

test("a_closed_folder_hides_what_is_in_it", () => {
  expect(names(visibleRows(children, new Set()))).toEqual(["Photos API"]);
  expect(names(visibleRows(children, new Set(["c"])))).toEqual(["Photos API", "Albums", "Service status"]);
});

test("every_row_knows_its_depth_and_its_place", () => {
  const rows = visibleRows(children, new Set(["c", "f"]));
  expect(rows.map(({ depth, place, siblings }) => [depth, place, siblings])).toEqual([
    [0, 1, 1],
    [1, 1, 2],
    [2, 1, 2],
    [2, 2, 2],
    [1, 2, 2],
  ]);
});

test("a_filter_keeps_the_folders_above_a_match", () => {
  expect(names(filteredRows(children, "create"))).toEqual(["Photos API", "Albums", "Create album"]);
  expect(names(filteredRows(children, "get status"))).toEqual(["Photos API", "Service status"]);
  expect(filteredRows(children, "invoice")).toEqual([]);
});

test("a_folder_that_matches_shows_all_of_it", () => {
  expect(names(filteredRows(children, "albums"))).toEqual([
    "Photos API",
    "Albums",
    "List albums",
    "Create album",
  ]);
});
