import { expect, test } from "vitest";
import { counted, duration, size } from "./format";

test.each([
  [0, "0 ms"],
  [142.4, "142 ms"],
  [1_200, "1.2 s"],
  [2_000, "2 s"],
  [125_000, "2 min 5 s"],
])("%d_ms_reads_%s", (ms, text) => expect(duration(ms)).toBe(text));

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [18_412, "18.4 kB"],
  [640_000, "640 kB"],
  [3_200_000, "3.2 MB"],
])("%d_bytes_read_%s", (bytes, text) => expect(size(bytes)).toBe(text));

test("counts_with_the_right_ending", () => {
  expect(counted(1, "request")).toBe("1 request");
  expect(counted(10_000, "request")).toBe("10,000 requests");
});
