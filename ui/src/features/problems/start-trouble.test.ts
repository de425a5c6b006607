import { mockIPC } from "@tauri-apps/api/mocks";
import { expect, test, vi } from "vitest";
import { StartTrouble } from "./start-trouble.svelte";

const damaged = { code: "database_damaged", message: "Damaged", cause: "", nextStep: "", oauthError: null };

test("a_second_try_that_fails_says_why_and_keeps_the_page", async () => {
  const opened = vi.fn();
  mockIPC(() => Promise.reject({ ...damaged, code: "database_busy" }));
  const trouble = new StartTrouble(opened);
  trouble.meet(damaged);
  await trouble.again();
  expect(trouble.problem?.code).toBe("database_busy");
  expect(trouble.busy).toBeNull();
  expect(opened).not.toHaveBeenCalled();
});

test("where_a_damaged_database_is_kept_is_shown_before_the_work_goes_on", async () => {
  const opened = vi.fn();
  mockIPC((name) => (name === "start_empty" ? "/data/gatepass.damaged.db" : null));
  const trouble = new StartTrouble(opened);
  trouble.meet(damaged);
  await trouble.empty();
  expect(trouble.keptAside).toBe("/data/gatepass.damaged.db");
  expect(opened).not.toHaveBeenCalled();
  trouble.goOn();
  expect(trouble.problem).toBeNull();
  expect(opened).toHaveBeenCalledOnce();
});
