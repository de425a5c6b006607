import { EditorView } from "@codemirror/view";
import { emit } from "@tauri-apps/api/event";
import { mockIPC } from "@tauri-apps/api/mocks";
import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import { MadeUpWorkspace } from "../../dev/madeUpWorkspace";
import MainWindow from "./MainWindow.svelte";

/** Commands that the window gave, in their order. */
let given: { name: string; args: Record<string, unknown> }[];
/** Answers of a test that go before those of the made-up workspace. */
let answers: Record<string, (args: Record<string, unknown>) => unknown>;

async function open(state = "photos") {
  const workspace = new MadeUpWorkspace(state);
  mockIPC(
    (name, args) => {
      const plain = (args ?? {}) as Record<string, unknown>;
      given.push({ name, args: plain });
      return answers[name] ? answers[name](plain) : workspace.answer(name, plain);
    },
    { shouldMockEvents: true },
  );
  render(MainWindow);
  await screen.findByTestId("save-state");
}

const commands = (name: string) => given.filter((command) => command.name === name);
const treeItem = (name: string) => {
  const item = screen.getAllByTestId("tree-item").find((row) => row.dataset.name === name);
  if (!item) throw new Error(`no row ${name}`);
  return item;
};

async function type(testid: string, text: string) {
  const editor = EditorView.findFromDOM(await screen.findByTestId(testid));
  editor?.dispatch({ changes: { from: editor.state.doc.length, insert: text }, userEvent: "input.type" });
}

beforeEach(() => {
  given = [];
  answers = {};
  localStorage.clear();
  // The list measures itself, and happy-dom has no layout.
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(600);
});

test("a_workspace_without_collections_offers_three_ways_to_begin", async () => {
  await open("empty");
  for (const id of ["import-button", "new-collection", "open-playground"]) {
    expect(screen.getAllByTestId(id)).toHaveLength(1);
  }
  expect(screen.queryByTestId("new-request")).toBeNull();
});

test("what_was_typed_just_before_the_window_closes_is_saved_first", async () => {
  await open();
  await type("url-input", "&last=1");
  await emit("tauri://close-requested");
  await waitFor(() => expect(commands("plugin:window|destroy")).toHaveLength(1));
  const order = given.map(({ name }) => name);
  expect(order).toContain("edit_request");
  expect(order.indexOf("edit_request")).toBeLessThan(order.indexOf("plugin:window|destroy"));
});

test("a_save_that_fails_does_not_keep_the_window_open", async () => {
  await open();
  answers.edit_request = () => Promise.reject(new Error("disk full"));
  await type("url-input", "&last=1");
  await emit("tauri://close-requested");
  await waitFor(() => expect(commands("plugin:window|destroy")).toHaveLength(1));
});

test("opens_what_was_open_when_the_window_was_closed", async () => {
  await open();
  const url = await screen.findByTestId("url-input");
  expect(url.dataset.value).toBe("{{base_url}}/v2/albums/{{album_id}}/photos?limit=50&tag={{missing}}");
  expect(treeItem("List photos").getAttribute("aria-selected")).toBe("true");
  expect(screen.getAllByTestId("request-tab").map((tab) => tab.dataset.name)).toEqual([
    "List photos",
    "Upload photo",
    "Photos API",
  ]);
});

test("an_edit_is_saved_by_itself_and_before_the_request_is_sent", async () => {
  await open();
  await type("url-input", "&page=2");
  await userEvent.click(screen.getByTestId("send-button"));
  expect((await screen.findByTestId("response-status")).textContent?.trim()).toMatch(/^200\s+OK$/);
  const order = given.map(({ name }) => name).filter((name) => name === "edit_request" || name === "send");
  expect(order).toEqual(["edit_request", "send"]);
  expect(commands("edit_request")[0]?.args.edit).toEqual({
    url: "{{base_url}}/v2/albums/{{album_id}}/photos?limit=50&tag={{missing}}&page=2",
  });
});

