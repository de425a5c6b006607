import { expect, test } from "vitest";
import { namedToken, nameIn, typeOptions } from "./exchange";

test("a_named_token_is_found_again_in_its_template", () => {
  expect(namedToken("Alice v1.2", "")).toBe("{{$oauth.Alice v1.2.access_token}}");
  expect(nameIn(namedToken("Alice v1.2", ""))).toBe("Alice v1.2");
  expect(nameIn(namedToken("Bob", "urn:ietf:params:oauth:token-type:id_token"))).toBe("Bob");
  expect(nameIn("{{token}}")).toBeNull();
  expect(nameIn("eyJ.a.b")).toBeNull();
});

test("a_type_of_ones_own_stays_among_the_choices", () => {
  expect(typeOptions("urn:example:mine").at(-1)?.value).toBe("urn:example:mine");
  expect(typeOptions("", "Not sent")[0]).toEqual({ value: "", label: "Not sent" });
});
