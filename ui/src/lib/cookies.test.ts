import { expect, test } from "vitest";
import { cookiesOf } from "./cookies";

test("each_set_cookie_header_is_one_cookie_with_its_attributes", () => {
  expect(
    cookiesOf([
      ["content-type", "text/plain"],
      ["Set-Cookie", "region=eu=north; Path=/; Domain=example.com; Secure; HttpOnly; SameSite=Lax"],
      ["set-cookie", "id=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Max-Age=60"],
    ]),
  ).toEqual([
    {
      name: "region",
      value: "eu=north",
      domain: "example.com",
      path: "/",
      expires: "Session",
      flags: ["Secure", "HttpOnly", "SameSite Lax"],
    },
    { name: "id", value: "1", domain: "", path: "", expires: "in 60 s", flags: [] },
  ]);
});
