import { expect, test } from "vitest";
import { remediesOf } from "./remedies";

const failure = (code: string, oauthError: string | null = null, cause = "") => ({
  code,
  oauthError,
  cause,
  message: "",
});
const labels = (view: ReturnType<typeof failure>) => remediesOf(view).map(({ label }) => label);

test("a_redirect_uri_that_is_not_registered_can_be_copied", () => {
  expect(labels(failure("provider_error", "redirect_uri_mismatch"))).toEqual([
    "Copy URI",
    "Edit redirect URI",
  ]);
  expect(
    labels({
      ...failure("provider_error", "invalid_request"),
      message: "This redirect URI isn’t registered",
    }),
  ).toEqual(["Copy URI", "Edit redirect URI"]);
});

test("the_providers_own_error_counts_more_than_the_code", () => {
  expect(labels(failure("provider_error", "invalid_scope"))).toEqual(["Edit scopes"]);
  expect(labels(failure("access_denied", "access_denied"))).toEqual(["Edit scopes"]);
  expect(labels(failure("issuer_mismatch"))).toEqual(["Edit issuer"]);
});

test("what_nobody_can_edit_gets_no_offer", () => {
  expect(labels(failure("network"))).toEqual([]);
  expect(labels(failure("provider_error", "server_error"))).toEqual([]);
});
