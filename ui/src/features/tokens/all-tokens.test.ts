import { expect, test } from "vitest";
import type { TokenView } from "../../ipc";
import { AllTokens } from "./all-tokens.svelte";

const token = (name: string, change: Partial<TokenView> = {}): TokenView => ({
  key: name,
  name,
  clientId: "photos",
  provider: "https://id.example.com",
  grant: "authorization_code",
  scope: "openid",
  environment: null,
  status: "valid",
  reason: null,
  obtainedAt: 0,
  expiresAt: 1_000,
  hasRefreshToken: true,
  lastUsedAt: null,
  ...change,
});
const names = (table: AllTokens) => table.rows.map(({ name }) => name);

test("the_first_to_end_stand_first_and_those_without_an_end_last", () => {
  const list = [token("never", { expiresAt: null }), token("late", { expiresAt: 9_000 }), token("soon")];
  const table = new AllTokens(() => list);
  expect(names(table)).toEqual(["soon", "late", "never"]);
  table.sort("name");
  expect(names(table)).toEqual(["late", "never", "soon"]);
  table.sort("name");
  expect(names(table)).toEqual(["soon", "never", "late"]);
});

test("every_word_of_the_filter_has_to_be_somewhere_in_the_row", () => {
  const list = [
    token("Alice", { environment: "Staging" }),
    token("Bob", { environment: "Staging", status: "expired" }),
  ];
  const table = new AllTokens(() => list);
  table.filter = "staging expired";
  expect(names(table)).toEqual(["Bob"]);
  table.filter = "photos";
  expect(names(table)).toEqual(["Alice", "Bob"]);
});

test("choosing_all_takes_what_is_shown_and_a_token_that_is_gone_counts_no_longer", () => {
  let list = [token("Alice"), token("Bob")];
  const table = new AllTokens(() => list);
  table.filter = "alice";
  table.chooseAll(true);
  expect(table.allChosen).toBe(true);
  expect(table.chosenRows.map(({ name }) => name)).toEqual(["Alice"]);
  list = [token("Bob")];
  const fresh = new AllTokens(() => list);
  fresh.choose("Alice", true);
  expect(fresh.chosenRows).toEqual([]);
});

test("clearing_spares_what_can_still_be_renewed", () => {
  const list = [
    token("renewable", { status: "expired" }),
    token("over", { status: "expired", hasRefreshToken: false }),
    token("refused", { status: "sign-in-needed" }),
    token("just over", { expiresAt: 400, hasRefreshToken: false }),
    token("alive", { hasRefreshToken: false }),
  ];
  expect(new AllTokens(() => list).spent(500).map(({ name }) => name)).toEqual([
    "over",
    "refused",
    "just over",
  ]);
});
