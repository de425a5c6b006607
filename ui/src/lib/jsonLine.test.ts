import { expect, test } from "vitest";
import { jsonPieces } from "./jsonLine";

test("keys_strings_numbers_and_words_are_told_apart", () => {
  const kinds = (line: string) => jsonPieces(line).map(({ text, kind }) => `${kind}${text}`);
  expect(kinds('  "a": "b, true",')).toEqual(["  ", 'ck"a"', "cp:", " ", 'cs"b, true"', "cp,"]);
  expect(kinds('"n": -1.5e3')).toEqual(['ck"n"', "cp:", " ", "cn-1.5e3"]);
  expect(kinds("[null, {")).toEqual(["cp[", "cbnull", "cp,", " ", "cp{"]);
});

test("nothing_of_a_line_is_lost", () => {
  for (const line of ['"cut off', "plain text", '  "\\"": [', "äöü 1 x"]) {
    expect(
      jsonPieces(line)
        .map((piece) => piece.text)
        .join(""),
    ).toBe(line);
  }
});
