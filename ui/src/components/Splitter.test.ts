import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import Splitter from "./Splitter.svelte";

const props = { label: "Width", value: 256, min: 208, max: 440, initial: 250, onchange: vi.fn() };

test("arrows_move_it_by_sixteen_pixels_and_a_double_click_resets_it", async () => {
  render(Splitter, { ...props, orientation: "vertical" });
  screen.getByRole("separator").focus();
  await userEvent.keyboard("{ArrowRight}");
  expect(props.onchange).toHaveBeenLastCalledWith(272);
  await userEvent.keyboard("{ArrowLeft}");
  expect(props.onchange).toHaveBeenLastCalledWith(240);
  await userEvent.keyboard("{End}");
  expect(props.onchange).toHaveBeenLastCalledWith(440);
  await userEvent.dblClick(screen.getByRole("separator"));
  expect(props.onchange).toHaveBeenLastCalledWith(250);
});

test("a_pane_below_the_line_grows_when_the_line_goes_up", async () => {
  render(Splitter, { ...props, orientation: "horizontal", after: true });
  screen.getByRole("separator").focus();
  await userEvent.keyboard("{ArrowUp}");
  expect(props.onchange).toHaveBeenLastCalledWith(272);
});
