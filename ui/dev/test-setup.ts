// What happy-dom leaves out and our parts (CodeMirror, bits-ui) ask for.
import { afterEach, beforeEach, vi } from "vitest";
import { clearMocks, mockWindows } from "@tauri-apps/api/mocks";
import { cleanup, configure } from "@testing-library/svelte";

// How long something may take to appear says nothing about it: parts of the page are fetched, and machines are slow.
configure({ asyncUtilTimeout: 15_000 });

beforeEach(() => mockWindows("main"));

// First the window goes, then what it listened to.
afterEach(() => {
  cleanup();
  clearMocks();
});

if (!Element.prototype.scrollIntoView) Element.prototype.scrollIntoView = () => {};
if (!Range.prototype.getClientRects) Range.prototype.getClientRects = () => [] as unknown as DOMRectList;
if (!Element.prototype.hasPointerCapture) Element.prototype.hasPointerCapture = () => false;
if (!globalThis.matchMedia) {
  vi.stubGlobal("matchMedia", (query: string) => ({
    matches: false,
    media: query,
    addEventListener() {},
    removeEventListener() {},
  }));
}
