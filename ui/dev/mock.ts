// Stands in for the Rust half in a browser.
import { mockIPC, mockWindows } from "@tauri-apps/api/mocks";
import { MadeUpWorkspace } from "./madeUpWorkspace";

const query = new URLSearchParams(location.search);
localStorage.clear();
const theme = query.get("theme") ?? "dark";
localStorage.setItem("gatepass.theme", theme);
document.documentElement.dataset.theme = theme;

mockWindows("main");
const workspace = new MadeUpWorkspace(query.get("state") ?? "photos", query.get("token") ?? "valid");
mockIPC((name, args) => workspace.answer(name, (args ?? {}) as Record<string, unknown>), {
  shouldMockEvents: true,
});

await import("../src/main");
