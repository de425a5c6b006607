import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";
import { afterEach, expect, test } from "vitest";
import { NodeEditor } from "./node-editor.svelte";

afterEach(() => clearMocks());

const hooks = { onnode: () => {}, oninherited: () => {} };

test("what_was_just_chosen_is_stored_before_anything_is_sent", async () => {
  const stored: unknown[] = [];
  mockIPC(async (name, args) => {
    await new Promise((later) => setTimeout(later));
    stored.push([name, (args as { kind: unknown }).kind]);
    return { auth: null, effectiveAuth: {} };
  });
  const editor = new NodeEditor("request", hooks);
  void editor.choose(() => editor.setAuth("bearer"));
  void editor.choose(() => editor.setAuth("basic"));
  await editor.settle();
  expect(stored).toEqual([
    ["set_auth", "bearer"],
    ["set_auth", "basic"],
  ]);
});

test("a_choice_that_could_not_be_stored_does_not_block_what_comes_after", async () => {
  mockIPC(() => Promise.reject({ code: "storage", message: "full" }));
  const editor = new NodeEditor("request", hooks);
  await expect(editor.choose(() => editor.setAuth("bearer"))).rejects.toBeDefined();
  await editor.settle();
});
