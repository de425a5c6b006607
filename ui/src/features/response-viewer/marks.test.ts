import { expect, test } from "vitest";
import { marked } from "./marks";

test("every_second_part_is_a_match_in_any_case", () => {
  expect(marked("Token of a token", "token")).toEqual(["", "Token", " of a ", "token", ""]);
  expect(marked("nothing", "x")).toEqual(["nothing"]);
  expect(marked("all", "")).toEqual(["all"]);
});
