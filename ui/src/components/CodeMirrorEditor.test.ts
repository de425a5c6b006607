import { acceptCompletion, currentCompletions, startCompletion } from "@codemirror/autocomplete";
import { EditorView } from "@codemirror/view";
import { render, screen } from "@testing-library/svelte";
import { expect, test, vi } from "vitest";
import CodeMirrorEditor from "./CodeMirrorEditor.svelte";

const line = { label: "URL", mode: "line" as const, testid: "url-input" };

function view(testid: string): EditorView {
  const found = EditorView.findFromDOM(screen.getByTestId(testid));
  if (!found) throw new Error("no editor there");
  return found;
}

function type(testid: string, text: string) {
  const editor = view(testid);
  editor.dispatch({ changes: { from: editor.state.doc.length, insert: text }, userEvent: "input.paste" });
}

test("the_content_element_carries_the_whole_text", async () => {
  const { rerender } = render(CodeMirrorEditor, { ...line, value: "https://{{host}}/a" });
  expect(screen.getByTestId("url-input").dataset.value).toBe("https://{{host}}/a");
  await rerender({ value: "x".repeat(20_000) });
  expect(screen.getByTestId("url-input").dataset.value).toHaveLength(10_000);
});

test("an_edit_is_told_and_a_value_from_outside_is_not", async () => {
  const onchange = vi.fn();
  const { rerender } = render(CodeMirrorEditor, { ...line, value: "a", onchange });
  await rerender({ value: "b" });
  expect(onchange).not.toHaveBeenCalled();
  type("url-input", "c");
  expect(onchange).toHaveBeenLastCalledWith("bc");
});

test("one_line_stays_one_line_when_lines_are_pasted", () => {
  const onchange = vi.fn();
  render(CodeMirrorEditor, { ...line, value: "https://h", onchange });
  type("url-input", "/a\n  ?b=1\r\n&c=2\n");
  expect(onchange).toHaveBeenLastCalledWith("https://h/a?b=1&c=2");
});

test("variables_are_tinted_and_unknown_ones_are_marked", () => {
  render(CodeMirrorEditor, {
    ...line,
    value: "{{known}}/{{unknown}}",
    variables: (name: string) => (name === "known" ? { value: "v", source: "Staging" } : null),
  });
  const spans = [...screen.getByTestId("url-input").querySelectorAll(".var")];
  expect(spans.map((span) => [span.textContent, span.classList.contains("is-bad")])).toEqual([
    ["{{known}}", false],
    ["{{unknown}}", true],
  ]);
});

test("sending_works_from_inside_an_editor", () => {
  render(CodeMirrorEditor, {
    label: "Body",
    mode: "edit",
    language: "json",
    testid: "body-editor",
    value: "{}",
  });
  const heard = vi.fn();
  document.addEventListener("keydown", heard, { once: true });
  const event = new KeyboardEvent("keydown", {
    key: "Enter",
    ctrlKey: true,
    bubbles: true,
    cancelable: true,
  });
  screen.getByTestId("body-editor").dispatchEvent(event);
  expect(heard).toHaveBeenCalled();
  expect(event.defaultPrevented).toBe(false);
  expect(screen.getByTestId("body-editor").dataset.value).toBe("{}");
});

test("variables_are_offered_after_two_braces_and_closed_when_chosen", async () => {
  const onchange = vi.fn();
  render(CodeMirrorEditor, {
    ...line,
    value: "https://{{ba/users",
    onchange,
    choices: () => [{ name: "base_url", detail: "https://h  environment Staging" }],
  });
  const editor = view("url-input");
  editor.dispatch({ selection: { anchor: "https://{{ba".length } });
  startCompletion(editor);
  await vi.waitFor(() =>
    expect(currentCompletions(editor.state).map(({ label }) => label)).toEqual(["base_url"]),
  );
  await vi.waitFor(() => expect(acceptCompletion(editor)).toBe(true));
  expect(onchange).toHaveBeenLastCalledWith("https://{{base_url}}/users");
});
