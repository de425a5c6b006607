import { expect, test } from "vitest";
import { rowsInView, scrollScale } from "./rowsInView";

const list = { count: 10_000, rowHeight: 26, overscan: 20, scrolled: 0, height: 520 };

test("draws_the_window_and_the_overscan_only", () => {
  expect(rowsInView(list)).toEqual({ start: 0, end: 41 });
  expect(rowsInView({ ...list, scrolled: 26 * 5000 })).toEqual({ start: 4980, end: 5041 });
});

test("stays_inside_a_list_that_became_shorter", () => {
  expect(rowsInView({ ...list, count: 3, scrolled: 26 * 5000 })).toEqual({ start: 3, end: 3 });
  expect(rowsInView({ ...list, count: 0 })).toEqual({ start: 0, end: 0 });
});

test("more_rows_than_an_element_can_be_high_are_still_reached_to_the_last", () => {
  expect(scrollScale(26_000, 600)).toEqual({ inner: 26_000, ratio: 1 });
  const total = 5_000_000 * 19;
  const { inner, ratio } = scrollScale(total, 600);
  expect(inner).toBeLessThan(33_000_000);
  expect((inner - 600) * ratio).toBeCloseTo(total - 600);
});
