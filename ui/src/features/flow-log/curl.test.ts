import { expect, test } from "vitest";
import type { FlowExchangeView } from "../../ipc";
import { asCurl, formPairs, prettyBody } from "./curl";

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

test("an_exchange_becomes_a_command_that_a_shell_reads_as_one_request", () => {
  expect(asCurl({ ...exchange, requestBody: "name='x'" })).toBe(
    [
      "curl -X POST 'https://id.example.com/token?a=1&b=2'",
      "  -H 'authorization: Basic •••'",
      "  -H 'content-type: application/x-www-form-urlencoded'",
      "  --data-raw 'name='\\''x'\\'''",
    ].join(" \\\n"),
  );
  expect(
    asCurl({ ...exchange, method: "GET", url: "https://a/b", requestHeaders: [], requestBody: "" }),
  ).toBe("curl https://a/b");
});

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
