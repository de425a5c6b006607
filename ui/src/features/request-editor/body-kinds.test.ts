import { expect, test } from "vitest";
import { bodyOfKind, kindOf } from "./body-kinds";

test("the_text_stays_when_only_the_language_changes", () => {
  const body = bodyOfKind("xml", { text: "<a/>", fields: [] });
  expect(body).toEqual({ kind: "raw", language: "xml", text: "<a/>" });
  expect(kindOf(body)).toBe("xml");
});

test("a_body_that_cannot_be_edited_here_keeps_its_name", () => {
  expect(kindOf({ kind: "other", name: "formdata" })).toBe("formdata");
});
