import { createContext } from "svelte";
import { setZoom } from "../../ipc";
import { keep, readKept } from "../../lib/persisted";

/** The steps of the zoom, in percent. */
export const ZOOM_STEPS = [80, 90, 100, 110, 125, 150, 175, 200] as const;
const isStep = (value: unknown): value is number => (ZOOM_STEPS as readonly unknown[]).includes(value);

/** How large the window is drawn. Kept for the next start. */
export class Zoom {
  percent = $state(readKept("zoom", 100, isStep));

  /** Draws it as it was left. */
  follow(): void {
    if (this.percent !== 100) this.#apply();
  }

  /** One step larger or smaller; 0 is the actual size. */
  step(by: 1 | -1 | 0): void {
    const at = ZOOM_STEPS.findIndex((step) => step === this.percent);
    const next = by === 0 ? 100 : ZOOM_STEPS[Math.min(Math.max(at + by, 0), ZOOM_STEPS.length - 1)];
    this.choose(next ?? 100);
  }

  choose(percent: number): void {
    this.percent = percent;
    keep("zoom", percent);
    this.#apply();
  }

  /** A window that cannot be zoomed stays as it is. */
  #apply(): void {
    void setZoom(this.percent / 100).catch(() => {});
  }
}

export const [zoom, provideZoom] = createContext<Zoom>();
