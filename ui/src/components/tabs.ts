import type { Health } from "./HealthGlyph.svelte";

/** One tab of a strip. */
export interface Tab {
  id: string;
  label: string;
  /** How much of what was tried went well: "3/3". */
  tally?: { passed: number; of: number };
  /** Muted digits behind the label; nothing is shown for 0. */
  count?: number;
  health?: { kind: Health; label: string };
  testid?: string;
}
