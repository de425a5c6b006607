import { expect, test } from "vitest";
import type { HistoryView } from "../../ipc";
import { historyLines, shortUrl } from "./lines";

const NOW = new Date(2026, 4, 18, 12).getTime();
const sent = (id: string, at: Date): HistoryView => ({
  id,
  node: null,
  name: "",
  method: "GET",
  url: "",
  status: 200,
  failure: null,
  totalMs: 1,
  size: 0,
  at: at.getTime(),
});

test("days_are_headed_by_how_long_ago_they_were", () => {
  const lines = historyLines(
    [
      sent("4", new Date(2026, 4, 18, 11)),
      sent("3", new Date(2026, 4, 18, 0, 0, 1)),
      sent("2", new Date(2026, 4, 17, 23, 59)),
      sent("1", new Date(2025, 11, 24)),
    ],
    NOW,
  );
  expect(lines.map((line) => ("day" in line ? line.day : line.entry.id))).toEqual([
    "Today",
    "4",
    "3",
    "Yesterday",
    "2",
    "Wed, December 24, 2025",
    "1",
  ]);
});

test("a_url_is_told_by_its_path_unless_it_has_none", () => {
  expect(shortUrl("https://api.example.com/v2/albums?limit=5")).toBe("/v2/albums?limit=5");
  expect(shortUrl("https://api.example.com/")).toBe("https://api.example.com/");
});
