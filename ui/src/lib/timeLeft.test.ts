import { expect, test } from "vitest";
import { ago, clockTime, countdown, spokenDuration } from "./timeLeft";

test("time_left_is_digits_under_an_hour_then_hours_then_days", () => {
  expect(countdown(252_999)).toBe("4:12");
  expect(countdown(59_999)).toBe("0:59");
  expect(countdown(11.9 * 3_600_000)).toBe("11 h");
  expect(countdown(3 * 86_400_000)).toBe("3 d");
});

test("a_countdown_is_never_negative", () => {
  expect(countdown(-1)).toBe("0:00");
  expect(countdown(Number.NEGATIVE_INFINITY)).toBe("0:00");
  expect(ago(-5_000)).toBe("just now");
});

test("the_spoken_form_changes_once_a_minute_at_most", () => {
  expect(spokenDuration(252_000)).toBe("4 minutes");
  expect(spokenDuration(299_000)).toBe(spokenDuration(241_000));
  expect(spokenDuration(30_000)).toBe("less than a minute");
  expect(spokenDuration(90_061_000)).toBe("1 day 1 hour");
});

test("a_moment_of_another_day_names_the_day", () => {
  const noon = new Date(2025, 4, 18, 14, 7, 11).getTime();
  expect(clockTime(noon, noon)).toBe("14:07:11");
  expect(clockTime(noon, noon + 86_400_000)).toBe("May 18, 14:07");
});