test("an_edit_that_cannot_be_saved_stays_and_nothing_is_sent", async () => {
  answers.edit_request = () => {
    throw {
      code: "storage",
      message: "The disk is full",
      cause: "",
      nextStep: "Free some space.",
      oauthError: null,
    };
  };
  await open();
  await type("url-input", "&page=2");
  await userEvent.click(screen.getByTestId("send-button"));
  expect((await screen.findByTestId("error-message")).dataset.code).toBe("storage");
  expect(screen.getByTestId("save-state").textContent).toContain("Not saved");
  expect(screen.getByTestId("url-input").dataset.value).toMatch(/&page=2$/);
  expect(commands("send")).toEqual([]);

  delete answers.edit_request;
  await userEvent.click(screen.getByRole("button", { name: "Save again" }));
  await waitFor(() => expect(screen.getByTestId("save-state").textContent).toContain("Saved locally"));
});

test("shows_status_time_size_and_the_body_of_an_answer", async () => {
  await open();
  await userEvent.click(await screen.findByTestId("send-button"));
  expect((await screen.findByTestId("response-time")).textContent).toBe("142 ms");
  expect(screen.getByTestId("response-size").textContent).toBe("18.4 kB");
  const body = await screen.findByTestId("response-body");
  expect(JSON.parse(body.dataset.value ?? "")).toMatchObject({ total: 128 });
  await userEvent.click(screen.getByTestId("response-tab-headers"));
  expect(screen.getAllByTestId("response-headers-row")).toHaveLength(4);
});

test("a_request_that_is_held_back_says_why_and_makes_offers", async () => {
  await open();
  await userEvent.click(treeItem("Upload photo"));
  await userEvent.click(await screen.findByTestId("send-button"));
  const held = await screen.findByTestId("held-back");
  expect(within(held).getByRole("alert").textContent).toContain("Nothing was sent");
  expect(within(held).getByTestId("send-anyway")).toBeTruthy();
  await userEvent.click(within(held).getByTestId("refresh-and-send"));
  await screen.findByTestId("response-status");
  expect(commands("send").map(({ args }) => args.intent)).toEqual(["plain", "refresh_and_send"]);
});

test("a_running_send_can_be_cancelled", async () => {
  let cancelled: () => void = () => {};
  answers.send = () => new Promise((done) => (cancelled = () => done({ kind: "cancelled" })));
  answers.cancel_send = () => cancelled();
  await open();
  await userEvent.click(await screen.findByTestId("send-button"));
  await userEvent.click(await screen.findByTestId("cancel-send"));
  expect(await screen.findByText("Cancelled")).toBeTruthy();
  expect(screen.getByTestId("send-button")).toBeTruthy();
});

test("the_tree_is_walked_by_keyboard", async () => {
  await open();
  const tree = screen.getByRole("tree");
  treeItem("Albums").click();
  tree.focus();
  const at = () => document.getElementById(tree.getAttribute("aria-activedescendant") ?? "")?.dataset.name;
  await userEvent.keyboard("{ArrowDown}");
  expect(at()).toBe("List albums");
  await userEvent.keyboard("{ArrowLeft}{ArrowLeft}");
  expect(treeItem("Albums").getAttribute("aria-expanded")).toBe("false");
  await userEvent.keyboard("{ArrowDown}");
  expect(at()).toBe("Photos");
  await userEvent.keyboard("ser");
  expect(at()).toBe("Service status");
  await userEvent.keyboard("{Enter}");
  await waitFor(() => expect(treeItem("Service status").getAttribute("aria-selected")).toBe("true"));
});

test("a_row_is_renamed_in_place_and_a_refused_name_goes_back", async () => {
  await open();
  const tree = screen.getByRole("tree");
  treeItem("Albums").click();
  tree.focus();
  await userEvent.keyboard("{F2}");
  const field = await screen.findByTestId("rename-field");
  await userEvent.clear(field);
  await userEvent.type(field, "Collections{Enter}");
  expect(treeItem("Collections")).toBeTruthy();
  expect(commands("rename_node")).toHaveLength(1);

  answers.rename_node = () => {
    throw { code: "storage", message: "The database is locked", cause: "", nextStep: "", oauthError: null };
  };
  await userEvent.keyboard("{F2}");
  await userEvent.type(await screen.findByTestId("rename-field"), "X{Enter}");
  expect((await screen.findByTestId("error-message")).dataset.code).toBe("storage");
  expect(treeItem("Collections")).toBeTruthy();
});

