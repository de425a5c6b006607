import type { JsonValue } from "../../ipc";

/** The requests that free parameters can be added to. */
export type ExtraTarget = "authorization" | "token" | "refresh";

/** A free parameter of a request to the provider. */
export interface ExtraRow {
  name: string;
  value: string;
  in: string;
  enabled: boolean;
  /** The place of a stored secret that stands here and is not shown. */
  kept: string | null;
}

/** Where a free parameter can go; the first is what a new row gets. */
export const PLACES: Record<ExtraTarget, string[]> = {
  authorization: ["query", "header"],
  token: ["body", "query", "header"],
  refresh: ["body", "query", "header"],
};

export function placeOf(target: ExtraTarget, index: number): string {
  return `extra/${target}/${index}/value`;
}

/** The rows of a table as they stand in the settings. */
export function extraRows(extra: unknown, target: ExtraTarget, secrets: readonly string[]): ExtraRow[] {
  const list = isRecord(extra) && Array.isArray(extra[target]) ? extra[target] : [];
  return list.filter(isRecord).map((row, index) => {
    const value = typeof row.value === "string" ? row.value : "";
    return {
      name: typeof row.name === "string" ? row.name : "",
      value,
      in: typeof row.in === "string" ? row.in : (PLACES[target][0] ?? "query"),
      enabled: row.enabled !== false,
      kept: value === "" && secrets.includes(placeOf(target, index)) ? placeOf(target, index) : null,
    };
  });
}

/** All three tables with one of them changed, as they are sent back: untouched secrets are named by their place. */
export function withExtraRows(
  extra: unknown,
  target: ExtraTarget,
  rows: readonly ExtraRow[],
  secrets: readonly string[],
): JsonValue {
  const whole: Record<string, JsonValue> = {};
  for (const other of Object.keys(PLACES) as ExtraTarget[]) {
    const sent = (other === target ? rows : extraRows(extra, other, secrets)).map(wire);
    if (sent.length > 0) whole[other] = sent;
  }
  return Object.keys(whole).length > 0 ? whole : null;
}

function wire({ name, value, in: place, enabled, kept }: ExtraRow): JsonValue {
  return { name, value: value === "" && kept ? { $keep: kept } : value, in: place, enabled };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
