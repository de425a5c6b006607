import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { codeFor, codeLanguages, type RequestForCode } from "./code";

function request(parts: Partial<RequestForCode> = {}): RequestForCode {
  return {
    method: "POST",
    url: "https://api.test/things?one=1",
    headers: [
      { name: "Authorization", value: "Bearer YOUR_SECRET" },
      { name: "Content-Type", value: "application/json" },
    ],
    mimeType: "application/json",
    text: '{"a":1}',
    file: null,
    parts: [],
    ...parts,
  };
}

test.each(codeLanguages.map(({ id }) => id))("%s_names_method_address_token_and_body", async (id) => {
  const code = await codeFor(id, request());
  expect(code).toContain("api.test/things");
  expect(code).toContain("Bearer");
  expect(code).toContain("YOUR_SECRET");
  expect(code).toMatch(/post/i);
  expect(code).toMatch(/["']?a["']?\\?["']?\s*(:|=>)\s*1/);
});

test("a_shell_hands_curl_what_was_meant", async () => {
  const value = 'it\'s $HOME `id` "q" \\ $(id)';
  const code = await codeFor("curl", request({ headers: [{ name: "X-Note", value }] }));
  const words = execFileSync("sh", ["-c", `curl() { printf '%s\\n' "$@"; }\n${code}`], { encoding: "utf8" });
  expect(words.split("\n")).toContain(`X-Note: ${value}`);
});

test("a_form_leaves_the_boundary_to_whatever_sends_it", async () => {
  const code = await codeFor(
    "curl",
    request({
      headers: [{ name: "Content-Type", value: "multipart/form-data; boundary=x" }],
      mimeType: "multipart/form-data",
      text: null,
      parts: [
        { name: "note", value: "hello", file: null, contentType: null },
        { name: "photo", value: null, file: "/tmp/a.png", contentType: "image/png" },
      ],
    }),
  );
  expect(code).toContain("note=hello");
  expect(code).toMatch(/photo='?@\/tmp\/a.png/);
  expect(code).not.toContain("boundary=x");
});

test("a_language_that_is_not_known_is_said", async () => {
  await expect(codeFor("cobol", request())).rejects.toThrow("cobol");
});