test("a_deletion_closes_its_tabs_and_can_be_undone", async () => {
  await open();
  const tabs = (await screen.findAllByTestId("request-tab")).length;
  answers.restore_node = () => new MadeUpWorkspace("photos").nodes;
  treeItem("List photos").click();
  screen.getByRole("tree").focus();
  await userEvent.keyboard("{Delete}");
  await waitFor(() => expect(screen.getAllByTestId("request-tab")).toHaveLength(tabs - 1));
  const names = () => screen.getAllByTestId("tree-item").map((row) => row.dataset.name);
  expect(names()).not.toContain("List photos");
  await userEvent.click(screen.getByRole("button", { name: "Undo" }));
  await waitFor(() => expect(names()).toContain("List photos"));
  expect(names().indexOf("List photos")).toBe(names().indexOf("Photos") + 1);
});

test("choosing_an_environment_reads_again_what_templates_resolve_to", async () => {
  await open();
  await screen.findByTestId("url-input");
  const before = commands("open_node").length;
  screen.getByTestId("environment-select").focus();
  await userEvent.keyboard("{Enter}");
  const options = await screen.findAllByTestId("environment-select-option");
  expect(options.map((option) => option.textContent?.trim())).toEqual([
    "No environment",
    "Local",
    "Staging",
    "Production",
  ]);
  await userEvent.keyboard("{ArrowDown}{Enter}");
  await waitFor(() =>
    expect(commands("choose_environment").map(({ args }) => args.id)).toEqual(["production"]),
  );
  await waitFor(() => expect(commands("open_node").length).toBeGreaterThan(before));
});

test("an_import_shows_what_comes_in_before_anything_is_stored", async () => {
  answers.confirm_import = () => ({
    id: "came-in",
    globals: [],
    nodes: [
      {
        id: "new",
        parent: null,
        collection: "new",
        kind: "collection",
        name: "Imported",
        method: null,
        auth: null,
      },
    ],
    environments: [],
    warnings: [],
  });
  await open("empty");
  await userEvent.click(screen.getByTestId("import-button"));
  const text = await screen.findByTestId("import-text");
  await userEvent.type(text, "no json");
  expect((await screen.findByTestId("error-message")).dataset.code).toBe("usage");
  expect((screen.getByTestId("import-confirm") as HTMLButtonElement).disabled).toBe(true);
  await userEvent.clear(text);
  await userEvent.type(text, "{{}");
  await screen.findByTestId("import-preview");
  await userEvent.click(screen.getAllByTestId("import-item-tick")[1] as HTMLElement);
  expect(commands("confirm_import")).toEqual([]);
  await userEvent.click(screen.getByTestId("import-confirm"));
  await waitFor(() => expect(treeItem("Imported")).toBeTruthy());
  expect(commands("confirm_import")[0]?.args).toEqual({ id: "looked-at", without: [1] });
  await userEvent.click(screen.getByRole("button", { name: "Undo" }));
  await waitFor(() => expect(commands("undo_import")[0]?.args).toEqual({ id: "came-in" }));
});

test("scripts_and_settings_are_saved_as_they_are_edited", async () => {
  await open();
  await userEvent.click(await screen.findByTestId("editor-tab-scripts"));
  await type("script-tests", "pm.test('x', () => {});");
  await waitFor(() =>
    expect(commands("set_script")[0]?.args).toMatchObject({
      place: "tests",
      source: "pm.test('x', () => {});",
    }),
  );
  await userEvent.click(screen.getByTestId("editor-tab-settings"));
  const verify = screen
    .getAllByTestId("setting")
    .find((row) => row.dataset.name === "verify_tls") as HTMLElement;
  expect(verify.textContent).toContain("From collection Photos API");
  await userEvent.click(within(verify).getByTestId("setting-verify_tls"));
  await waitFor(() =>
    expect(commands("set_send_setting")[0]?.args).toMatchObject({ name: "verify_tls", value: true }),
  );
  await userEvent.click(within(verify).getByTestId("setting-inherit"));
  await waitFor(() => expect(commands("set_send_setting")[1]?.args).toMatchObject({ value: null }));
});

