import { expect, test, vi } from "vitest";
import { Palette, type PaletteEntry, type PaletteGroup } from "./palette.svelte";

const entry = (group: PaletteGroup, label: string, more: Partial<PaletteEntry> = {}): PaletteEntry => ({
  id: `${group} ${label}`,
  group,
  label,
  run: () => {},
  ...more,
});

function opened(entries: PaletteEntry[], query: string): string[] {
  const palette = new Palette(() => entries);
  palette.show(query);
  return palette.hits.map((hit) => hit.entry.label);
}

const entries = [
  entry("Requests", "List tokens"),
  entry("Actions", "Toggle sidebar"),
  entry("Actions", "Get new token", { current: true }),
  entry("Tokens", "Alice", { also: "token", detail: "photos-desktop" }),
  entry("Environments", "Staging"),
];

test("actions_stand_first_and_those_of_what_is_open_before_the_others", () => {
  expect(opened(entries, "")).toEqual(["Get new token", "Toggle sidebar", "Alice", "List tokens", "Staging"]);
  expect(opened(entries, "tok")).toEqual(["Get new token", "Alice", "List tokens"]);
});

test("a_first_letter_limits_it_to_one_kind", () => {
  expect(opened(entries, ">")).toEqual(["Get new token", "Toggle sidebar"]);
  expect(opened(entries, "@ali")).toEqual(["Alice"]);
  expect(opened(entries, "#")).toEqual(["Staging"]);
  expect(opened(entries, "/list")).toEqual(["List tokens"]);
});

test("what_was_run_lately_goes_first_the_next_time", () => {
  const run = vi.fn();
  const palette = new Palette(() => [entry("Actions", "One"), entry("Actions", "Two", { run })]);
  palette.show();
  const two = palette.hits[1]?.entry as PaletteEntry;
  palette.run(two);
  expect(run).toHaveBeenCalledOnce();
  expect(palette.open).toBe(false);
  palette.show();
  expect(palette.hits[0]?.entry.label).toBe("Two");
});

test("ten_thousand_requests_are_searched_between_two_keys", () => {
  const many = Array.from({ length: 10_000 }, (_, at) => entry("Requests", `Request number ${at}`));
  const palette = new Palette(() => many);
  palette.show();
  palette.type("request 9999");
  expect(palette.hits[0]?.entry.label).toBe("Request number 9999");
  expect(palette.hits.length).toBeLessThanOrEqual(8);
});
