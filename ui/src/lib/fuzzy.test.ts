import { expect, test } from "vitest";
import { fuzzy } from "./fuzzy";

const best = (query: string, texts: string[]) =>
  texts
    .map((text) => ({ text, match: fuzzy(text, query) }))
    .filter(({ match }) => match !== null)
    .sort((one, other) => (other.match?.score ?? 0) - (one.match?.score ?? 0))
    .map(({ text }) => text);

test("beginnings_of_words_go_before_what_stands_anywhere", () => {
  expect(best("tok", ["Stokes", "Get new token", "Token list"])).toEqual([
    "Token list",
    "Get new token",
    "Stokes",
  ]);
});

test("every_word_has_to_be_there_in_any_order", () => {
  expect(best("photo list", ["List photos", "List albums", "Upload photo"])).toEqual(["List photos"]);
});

test("letters_may_be_left_out_but_not_strewn_over_the_whole_text", () => {
  expect(fuzzy("List photos", "lstph")).not.toBeNull();
  expect(fuzzy("Move sidebar to the left or hide it", "mlt")).toBeNull();
});

test("the_letters_that_match_are_told", () => {
  expect(fuzzy("Get new token", "token new")?.ranges).toEqual([
    [4, 7],
    [8, 13],
  ]);
});