test("every_kind_of_body_has_its_editor_and_comes_back_with_what_was_typed", async () => {
  await open();
  await userEvent.click(treeItem("Create album"));
  await userEvent.click(await screen.findByTestId("editor-tab-body"));
  const choose = async (kind: string) => {
    screen.getByTestId("body-kind-select").focus();
    await userEvent.keyboard("{Enter}");
    const options = await screen.findAllByTestId("body-kind-select-option");
    await userEvent.click(options.find((option) => option.dataset.value === kind) as HTMLElement);
  };
  await type("body-editor", "}");
  expect((await screen.findByTestId("body-problem")).textContent).toContain("closes nothing");
  await choose("formdata");
  await userEvent.type((await screen.findAllByTestId("form-name"))[0] as HTMLElement, "photo");
  await waitFor(() =>
    expect(commands("edit_request").at(-1)?.args.edit).toMatchObject({
      body: { kind: "formdata", fields: [{ name: "photo", files: null }] },
    }),
  );
  answers.choose_files = () => ["/home/alice/a.png", "/home/alice/b.png"];
  screen.getByTestId("form-kind").focus();
  await userEvent.keyboard("{Enter}");
  await userEvent.click((await screen.findAllByTestId("form-kind-option"))[1] as HTMLElement);
  await userEvent.click(await screen.findByTestId("choose-file"));
  await waitFor(() =>
    expect(commands("edit_request").at(-1)?.args.edit).toMatchObject({
      body: { fields: [{ files: ["/home/alice/a.png", "/home/alice/b.png"] }] },
    }),
  );
  await choose("graphql");
  await type("graphql-query", "{ me }");
  await choose("formdata");
  expect((await screen.findAllByTestId<HTMLInputElement>("form-name"))[0]?.value).toBe("photo");
  await choose("graphql");
  expect((await screen.findByTestId("graphql-query")).dataset.value).toBe("{ me }");
});

test("a_row_is_cut_and_pasted_and_moved_by_keyboard", async () => {
  await open();
  const names = () => screen.getAllByTestId("tree-item").map((row) => row.dataset.name);
  treeItem("List albums").click();
  screen.getByRole("tree").focus();
  await userEvent.keyboard("{Alt>}{ArrowDown}{/Alt}");
  await waitFor(() => expect(names().indexOf("List albums")).toBe(names().indexOf("Create album") + 1));
  await userEvent.keyboard("{Control>}x{/Control}");
  treeItem("Photos").click();
  screen.getByRole("tree").focus();
  await userEvent.keyboard("{Control>}v{/Control}");
  await waitFor(() => expect(commands("move_node")).toHaveLength(2));
  const albums = names().slice(names().indexOf("Albums"), names().indexOf("Photos"));
  expect(albums).not.toContain("List albums");
});

test("the_palette_finds_actions_and_requests_and_runs_them", async () => {
  await open();
  await userEvent.keyboard("{Control>}k{/Control}");
  const field = await screen.findByTestId("command-palette");
  await userEvent.type(field, "service");
  const hits = await screen.findAllByTestId("palette-item");
  expect(hits.map((hit) => hit.dataset.name)).toContain("Service status");
  await userEvent.clear(field);
  await userEvent.type(field, ">sidebar{Enter}");
  await waitFor(() => expect(screen.queryByTestId("sidebar")).toBeNull());
  expect(screen.queryByTestId("command-palette")).toBeNull();
});

test("an_exchange_of_the_history_is_shown_and_saved_as_a_request", async () => {
  answers.request_from_history = ({ parent }) => ({
    id: "again",
    parent,
    collection: "n1",
    kind: "request",
    name: "List photos",
    method: "GET",
    auth: null,
  });
  await open();
  await userEvent.click(screen.getByTestId("sidebar-tab-history"));
  const items = await screen.findAllByTestId("history-item");
  expect(items.length).toBe(7);
  await userEvent.click(items[1] as HTMLElement);
  expect((await screen.findByTestId("history-entry")).textContent).toContain("/v2/albums/alb_42/photos");
  await userEvent.click(screen.getByTestId("history-save"));
  await waitFor(() => expect(commands("request_from_history")[0]?.args).toMatchObject({ id: "2" }));
});

