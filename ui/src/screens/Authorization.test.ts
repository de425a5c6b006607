import { mockIPC } from "@tauri-apps/api/mocks";
import { emit } from "@tauri-apps/api/event";
import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import { MadeUpWorkspace } from "../../dev/madeUpWorkspace";
import type { TokenCardView } from "../ipc";
import MainWindow from "./MainWindow.svelte";

/** Commands that the window gave, in their order. */
let given: { name: string; args: Record<string, unknown> }[];
/** Changes of a test to the card that the made-up native side answers. */
let cardChange: Partial<TokenCardView>;
let workspace: MadeUpWorkspace;

/** Opens the Authorization tab of "List photos", or of another node by its name in the tree. */
async function open(token: string, node?: string) {
  workspace = new MadeUpWorkspace("photos", token);
  mockIPC(
    async (name, args) => {
      const plain = (args ?? {}) as Record<string, unknown>;
      given.push({ name, args: plain });
      const answer = await workspace.answer(name, plain);
      return name === "token_card" || name === "refresh_token"
        ? { ...(answer as TokenCardView), ...cardChange }
        : answer;
    },
    { shouldMockEvents: true },
  );
  render(MainWindow);
  await screen.findByTestId("save-state");
  if (node)
    screen
      .getAllByTestId("tree-item")
      .find((row) => row.dataset.name === node)
      ?.click();
  await userEvent.click(await screen.findByTestId("editor-tab-authorization"));
}

const commands = (name: string) => given.filter((command) => command.name === name);
const button = (testid: string) => screen.getByTestId<HTMLButtonElement>(testid);
const setParams = () => commands("set_auth_params").map(({ args }) => args.params);

beforeEach(() => {
  given = [];
  cardChange = {};
  localStorage.clear();
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(600);
});

test("the_card_carries_the_status_and_no_solid_button_while_the_token_is_valid", async () => {
  await open("valid");
  const card = await screen.findByTestId("token-card");
  expect(card.dataset.status).toBe("valid");
  expect(card.querySelectorAll(".btn--primary")).toHaveLength(0);
  expect(screen.getByTestId("token-expiry").textContent?.trim()).toMatch(/^4:\d\d$/);
  expect(screen.getByTestId("token-preview").textContent).toContain("Bearer eyJ…h3Q");
});

test("the_selector_is_not_moved_by_a_refresh", async () => {
  await open("valid");
  await userEvent.click(await screen.findByTestId("token-type-id"));
  await waitFor(() => expect(setParams()).toEqual([{ use_token: "id_token" }]));
  await userEvent.click(button("refresh-token"));
  await waitFor(() => expect(commands("refresh_token")).toHaveLength(1));
  await emit("token-changed", { key: "key-Alice" });
  await screen.findByText("Refreshed");
  expect(button("token-type-id").getAttribute("aria-checked")).toBe("true");
  expect(button("token-type-access").getAttribute("aria-checked")).toBe("false");
});

test("the_id_token_cannot_be_chosen_where_there_is_none_and_says_why", async () => {
  cardChange = { hasIdToken: false, noIdTokenReason: "The scope openid is not asked for." };
  await open("valid");
  const option = await screen.findByTestId<HTMLButtonElement>("token-type-id");
  await waitFor(() => expect(option.disabled).toBe(true));
  expect(option.title).toBe("The scope openid is not asked for.");
  expect(screen.getByTestId("token-card").textContent).toContain("The scope openid is not asked for.");
});

test("the_fix_sets_the_one_setting_and_tries_again", async () => {
  await open("refused");
  const notice = await screen.findByTestId("error-message");
  expect(notice.dataset.code).toBe("provider_error");
  expect(notice.textContent).toContain("invalid_client");
  // The fix is what is needed now, so it alone is solid.
  expect(button("get-new-token").className).toContain("btn--tonal");
  await userEvent.click(within(notice).getByTestId("error-fix"));
  await waitFor(() => expect(commands("get_new_token")).toHaveLength(1));
  const order = given.map(({ name }) => name).filter((name) => /set_auth_params|get_new_token/.test(name));
  expect(order).toEqual(["set_auth_params", "get_new_token"]);
  expect(setParams()).toEqual([{ client_authentication: "client_secret_post" }]);
  await waitFor(() => expect(screen.queryByTestId("error-message")).toBeNull());
});

test("what_was_typed_is_saved_before_a_token_is_asked_for", async () => {
  await open("none");
  await userEvent.type(await screen.findByTestId("oauth-client-id"), "-2");
  await userEvent.click(button("get-new-token"));
  await waitFor(() => expect(commands("get_new_token")).toHaveLength(1));
  const order = given.map(({ name }) => name).filter((name) => /set_auth_params|get_new_token/.test(name));
  expect(order).toEqual(["set_auth_params", "get_new_token"]);
  expect(setParams()).toEqual([{ client_id: "photos-desktop-2" }]);
});

