import { expect, test } from "vitest";
import { valueAt, withMember } from "./members";

const params = { client_key: { pem: "", kid: "one" }, scope: "openid" };
const secrets = ["client_key/pem", "client_secret"];

test("a_member_is_read_by_its_path", () => {
  expect(valueAt(params, "scope")).toBe("openid");
  expect(valueAt(params, "client_key/kid")).toBe("one");
  expect(valueAt(params, "client_key/alg")).toBeUndefined();
  expect(valueAt({ client_key: "{}" }, "client_key/kid")).toBeUndefined();
});

test("a_secret_that_was_not_touched_is_named_by_its_place", () => {
  expect(withMember(params, secrets, "client_key", { kid: "two" })).toEqual({
    pem: { $keep: "client_key/pem" },
    kid: "two",
  });
});

test("another_form_of_the_key_takes_the_place_of_the_one_before", () => {
  expect(withMember(params, secrets, "client_key", { pem: null, jwk: "{}" })).toEqual({
    kid: "one",
    jwk: "{}",
  });
  expect(withMember(params, secrets, "client_key", { pem: null, kid: "" })).toBeNull();
});