test("a_deletion_from_the_history_can_be_undone_and_is_done_when_the_window_closes", async () => {
  await open();
  await userEvent.click(screen.getByTestId("sidebar-tab-history"));
  const ids = () => screen.getAllByTestId("history-item").map((row) => row.dataset.id);
  await screen.findAllByTestId("history-item");
  screen.getByRole("listbox", { name: "History" }).focus();
  await userEvent.keyboard("{Delete}");
  expect(ids()).not.toContain("1");
  await userEvent.click(screen.getByRole("button", { name: "Undo" }));
  await waitFor(() => expect(ids()).toContain("1"));
  screen.getByRole("listbox", { name: "History" }).focus();
  await userEvent.keyboard("{Delete}");
  expect(commands("delete_history")).toEqual([]);
  await emit("tauri://close-requested");
  await waitFor(() => expect(commands("delete_history")).toHaveLength(1));
  await waitFor(() => expect(commands("plugin:window|destroy")).toHaveLength(1));
});

test("a_request_is_written_as_code_and_secrets_come_in_only_when_asked_for", async () => {
  answers.request_for_code = ({ secrets }) => ({
    method: "GET",
    url: "https://api.example.com/photos",
    headers: [{ name: "Authorization", value: secrets ? "Bearer eyJ" : "Bearer YOUR_SECRET" }],
    mimeType: null,
    text: null,
    file: null,
    parts: [],
    notes: [],
  });
  await open();
  await userEvent.click(await screen.findByTestId("generate-code"));
  await waitFor(() => expect(screen.getByTestId("code").dataset.value).toContain("YOUR_SECRET"));
  expect(screen.getByTestId("code").dataset.value).toContain("curl");
  await userEvent.click(screen.getByTestId("code-secrets"));
  await waitFor(() => expect(screen.getByTestId("code").dataset.value).toContain("Bearer eyJ"));
});

test("a_curl_command_that_is_pasted_as_a_url_is_offered_for_import", async () => {
  await open();
  const url = await screen.findByTestId("url-input");
  const paste = new Event("paste", { bubbles: true, cancelable: true });
  Object.assign(paste, { clipboardData: { getData: () => "curl -X POST https://api.example.com" } });
  url.dispatchEvent(paste);
  expect(paste.defaultPrevented).toBe(true);
  const text = await screen.findByTestId<HTMLTextAreaElement>("import-text");
  expect(text.value).toContain("curl -X POST");
});

test("tests_that_failed_are_read_first_and_counted_on_their_tab", async () => {
  await open();
  await userEvent.click(await screen.findByTestId("send-button"));
  const tab = await screen.findByTestId("response-tab-tests");
  expect(tab.textContent).toContain("1/2");
  await userEvent.click(tab);
  const rows = await screen.findAllByTestId("assertion");
  expect(rows.map((row) => row.dataset.result)).toEqual(["fail", "pass"]);
  expect(rows[0]?.textContent).toContain("expected 128 to be at most 50");
  expect(screen.getByTestId("console-line").textContent).toBe("128 photos in all");
});

test("scripts_that_came_with_an_import_are_looked_at_before_they_run", async () => {
  const scripts = [
    {
      node: "n1",
      name: "Photos API",
      event: "prerequest",
      source: "pm.variables.set('a', 1)",
      trusted: false,
    },
  ];
  answers.collection_scripts = () => ({ trusted: false, scripts });
  await open();
  await userEvent.keyboard("{Control>}k{/Control}");
  await userEvent.type(await screen.findByTestId("command-palette"), ">look at the scripts{Enter}");
  await screen.findByTestId("trust-dialog");
  expect((await screen.findByTestId("trust-script")).textContent).toContain("Photos API");
  expect(commands("trust_scripts")).toEqual([]);
  await userEvent.click(screen.getByTestId("trust-confirm"));
  await waitFor(() => expect(commands("trust_scripts")[0]?.args).toEqual({ collection: "n1" }));
});
