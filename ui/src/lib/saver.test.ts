import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Saver } from "./saver.svelte";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("saves_the_last_of_several_edits_once", async () => {
  const saver = new Saver();
  const [first, last] = [vi.fn(async () => {}), vi.fn(async () => {})];
  saver.later("url", first);
  saver.later("url", last);
  expect(saver.state).toBe("saving");
  await vi.runAllTimersAsync();
  expect(first).not.toHaveBeenCalled();
  expect(last).toHaveBeenCalledOnce();
  expect(saver.state).toBe("saved");
});

test("keeps_what_could_not_be_saved_and_tries_again", async () => {
  const saver = new Saver();
  const save = vi.fn(async () => {});
  save.mockRejectedValueOnce(new Error("disk full"));
  saver.later("url", save);
  await vi.runAllTimersAsync();
  expect(saver.state).toBe("failed");
  expect(saver.failure).toEqual(new Error("disk full"));
  await saver.flush();
  expect(save).toHaveBeenCalledTimes(2);
  expect(saver.state).toBe("saved");
  expect(saver.failure).toBeUndefined();
});

test("saves_an_edit_that_was_made_during_a_save", async () => {
  const saver = new Saver();
  const order: string[] = [];
  saver.later("url", async () => {
    order.push("old");
    saver.later("url", async () => void order.push("new"));
  });
  await saver.flush();
  expect(order).toEqual(["old", "new"]);
});
