import { expect, test } from "vitest";
import { advancedSummary } from "./advanced";
import { authTypeOptions } from "./auth-types";
import { plainParams } from "./change-type";
import { clientAuthenticationOptions } from "./client-authentication";
import { endpointStates, endpointSummary } from "./endpoints";
import { extraRows, withExtraRows } from "./extra-rows";
import { GRANTS, grantOptions } from "./grants";
import { inheritedRows } from "./inherited";
import { redirectNote } from "./redirect";

test("a_kind_that_is_not_sent_yet_is_offered_only_where_it_is_set", () => {
  expect(authTypeOptions("oauth2", "Inherit").map(({ value }) => value)).toEqual([
    "inherit",
    "oauth2",
    "bearer",
    "basic",
    "apikey",
    "noauth",
  ]);
  expect(authTypeOptions("digest", null).at(-1)).toMatchObject({ value: "digest", detail: "not sent yet" });
});

test("a_grant_without_a_form_is_kept_where_it_is_set", () => {
  expect(grantOptions("authorization_code").map(({ value }) => value)).toEqual(Object.keys(GRANTS));
  expect(grantOptions("magic")[0]).toMatchObject({ value: "magic", detail: "not sent yet" });
});

test("an_untouched_secret_in_a_structure_is_named_by_its_place_and_never_emptied", () => {
  const extra = {
    authorization: [{ name: "audience", value: "api", in: "query", enabled: true }],
    token: [{ name: "password", value: "", in: "body", enabled: true }],
  };
  const secrets = ["extra/token/0/value"];
  const rows = extraRows(extra, "authorization", secrets);
  expect(rows[0]?.kept).toBeNull();
  const sent = withExtraRows(extra, "authorization", [{ ...rows[0]!, value: "other" }], secrets);
  expect(sent).toEqual({
    authorization: [{ name: "audience", value: "other", in: "query", enabled: true }],
    token: [{ name: "password", value: { $keep: "extra/token/0/value" }, in: "body", enabled: true }],
  });
});

test("a_secret_that_was_typed_anew_goes_out_itself", () => {
  const [row] = extraRows({ token: [{ name: "key", value: "" }] }, "token", ["extra/token/0/value"]);
  expect(withExtraRows({}, "token", [{ ...row!, value: "new" }], [])).toEqual({
    token: [{ name: "key", value: "new", in: "body", enabled: true }],
  });
  expect(withExtraRows({}, "token", [], [])).toBeNull();
});

test("the_advanced_line_names_what_differs_from_the_defaults", () => {
  expect(advancedSummary({ pkce: "S256", send_in: "header", header_prefix: "Bearer" })).toBe("Defaults");
  expect(
    advancedSummary({ audience: "x", pkce: "off", resource: ["a", "b"], extra: { token: [{ name: "a" }] } }),
  ).toBe("audience, PKCE off, 2 resources, 1 extra parameter");
});

test("a_typed_endpoint_wins_over_a_published_one_and_both_are_counted", () => {
  const found = {
    issuer: "https://id",
    endpoints: { token_endpoint: "https://id/token", jwks_uri: "https://id/jwks" },
    scopesSupported: [],
    grantTypesSupported: [],
    clientAuthenticationSupported: [],
    pkceSupported: [],
  };
  const states = endpointStates((name) => (name === "token_endpoint" ? "https://own/token" : ""), found, []);
  expect(states.map(({ name }) => name)).toEqual(["token_endpoint", "jwks_uri", "userinfo_endpoint"]);
  expect(endpointSummary(states)).toMatchObject({ count: "2 found, 1 yours", complete: true });
  expect(endpointSummary(endpointStates(() => "", null, [])).complete).toBe(false);
});

test("the_endpoint_of_the_grant_is_always_shown", () => {
  const names = endpointStates(() => "", null, ["device_authorization_endpoint"]).map(({ name }) => name);
  expect(names).toContain("device_authorization_endpoint");
  expect(names).not.toContain("authorization_endpoint");
});

test("a_method_that_the_provider_does_not_announce_says_so", () => {
  const options = clientAuthenticationOptions("auto", ["client_secret_post"]);
  expect(options.find(({ value }) => value === "client_secret_basic")?.detail).toBe("not announced");
  expect(options.find(({ value }) => value === "client_secret_post")?.detail).toBeUndefined();
});

test("what_is_remembered_of_another_kind_holds_no_secret", () => {
  expect(
    plainParams({ client_id: "a", client_secret: "", extra: { token: [] }, scope: "openid" }, [
      "client_secret",
      "extra/token/0/value",
    ]),
  ).toEqual({ client_id: "a", scope: "openid" });
});

test("inherited_secrets_are_dots", () => {
  const rows = inheritedRows({
    type: "basic",
    params: { username: "alice", password: "" },
    secrets: ["password"],
  });
  expect(rows.map(({ label, value }) => `${label}: ${value}`)).toEqual([
    "User name: alice",
    "Password: ••••••••",
  ]);
});

test("a_redirect_uri_that_is_not_loopback_says_what_to_do", () => {
  expect(redirectNote("https://app.example.com/callback")).toContain("paste");
  expect(redirectNote("http://127.0.0.1.evil.example/cb")).toContain("paste");
  expect(redirectNote("http://localhost:8080/callback")).toContain("listens");
});
