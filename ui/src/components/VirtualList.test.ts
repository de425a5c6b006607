import { fireEvent, render, screen } from "@testing-library/svelte";
import { expect, test } from "vitest";
import ListOfNumbers from "./testing/ListOfNumbers.svelte";

const numbers = () => screen.getAllByTestId("row").map((row) => Number(row.textContent));

test("keeps_ten_thousand_rows_out_of_the_document", async () => {
  render(ListOfNumbers, { count: 10_000 });
  expect(numbers().length).toBeLessThan(100);
  const list = screen.getByTestId("list");
  list.scrollTop = 26 * 5_000;
  await fireEvent.scroll(list);
  expect(numbers()).toContain(5_000);
  expect(numbers().length).toBeLessThan(100);
});