test("a_stored_secret_is_shown_only_on_reveal_and_survives_editing", async () => {
  await open("valid");
  const field = await screen.findByTestId<HTMLInputElement>("oauth-client-secret");
  expect(field.value).toBe("");
  expect(field.type).toBe("password");
  expect(commands("reveal_auth_secret")).toEqual([]);
  await userEvent.click(screen.getByRole("button", { name: "Reveal client secret", pressed: false }));
  await waitFor(() => expect(field.value).toBe("correct-horse-battery"));
  expect(field.type).toBe("text");
  await userEvent.type(field, "1");
  await waitFor(() => expect(setParams()).toEqual([{ client_secret: "correct-horse-battery1" }]));
  // Once saved it does not come back, and typing goes on where it was.
  await userEvent.type(field, "2");
  await waitFor(() => expect(setParams().at(-1)).toEqual({ client_secret: "correct-horse-battery12" }));
});

test("a_secret_that_is_only_a_variable_is_shown_plainly", async () => {
  await open("valid");
  const field = await screen.findByTestId<HTMLInputElement>("oauth-client-secret");
  await userEvent.type(field, "{{{{client_secret}}");
  expect(field.value).toBe("{{client_secret}}");
  expect(field.type).toBe("text");
});

test("discovery_fills_the_endpoints_and_a_typed_one_stays_yours", async () => {
  await open("valid");
  await userEvent.click(await screen.findByTestId("oauth-discover"));
  const group = screen.getByTestId("oauth-endpoints");
  await waitFor(() => expect(group.textContent).toContain("9 found"));
  expect(group.getAttribute("aria-expanded")).toBe("false");
  await userEvent.click(group);
  expect(group.getAttribute("aria-expanded")).toBe("true");
  const token = screen.getByTestId<HTMLInputElement>("oauth-token-url");
  expect(token.value).toBe("https://id.example.com/token");
  await userEvent.clear(token);
  await userEvent.type(token, "https://own.example.com/token");
  await waitFor(() =>
    expect(setParams().at(-1)).toEqual({ token_endpoint: "https://own.example.com/token" }),
  );
  expect(screen.getByText("Yours")).toBeTruthy();
  expect(group.textContent).toContain("1 yours");
  await userEvent.click(screen.getByRole("button", { name: "Use discovered" }));
  await waitFor(() => expect(setParams().at(-1)).toEqual({ token_endpoint: null }));
  expect(token.value).toBe("https://id.example.com/token");
});

test("only_fields_that_the_grant_needs_are_shown", async () => {
  await open("none");
  expect(await screen.findByTestId("oauth-redirect-uri")).toBeTruthy();
  screen.getByTestId("oauth-grant-select").focus();
  await userEvent.keyboard("{Enter}");
  const options = await screen.findAllByTestId("oauth-grant-select-option");
  expect(options.map((option) => option.dataset.value)).toEqual([
    "authorization_code",
    "device_code",
    "client_credentials",
    "token_exchange",
    "jwt_bearer",
    "saml2_bearer",
    "ciba",
    "refresh_token",
    "password",
    "implicit",
  ]);
  await userEvent.keyboard("{End}{ArrowUp}{Enter}");
  expect(await screen.findByTestId("oauth-username")).toBeTruthy();
  expect(screen.queryByTestId("oauth-redirect-uri")).toBeNull();
  await waitFor(() => expect(setParams().at(-1)).toEqual({ grant: "password" }));
});

test("inherited_settings_are_read_only_and_what_concerns_the_token_edits_their_owner", async () => {
  await open("valid", "List albums");
  expect(await screen.findByTestId("auth-override")).toBeTruthy();
  expect(screen.queryByTestId("oauth-client-id")).toBeNull();
  const owner = workspace.nodes.find((node) => node.name === "Photos API");
  await userEvent.click(await screen.findByTestId("auto-refresh-toggle"));
  await waitFor(() =>
    expect(commands("set_auth_params").map(({ args }) => args)).toEqual([
      { id: owner?.id, params: { auto_refresh: false } },
    ]),
  );
  await waitFor(() => expect(button("auto-refresh-toggle").getAttribute("aria-checked")).toBe("false"));
  await userEvent.click(screen.getByTestId("auth-edit-owner"));
  const tab = () =>
    screen.getAllByTestId("request-tab").find((one) => one.getAttribute("aria-selected") === "true");
  await waitFor(() => expect(tab()?.dataset.name).toBe("Photos API"));
});

