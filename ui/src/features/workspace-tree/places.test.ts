import { expect, test } from "vitest";
import type { NodeView } from "../../ipc";
import { beside, dropAt } from "./places";
import { childrenByParent, visibleRows } from "./rows";

const node = (id: string, parent: string | null, kind: NodeView["kind"]): NodeView => ({
  id,
  parent,
  collection: "c",
  kind,
  name: id,
  method: null,
  auth: null,
});
const nodes = [
  node("c", null, "collection"),
  node("f", "c", "folder"),
  node("a", "f", "request"),
  node("b", "f", "request"),
  node("r", "c", "request"),
  node("d", null, "collection"),
];
const children = childrenByParent(nodes);
const byId = new Map(nodes.map((one) => [one.id, one]));
const rows = visibleRows(children, new Set(["c", "f"]));
const drop = (dragged: string, over: string, fraction: number) => {
  const index = rows.findIndex((row) => row.node.id === over);
  const place = dropAt(rows, children, byId, dragged, index, fraction);
  return place && [place.parent, place.before, place.into ?? place.line?.index];
};

test("the_edges_of_a_row_mean_beside_it", () => {
  expect(drop("r", "a", 0.2)).toEqual(["f", "a", 2]);
  expect(drop("r", "a", 0.8)).toEqual(["f", "b", 3]);
  expect(drop("r", "b", 0.8)).toEqual(["f", null, 4]);
  expect(drop("a", "r", 0.2)).toEqual(["c", "r", 4]);
});

test("the_middle_of_a_folder_means_into_it_and_its_lower_edge_to_its_beginning", () => {
  expect(drop("r", "f", 0.5)).toEqual(["f", null, "f"]);
  expect(drop("r", "f", 0.9)).toEqual(["f", "a", 2]);
  expect(drop("r", "f", 0.1)).toEqual(["c", "f", 1]);
  expect(drop("a", "d", 0.9)).toEqual(["d", null, "d"]);
  expect(drop("a", "d", 0.1)).toEqual(["d", null, "d"]);
});

test("nothing_goes_into_itself_and_collections_stay_among_themselves", () => {
  expect(drop("f", "a", 0.2)).toBeNull();
  expect(drop("f", "f", 0.5)).toBeNull();
  expect(drop("d", "a", 0.2)).toBeNull();
  expect(drop("d", "c", 0.2)).toEqual([null, "c", 0]);
  expect(drop("c", "d", 0.8)).toEqual([null, null, 6]);
});

test("a_step_up_or_down_stays_among_the_siblings", () => {
  const of = (id: string, step: 1 | -1) => beside(children, byId.get(id) as NodeView, step);
  expect(of("a", 1)).toEqual({ parent: "f", before: null });
  expect(of("b", -1)).toEqual({ parent: "f", before: "a" });
  expect(of("b", 1)).toBeNull();
  expect(of("c", 1)).toEqual({ parent: null, before: null });
});
