import { emit } from "@tauri-apps/api/event";
import { mockIPC } from "@tauri-apps/api/mocks";
import { expect, test } from "vitest";
import type { ErrorView, KeyStoreView } from "../../ipc";
import { KeyStore } from "./key-store.svelte";

const refused: ErrorView = {
  code: "key_store",
  oauthError: null,
  message: "The key file cannot be used",
  cause: "",
  nextStep: "",
  fix: null,
  flow: [],
  checks: [],
};

const view = (state: string, kind = "file"): KeyStoreView => ({ kind, state, label: state, problem: null });

/** The native side: tells of the new key before the command that made it has answered. */
function native(answers: Record<string, () => unknown>) {
  mockIPC(async (name) => answers[name]?.(), { shouldMockEvents: true });
}

test("a_lost_key_asks_for_a_person_at_once", () => {
  const store = new KeyStore();
  store.show(view("missing"));
  expect(store.asking).toBe(true);
  expect(store.mayStartOver).toBe(true);
});

test("a_keyring_that_is_only_locked_is_nothing_to_start_over_from", () => {
  const store = new KeyStore();
  store.show(view("locked", "keyring"));
  expect(store.mayStartOver).toBe(false);
});

test("the_place_of_what_was_kept_is_shown_after_starting_over", async () => {
  native({
    start_over: async () => {
      await emit("key-store-changed", view("ready"));
      return "/data/gatepass.key-lost.db";
    },
  });
  const store = new KeyStore();
  const end = store.follow();
  store.show(view("missing"));
  store.startingOver = true;
  await store.startOver("file", null);
  expect(store.view?.state).toBe("ready");
  expect(store.keptAside).toBe("/data/gatepass.key-lost.db");
  expect(store.asking).toBe(true);
  store.ask();
  expect(store.keptAside).toBeNull();
  end();
});

test("a_failed_attempt_to_start_over_says_why_and_can_be_repeated", async () => {
  native({
    start_over: () => Promise.reject(refused),
  });
  const store = new KeyStore();
  store.show(view("missing"));
  store.startingOver = true;
  await store.startOver("file", null);
  expect(store.problem?.message).toBe("The key file cannot be used");
  expect(store.startingOver).toBe(true);
  expect(store.busy).toBe(false);
});
