import { expect, test } from "vitest";
import { tableOf } from "./table";

test("an_array_of_objects_is_a_table_of_all_their_members", () => {
  expect(
    tableOf({
      total: 2,
      items: [
        { id: 1, name: "a" },
        { id: 2, tags: ["x"] },
      ],
    }),
  ).toEqual({
    path: "$.items",
    columns: [
      { name: "id", numeric: true },
      { name: "name", numeric: false },
      { name: "tags", numeric: false },
    ],
    rows: [
      ["1", "a", ""],
      ["2", "", '["x"]'],
    ],
    beyond: 0,
  });
});

test("what_is_no_array_of_objects_is_no_table", () => {
  for (const document of [1, null, [], [1, 2], { a: 1 }, [{ a: 1 }, 2]]) expect(tableOf(document)).toBeNull();
});
