// What happy-dom leaves out and our parts (CodeMirror, bits-ui) ask for.
import { afterEach, vi } from "vitest";
import { cleanup } from "@testing-library/svelte";

afterEach(() => cleanup());

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
