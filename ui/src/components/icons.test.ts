import fs from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { ICON_NAMES } from "./icons";

test("every_icon_name_has_a_symbol_and_every_symbol_a_name", () => {
  const sprite = fs.readFileSync(path.join(import.meta.dirname, "IconSprite.svelte"), "utf8");
  const drawn = [...sprite.matchAll(/<symbol id="i-([\w-]+)"/g)].map((match) => match[1]);
  expect(drawn.sort()).toEqual([...ICON_NAMES].sort());
});
