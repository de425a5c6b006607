import { expect, test } from "vitest";
import { pathVariableNames, queryRows, withQueryRows, type QueryRow } from "./query";

const row = (name: string, value: string, enabled = true): QueryRow => ({
  name,
  value,
  enabled,
  description: "",
});

test("the_table_shows_what_the_url_says_undecoded", () => {
  expect(queryRows("{{base}}/a?limit=50&q=a%20b&flag&x={{y}}#top", [])).toEqual([
    row("limit", "50"),
    row("q", "a%20b"),
    row("flag", ""),
    row("x", "{{y}}"),
  ]);
  expect(queryRows("{{base}}/a", [])).toEqual([]);
});

test("a_question_mark_inside_a_variable_starts_no_query", () => {
  expect(queryRows("{{a?b}}/c?d=1", [])).toEqual([row("d", "1")]);
});

test("a_row_switched_off_keeps_its_place", () => {
  const off = withQueryRows("h/a?x=1&y=2&z=3#f", [row("x", "1"), row("y", "2", false), row("z", "3")]);
  expect(off.url).toBe("h/a?x=1&z=3#f");
  expect(queryRows(off.url, off.disabled)).toEqual([row("x", "1"), row("y", "2", false), row("z", "3")]);
});

test("an_edit_leaves_the_other_rows_as_they_were_typed", () => {
  const rows = queryRows("h?flag&q=a%20b", []);
  expect(withQueryRows("h?flag&q=a%20b", rows).url).toBe("h?flag&q=a%20b");
});

test("what_would_end_a_value_early_is_escaped_but_not_in_variables", () => {
  expect(withQueryRows("h", [row("a&b=", "1&2#{{x&y}}")]).url).toBe("h?a%26b%3D=1%262%23{{x&y}}");
});

test("an_empty_table_leaves_no_question_mark", () => {
  expect(withQueryRows("h/a?x=1#f", []).url).toBe("h/a#f");
});

test("path_variables_are_the_colon_segments_of_the_path", () => {
  expect(pathVariableNames("https://h:8080/users/:id/posts/:post?x=:no")).toEqual(["id", "post"]);
  expect(pathVariableNames("{{base}}/a/:id/:id")).toEqual(["id"]);
});
