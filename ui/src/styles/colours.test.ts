import fs from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const src = path.resolve(import.meta.dirname, "..");

test("colours_are_named_in_tokens_css_only", () => {
  const literal = /(?:#[0-9a-f]{3,8}\b(?!-)|\brgba?\(|\bhsla?\()/i;
  const offenders = fs
    .readdirSync(src, { recursive: true, encoding: "utf8" })
    .filter((file) => (file.endsWith(".css") ? !file.endsWith("tokens.css") : file.endsWith(".svelte")))
    .filter((file) => {
      const text = fs.readFileSync(path.join(src, file), "utf8");
      const style = file.endsWith(".css") ? text : (/<style[^>]*>([\s\S]*)<\/style>/.exec(text)?.[1] ?? "");
      return literal.test(style);
    });
  expect(offenders).toEqual([]);
});
