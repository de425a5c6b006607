import { expect, test } from "vitest";
import { variableNames } from "./template";

test("finds_every_variable_once", () => {
  expect(variableNames("{{base_url}}/v2/{{ id }}?x={{base_url}}")).toEqual(["base_url", "id"]);
});

test("leaves_single_braces_and_empty_pairs_alone", () => {
  expect(variableNames("{id} {{}} {{ }} {{{}}}")).toEqual([]);
});
