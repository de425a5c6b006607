import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Toasts } from "./toasts.svelte";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("shows_three_at_most_and_drops_the_oldest", () => {
  const toasts = new Toasts();
  for (const text of ["one", "two", "three", "four"]) toasts.show(text);
  expect(toasts.shown.map((toast) => toast.text)).toEqual(["two", "three", "four"]);
});

test("stays_five_seconds_and_ten_when_it_offers_something", () => {
  const toasts = new Toasts();
  toasts.show("saved");
  toasts.show("deleted", { action: { label: "Undo", run: () => {} } });
  vi.advanceTimersByTime(5_000);
  expect(toasts.shown.map((toast) => toast.text)).toEqual(["deleted"]);
  vi.advanceTimersByTime(5_000);
  expect(toasts.shown).toEqual([]);
});

test("waits_while_the_pointer_is_on_it", () => {
  const toasts = new Toasts();
  toasts.show("saved");
  toasts.pause();
  vi.advanceTimersByTime(60_000);
  expect(toasts.shown).toHaveLength(1);
  toasts.resume();
  vi.advanceTimersByTime(5_000);
  expect(toasts.shown).toEqual([]);
});
