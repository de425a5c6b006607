import { expect, test } from "vitest";
import { MadeUpTokens } from "../../../dev/madeUpTokens";
import type { StatusView, TokenCardView } from "../../ipc";
import { announcement } from "./announcements";
import { cardState, statusNow } from "./card-state";
import { defaultMargin, nextChange } from "./next-change";

const now = Date.now();

function card(status: StatusView, part: Partial<TokenCardView> = {}): TokenCardView {
  return { ...new MadeUpTokens(status).card(), ...part };
}

const state = (view: TokenCardView, interactive = true) => cardState(view, { now, interactive });

test("no_button_is_solid_while_the_token_is_well", () => {
  expect(state(card("valid")).solid).toBeNull();
  expect(state(card("refreshing")).solid).toBeNull();
});

test("in_every_other_state_the_button_that_solves_it_is_solid", () => {
  expect(state(card("none")).solid).toBe("get");
  expect(state(card("expiring")).solid).toBe("refresh");
  expect(state(card("expired", { hasRefreshToken: true })).solid).toBe("refresh");
  expect(state(card("expired", { hasRefreshToken: false })).solid).toBe("get");
  expect(state(card("sign-in-needed")).solid).toBe("get");
  expect(state(card("failed", { hasRefreshToken: false })).solid).toBe("get");
});

test("a_token_about_to_be_renewed_by_itself_needs_no_button", () => {
  expect(state(card("expiring", { autoRefresh: true })).solid).toBeNull();
});

test("a_person_signs_in_again_where_a_client_gets_a_new_token", () => {
  expect(state(card("sign-in-needed"), true).getLabel).toBe("Sign in again");
  expect(state(card("sign-in-needed"), false).getLabel).toBe("Get new token");
  expect(state(card("none"), true).getLabel).toBe("Get new token");
});

test("a_token_without_refresh_token_is_refreshed_only_where_nobody_has_to_take_part", () => {
  const without = card("valid", { hasRefreshToken: false });
  expect(state(without, true).refreshBlocked).toBe("The provider issued no refresh token");
  expect(state(without, false).refreshBlocked).toBeNull();
});

test("a_token_that_has_run_out_is_expired_before_anybody_says_so", () => {
  expect(statusNow({ status: "valid", expiresAt: now }, now)).toBe("expired");
  expect(statusNow({ status: "failed", expiresAt: now - 1 }, now)).toBe("expired");
  expect(statusNow({ status: "valid", expiresAt: null }, now)).toBe("valid");
  expect(statusNow({ status: "sign-in-needed", expiresAt: now - 1 }, now)).toBe("sign-in-needed");
});

test("a_refresh_is_worth_a_word_for_a_moment", () => {
  const fresh = card("valid");
  const said = (at: number) =>
    cardState(fresh, { now, interactive: true, moment: { kind: "refreshed", at } });
  expect(said(now - 1_000).lead).toBe("Refreshed");
  expect(said(now - 10_000).lead).toBe("Valid");
});

test("the_next_change_is_the_earliest_margin_or_expiry_that_is_still_to_come", () => {
  expect(defaultMargin(0, 3_600_000)).toBe(60_000);
  expect(defaultMargin(0, 100_000)).toBe(20_000);
  const token = { obtainedAt: 0, expiresAt: 100_000 };
  expect(nextChange([token], [], 0)).toBe(80_150);
  expect(nextChange([token], [], 90_000)).toBe(10_150);
  expect(nextChange([token], [], 100_000)).toBeNull();
  expect(nextChange([], [{ ...token, renewsAt: 50_000 }], 0)).toBe(50_150);
  expect(nextChange([{ obtainedAt: 0, expiresAt: null }], [], 0)).toBeNull();
});

test("only_changes_of_state_are_announced", () => {
  const before = card("valid", { obtainedAt: now - 60_000, expiresAt: now });
  const after = card("valid", { obtainedAt: now, expiresAt: now + 300_000 });
  expect(announcement(before, after, now)).toBe("Alice refreshed, valid for 5 minutes");
  expect(announcement(after, after, now)).toBeNull();
  expect(announcement(after, { ...after, status: "expired" }, now)).toBe("Alice expired");
  expect(announcement(after, { ...after, status: "expiring", autoRefresh: true }, now)).toBeNull();
});
