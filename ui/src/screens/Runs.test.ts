import { emit } from "@tauri-apps/api/event";
import { mockIPC } from "@tauri-apps/api/mocks";
import { fireEvent, render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import { MadeUpWorkspace } from "../../dev/madeUpWorkspace";
import type { RunRow } from "../ipc";
import MainWindow from "./MainWindow.svelte";

let given: { name: string; args: Record<string, unknown> }[];
const commands = (name: string) => given.filter((command) => command.name === name);

function row(index: number, changes: Partial<RunRow> = {}): RunRow {
  return {
    index,
    node: `node-${index}`,
    name: `Request ${index}`,
    folders: [],
    method: "GET",
    iteration: 0,
    status: 200,
    skipped: false,
    ms: 12,
    size: 2,
    passed: 1,
    failed: 0,
    failure: null,
    token: "Alice (access token)",
    refreshed: false,
    ...changes,
  };
}

const progress = (rows: RunRow[], end: string | null = null, run = "run-1") =>
  emit("run-progress", { run, rows, end });

/** Opens the pane for the first collection, and begins its run. */
async function begin() {
  const collection = screen.getAllByTestId("tree-item").find((item) => item.dataset.kind === "collection");
  await fireEvent.contextMenu(collection!);
  await userEvent.click(await screen.findByTestId("run-node"));
  await userEvent.click(await screen.findByTestId("run-start"));
  await screen.findByTestId("run-totals");
}

beforeEach(async () => {
  given = [];
  localStorage.clear();
  // The list measures itself, and happy-dom has no layout.
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(600);
  const workspace = new MadeUpWorkspace("photos");
  let runs = 0;
  mockIPC(
    (name, args) => {
      const plain = (args ?? {}) as Record<string, unknown>;
      given.push({ name, args: plain });
      if (name === "start_run")
        return { run: `run-${++runs}`, name: "Photos API", iterations: 1, requests: 3, notes: [] };
      if (name === "stop_run") return null;
      if (name === "run_exchange") {
        const details = {
          url: "http://h/a",
          requestHeaders: [],
          reason: "Bad Gateway",
          responseHeaders: [],
          body: "text of the answer",
          bodyCut: false,
          assertions: [{ name: "is there", result: "failed", message: "expected 502 to equal 200" }],
          errors: [],
          warnings: [],
          console: [],
        };
        return { row: row(plain.index as number, { status: 502 }), ...details };
      }
      return workspace.answer(name, plain);
    },
    { shouldMockEvents: true },
  );
  render(MainWindow);
  await screen.findByTestId("save-state");
  await begin();
});

test("rows_come_live_and_failures_stand_first", async () => {
  await progress([row(0), row(1, { failure: "is there: no", failed: 1, passed: 0, status: 502 })]);
  await progress([row(2, { refreshed: true })]);
  await waitFor(() => expect(screen.getAllByTestId("run-row")).toHaveLength(3));
  expect(screen.getAllByTestId("run-row").map((shown) => shown.dataset.name)).toEqual([
    "Request 1",
    "Request 0",
    "Request 2",
  ]);
  expect(screen.getByTestId("run-totals").dataset.state).toBe("running");
  expect(screen.getAllByTestId("run-refreshed")).toHaveLength(1);
  await progress([], "finished");
  await waitFor(() => expect(screen.getByTestId("run-totals").dataset.state).toBe("finished"));
  expect(screen.getByTestId("run-failed").textContent).toBe("1 failed");
});

test("the_keyboard_opens_the_exchange_of_a_row", async () => {
  await progress([row(0), row(1, { failure: "no", failed: 1 })], "finished");
  await screen.findAllByTestId("run-row");
  screen.getByTestId("run-rows").focus();
  await userEvent.keyboard("{ArrowDown}{Enter}");
  expect(commands("run_exchange").at(-1)?.args).toEqual({ run: "run-1", index: 0 });
  expect((await screen.findByTestId("run-body")).textContent).toBe("text of the answer");
  expect(screen.getByTestId("run-assertion").textContent).toContain("expected 502 to equal 200");
});

test("what_failed_is_run_again_and_nothing_else", async () => {
  await progress(
    [row(0), row(1, { failure: "no" }), row(2, { failure: "no", node: "node-1", iteration: 1 })],
    "finished",
  );
  await userEvent.click(await screen.findByTestId("run-failed-again"));
  const options = commands("start_run").at(-1)?.args.options as { only: string[] };
  expect(options.only).toEqual(["node-1"]);
  await waitFor(() => expect(screen.queryAllByTestId("run-row")).toHaveLength(0));
});

test("a_run_can_be_stopped_and_what_comes_of_an_older_one_is_not_shown", async () => {
  await userEvent.click(screen.getByTestId("run-stop"));
  expect(commands("stop_run").at(-1)?.args).toEqual({ run: "run-1" });
  await progress([row(0)], "stopped");
  await waitFor(() => expect(screen.getByTestId("run-totals").dataset.state).toBe("stopped"));
  await progress([row(1)], null, "run-0");
  expect(screen.getAllByTestId("run-row")).toHaveLength(1);
});
