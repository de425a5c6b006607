import { expect, test } from "vitest";
import type { FlowExchangeView } from "../../ipc";
import { formPairs, prettyBody } from "./body";

const exchange: FlowExchangeView = {
  method: "POST",
  url: "https://id.example.com/token?a=1&b=2",
  requestHeaders: [
    ["authorization", "Basic •••"],
    ["content-type", "application/x-www-form-urlencoded"],
  ],
  requestBody: "grant_type=refresh_token&note=it%27s+Alice",
  status: 200,
  responseHeaders: [],
  responseBody: '{"a":1}',
};

test("a_form_body_is_read_as_its_pairs_and_nothing_else_is", () => {
  expect(formPairs(exchange.requestBody, exchange.requestHeaders)).toEqual([
    ["grant_type", "refresh_token"],
    ["note", "it's Alice"],
  ]);
  expect(formPairs("%E0%A4%A=1", exchange.requestHeaders)).toEqual([["%E0%A4%A", "1"]]);
  expect(formPairs("{}", [["content-type", "application/json"]])).toBeNull();
});

test("a_body_that_is_no_json_stays_as_it_is", () => {
  expect(prettyBody('{"a":1}')).toBe('{\n  "a": 1\n}');
  expect(prettyBody("<html>")).toBe("<html>");
});
