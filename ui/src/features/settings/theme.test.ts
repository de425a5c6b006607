import { beforeEach, expect, test, vi } from "vitest";
import { Theme } from "./theme.svelte";

let system: { matches: boolean; listener?: () => void };

beforeEach(() => {
  system = { matches: false };
  vi.stubGlobal("matchMedia", () => ({
    get matches() {
      return system.matches;
    },
    addEventListener: (_: string, listener: () => void) => (system.listener = listener),
    removeEventListener: () => (system.listener = undefined),
  }));
  localStorage.clear();
  delete document.documentElement.dataset.theme;
});

test("follows_the_system_until_the_user_chooses", () => {
  const theme = new Theme();
  const end = theme.follow();
  expect(theme.choice).toBe("system");
  expect(document.documentElement.dataset.theme).toBe("dark");
  system.matches = true;
  system.listener?.();
  expect(document.documentElement.dataset.theme).toBe("light");
  theme.choose("dark");
  expect(document.documentElement.dataset.theme).toBe("dark");
  end();
  expect(system.listener).toBeUndefined();
});

test("remembers_the_choice_for_the_next_start", () => {
  new Theme().choose("light");
  const next = new Theme();
  next.follow()();
  expect(next.choice).toBe("light");
});
