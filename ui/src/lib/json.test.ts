import { expect, test } from "vitest";
import { formatJson, jsonProblem } from "./json";

test("variables_may_stand_for_values_and_keys_and_inside_of_strings", () => {
  for (const text of ['{"a": {{b}}, {{k}}: "x {{y}}"}', "{{whole}}", "[1, {{n}}5, null]", ' "x" ', "{}"])
    expect(jsonProblem(text), text).toBeNull();
});

test("the_first_mistake_is_told_with_its_place", () => {
  const cases: [string, number, number, string][] = [
    ['{"a": 1,}', 1, 9, "a key is missing"],
    ['{\n  "a" 1\n}', 2, 7, "a colon is missing"],
    ["[1 2]", 1, 4, "a comma is missing"],
    ["{a: 1}", 1, 2, "a key must stand in double quotes"],
    ['["x', 1, 2, "this string does not end, or holds what must be escaped"],
    ["[01]", 1, 2, "01 is no value"],
    ["[1]]", 1, 4, "] closes nothing"],
    ['{"a": [', 1, 8, "it ends too early"],
    ["", 1, 1, "there is nothing here"],
    ["1 2", 1, 3, "nothing may follow here"],
  ];
  for (const [text, line, column, what] of cases)
    expect(jsonProblem(text), text).toEqual({ line, column, what });
});

test("formatting_changes_white_space_only", () => {
  const text = '{"a":[1.10,{{v}}],"b":{},"c":"x , : {{y}}","d":[[]]}';
  const shown = formatJson(text);
  expect(shown).toBe(
    '{\n  "a": [\n    1.10,\n    {{v}}\n  ],\n  "b": {},\n  "c": "x , : {{y}}",\n  "d": [\n    []\n  ]\n}',
  );
  expect(formatJson(shown)).toBe(shown);
  expect(formatJson('{"a":')).toBe('{\n  "a": ');
});
