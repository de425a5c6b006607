import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cycleThrough, forbidden } from "./house.js";

let src;
const file = (name) => path.join(src, name);

beforeAll(() => {
  src = fs.mkdtempSync(path.join(os.tmpdir(), "house-"));
  const write = (name, text) => {
    fs.mkdirSync(path.dirname(file(name)), { recursive: true });
    fs.writeFileSync(file(name), text);
  };
  write("features/tree/index.ts", 'export { Tree } from "./tree";');
  write("features/tree/tree.ts", 'import { a } from "./a";');
  write("features/tree/a.ts", 'import type { T } from "./tree";\nimport { b } from "./b";');
  write("features/tree/b.ts", 'import {\n  a,\n} from "./a";');
  write("components/Button.svelte", "<script></script>");
  write("ipc/commands.ts", "");
});
afterAll(() => fs.rmSync(src, { recursive: true }));

test("a_feature_is_imported_through_its_index_only", () => {
  expect(forbidden(file("screens/W.svelte"), "../features/tree", src)).toBeNull();
  expect(forbidden(file("features/other/x.ts"), "../tree/tree", src)).toMatch(/index\.ts/);
  expect(forbidden(file("features/tree/x.ts"), "./tree", src)).toBeNull();
});

test("components_and_lib_know_no_feature_and_no_command", () => {
  expect(forbidden(file("components/X.svelte"), "../features/tree", src)).toMatch(/must not/);
  expect(forbidden(file("lib/x.ts"), "../components/Button.svelte", src)).toMatch(/must not/);
  expect(forbidden(file("components/X.svelte"), "../ipc/commands", src)).toMatch(/must not/);
});

test("only_ipc_talks_to_tauri", () => {
  expect(forbidden(file("ipc/commands.ts"), "@tauri-apps/api/core", src)).toBeNull();
  expect(forbidden(file("features/tree/tree.ts"), "@tauri-apps/api/core", src)).toMatch(/ipc/);
  expect(forbidden(file("features/tree/tree.test.ts"), "@tauri-apps/api/mocks", src)).toBeNull();
});

test("a_cycle_is_found_and_a_type_import_makes_none", () => {
  expect(cycleThrough(file("features/tree/b.ts"))).toEqual(
    ["b", "a", "b"].map((name) => file(`features/tree/${name}.ts`)),
  );
  expect(cycleThrough(file("features/tree/tree.ts"))).toBeNull();
});
