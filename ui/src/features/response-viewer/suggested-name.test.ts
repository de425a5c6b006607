import { expect, test } from "vitest";
import type { ResponseView } from "../../ipc";
import { suggestedName } from "./suggested-name";

const named = (sentUrl: string, contentType: string, bodyKind: string) =>
  suggestedName({ sentUrl, contentType, bodyKind } as ResponseView);

test("a_saved_answer_is_named_after_its_path_and_its_type", () => {
  expect(named("https://h/v2/photos?limit=5", "application/json; charset=utf-8", "json")).toBe("photos.json");
  expect(named("https://h/a/b.tar", "application/x-tar", "binary")).toBe("b.tar");
  expect(named("https://h/", "image/png", "image")).toBe("response.png");
  expect(named("https://h/..%2f..%2fetc", "", "binary")).not.toContain("/");
});
