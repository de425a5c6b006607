import { expect, test } from "vitest";
import { inWords, shownSettings, workspaceRows } from "./send-settings";

test("values_are_told_in_words", () => {
  expect(inWords("verify_tls", false)).toBe("Off");
  expect(inWords("timeout_ms", 0)).toBe("No limit");
  expect(inWords("timeout_ms", 30000)).toBe("30000 ms");
  expect(inWords("http_version", "http2")).toBe("HTTP/2");
  expect(inWords("ca_bundle", "")).toBe("None");
});

test("settings_that_the_window_does_not_know_are_left_alone", () => {
  const setting = (name: string) => ({ name, own: null, inherited: true, origin: "the settings" });
  const shown = shownSettings([setting("body_limit"), setting("verify_tls"), setting("follow_redirects")]);
  expect(shown.map(({ name }) => name)).toEqual(["follow_redirects", "verify_tls"]);
});

test("the_workspace_says_what_is_set_and_what_holds_otherwise", () => {
  const rows = workspaceRows({ proxy: "none", body_limit: 5 });
  expect(rows.find(({ name }) => name === "proxy")).toMatchObject({ own: "none", inherited: "system" });
  expect(rows.find(({ name }) => name === "verify_tls")).toMatchObject({ own: null, inherited: true });
  expect(rows.map(({ name }) => name)).not.toContain("body_limit");
});
