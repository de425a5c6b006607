import { expect, test } from "vitest";
import { kindOf, Remembered } from "./body-kinds";

test("the_text_stays_when_only_the_language_changes", () => {
  const remembered = new Remembered();
  remembered.keep({ kind: "raw", language: "json", text: "<a/>" });
  const body = remembered.as("xml");
  expect(body).toEqual({ kind: "raw", language: "xml", text: "<a/>" });
  expect(kindOf(body)).toBe("xml");
});

test("what_was_typed_under_another_kind_comes_back_with_it", () => {
  const remembered = new Remembered();
  remembered.keep({ kind: "graphql", query: "{ me }", variables: "" });
  remembered.keep({ kind: "file", path: "/a" });
  expect(remembered.as("graphql")).toEqual({ kind: "graphql", query: "{ me }", variables: "" });
  expect(remembered.as("file")).toEqual({ kind: "file", path: "/a" });
  expect(remembered.as("formdata")).toEqual({ kind: "formdata", fields: [] });
});
