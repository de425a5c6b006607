import { render, screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import ChipsField from "./ChipsField.svelte";
import type { KeyValueRow } from "./keyValueRow";
import Segmented from "./Segmented.svelte";
import Select from "./Select.svelte";
import SecretFieldInWindow from "./testing/SecretFieldInWindow.svelte";
import TableInWindow from "./testing/TableInWindow.svelte";

test("a_select_is_operated_by_keyboard_and_its_options_carry_ids_and_values", async () => {
  const onchange = vi.fn();
  render(Select, {
    label: "Auth type",
    testid: "auth-type-select",
    value: "inherit",
    options: [
      { value: "inherit", label: "Inherit" },
      { value: "oauth2", label: "OAuth 2.0" },
      { value: "basic", label: "Basic" },
    ],
    onchange,
  });
  const trigger = screen.getByTestId("auth-type-select");
  expect(trigger.getAttribute("aria-label")).toBe("Auth type: Inherit");
  trigger.focus();
  await userEvent.keyboard("{Enter}");
  const options = await screen.findAllByTestId("auth-type-select-option");
  expect(options.map((option) => option.dataset.value)).toEqual(["inherit", "oauth2", "basic"]);
  await userEvent.keyboard("{ArrowDown}{Enter}");
  expect(onchange).toHaveBeenLastCalledWith("oauth2");
});

test("chips_are_added_by_enter_comma_and_space_and_removed_by_backspace", async () => {
  const changes: string[][] = [];
  const view = render(ChipsField, {
    values: ["openid"],
    noun: "scope",
    testid: "oauth-scope",
    onchange: (values: string[]) => {
      changes.push(values);
      void view.rerender({ values });
    },
  });
  const field = screen.getByTestId<HTMLInputElement>("oauth-scope");
  await userEvent.type(field, "profile{Enter}");
  await userEvent.type(field, "email,openid ");
  expect(screen.getByRole("list").dataset.value).toBe("openid profile email");
  await userEvent.type(field, "{Backspace}");
  expect(changes.at(-1)).toEqual(["openid", "profile"]);
});

test("typing_into_the_last_line_of_a_table_adds_a_row", async () => {
  let rows: KeyValueRow[] = [{ name: "limit", value: "50", enabled: true }];
  render(TableInWindow, { rows, onchange: (next: KeyValueRow[]) => (rows = next) });
  expect(screen.getAllByTestId("params-row")).toHaveLength(2);
  await userEvent.type(screen.getAllByTestId("params-name").at(-1) as HTMLElement, "cursor");
  expect(rows).toEqual([
    { name: "limit", value: "50", enabled: true },
    { name: "cursor", value: "", enabled: true },
  ]);
  expect(screen.getAllByTestId("params-row")).toHaveLength(3);
  await userEvent.click(screen.getAllByTestId("params-enabled")[0] as HTMLElement);
  expect(rows[0]?.enabled).toBe(false);
  await userEvent.click(
    within(screen.getAllByTestId("params-row")[0] as HTMLElement).getByLabelText("Remove limit"),
  );
  expect(rows.map((row) => row.name)).toEqual(["cursor"]);
});

test("a_secret_is_hidden_until_its_toggle_is_pressed", async () => {
  render(SecretFieldInWindow, { value: "s3cret" });
  const field = screen.getByTestId<HTMLInputElement>("secret");
  expect(field.type).toBe("password");
  await userEvent.click(screen.getByRole("button", { name: "Reveal client secret", pressed: false }));
  expect(field.type).toBe("text");
  expect(screen.getByRole("button", { name: "Hide client secret", pressed: true })).toBeTruthy();
});

test("segments_are_a_radio_group", async () => {
  const onchange = vi.fn();
  render(Segmented, {
    label: "Sends",
    value: "access_token",
    onchange,
    options: [
      { value: "access_token", label: "Access token", testid: "token-type-access" },
      { value: "id_token", label: "ID token", testid: "token-type-id" },
    ],
  });
  expect(screen.getByTestId("token-type-access").getAttribute("aria-checked")).toBe("true");
  await userEvent.click(screen.getByTestId("token-type-id"));
  expect(onchange).toHaveBeenCalledWith("id_token");
});