test("the_wait_for_a_sign_in_shows_the_link_takes_a_paste_and_is_cancelled_by_escape", async () => {
  await open("waiting");
  const dialog = await screen.findByTestId("login-waiting");
  expect(within(dialog).getByTestId("login-url").textContent).toContain("https://id.example.com/authorize?");
  await userEvent.type(
    within(dialog).getByTestId("login-paste"),
    "http://127.0.0.1:53127/callback?code=1{Enter}",
  );
  await waitFor(() =>
    expect(commands("paste_callback")[0]?.args.url).toBe("http://127.0.0.1:53127/callback?code=1"),
  );
  await userEvent.keyboard("{Escape}");
  await waitFor(() => expect(commands("cancel_login")).toHaveLength(1));
  const [request] = commands("cancel_login");
  await emit("flow-changed", { node: request?.args.node });
  await waitFor(() => expect(screen.queryByTestId("login-waiting")).toBeNull());
});

test("a_device_code_is_shown_with_where_to_type_it", async () => {
  await open("device");
  expect((await screen.findByTestId("device-user-code")).textContent).toBe("WDJB-MJHT");
  expect(screen.getByTestId("login-url").textContent).toContain("id.example.com/device");
  expect(screen.getByRole("img", { name: /QR code/ })).toBeTruthy();
});

test("every_check_of_the_id_token_has_its_verdict_and_a_failed_one_its_reason", async () => {
  await open("checks");
  const checks = await screen.findAllByTestId("claim-check");
  expect(checks.map(({ dataset }) => `${dataset.check} ${dataset.result}`)).toContain("aud fail");
  expect(screen.getByTestId("verdict").textContent).toBe("Not verified");
  expect(screen.getByText("It is photos-web; expected photos-desktop.")).toBeTruthy();
  const sub = screen.getAllByTestId("claim").find(({ dataset }) => dataset.name === "sub");
  expect(sub?.textContent?.trim()).toBe('"248289761001"');
  expect(screen.getByTestId("missing-scope").textContent).toContain("photos:write");
});

test("the_step_that_failed_stands_open_in_the_flow_log", async () => {
  await open("refused");
  const steps = await screen.findAllByTestId("flow-log-step");
  expect(steps.map(({ dataset }) => `${dataset.step} ${dataset.result}`)).toEqual([
    "discovery ok",
    "authorization ok",
    "callback ok",
    "token failed",
  ]);
  expect(steps.map((step) => step.getAttribute("aria-expanded"))).toEqual([
    "false",
    "false",
    "false",
    "true",
  ]);
  expect(screen.getByTestId("flow-log").textContent).toContain("client authentication failed");
  await userEvent.click(steps[0] as HTMLElement);
  expect(steps.map((step) => step.getAttribute("aria-expanded"))).toEqual([
    "true",
    "false",
    "false",
    "false",
  ]);
});

test("tree_tab_and_list_tell_the_same_health", async () => {
  await open("expired");
  const rows = await screen.findAllByTestId("token-list-item");
  expect(rows.find(({ dataset }) => dataset.name === "Alice")?.dataset.status).toBe("expired");
  const row = screen.getAllByTestId("tree-item").find(({ dataset }) => dataset.name === "List albums");
  await waitFor(() =>
    expect(
      within(row as HTMLElement)
        .getByRole("img")
        .getAttribute("aria-label"),
    ).toBe("OAuth 2.0, inherited, token expired"),
  );
  expect(within(screen.getByTestId("editor-tab-authorization")).getByRole("img")).toBeTruthy();
});

test("changing_the_kind_keeps_what_was_set_under_the_other", async () => {
  await open("none");
  const choose = async (key: string) => {
    screen.getByTestId("auth-type-select").focus();
    await userEvent.keyboard("{Enter}");
    await screen.findAllByTestId("auth-type-select-option");
    await userEvent.keyboard(key);
  };
  await screen.findByTestId("oauth-client-id");
  await choose("{Home}{ArrowDown}{ArrowDown}{ArrowDown}{Enter}");
  expect(await screen.findByTestId("basic-username")).toBeTruthy();
  await choose("{Home}{ArrowDown}{Enter}");
  await screen.findByTestId("oauth-client-id");
  await waitFor(() => expect(setParams().at(-1)).toMatchObject({ client_id: "photos-desktop" }));
  expect(setParams().at(-1)).not.toHaveProperty("client_secret");
});

test("advice_is_settled_by_its_one_change_and_nothing_is_asked_of_the_provider", async () => {
  await open("checks");
  const advice = await screen.findByTestId("auth-advice");
  expect(advice.dataset).toMatchObject({ setting: "pkce", kind: "deprecated" });
  await userEvent.click(within(advice).getByTestId("advice-fix"));
  await waitFor(() => expect(setParams()).toEqual([{ pkce: "S256" }]));
  expect(commands("get_new_token")).toEqual([]);
});

test("a_refused_client_leads_to_the_field_that_names_it", async () => {
  await open("refused");
  await userEvent.click(await screen.findByTestId("error-edit"));
  expect(document.activeElement).toBe(screen.getByTestId("oauth-client-id"));
});
