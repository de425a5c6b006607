import fs from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { contrast } from "../lib/contrast";

const css = fs.readFileSync(path.join(import.meta.dirname, "tokens.css"), "utf8");

function theme(name: "dark" | "light"): Record<string, string> {
  const start = css.indexOf(name === "dark" ? ':root, [data-theme="dark"] {' : '\n[data-theme="light"] {');
  const block = css.slice(start, css.indexOf("\n}", start));
  return Object.fromEntries([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g)].map((m) => [m[1], m[2]]));
}

const panes = ["bg-frame", "bg-pane", "bg-card", "bg-pop", "bg-inset"];
const rows = [...panes, "bg-hover", "accent-soft"];
const methods = ["get", "post", "put", "patch", "delete", "head", "options", "other"].map(
  (name) => `m-${name}`,
);
const code = ["c-key", "c-string", "c-number", "c-const", "c-punct", "c-comment"];

/** Foregrounds, the surfaces that they are used on, and the least ratio. */
const rules: { limit: number; foregrounds: string[]; surfaces: string[] }[] = [
  { limit: 4.5, foregrounds: ["fg-1", "fg-2"], surfaces: [...rows, "bg-active", "bg-btn", "bg-picked"] },
  { limit: 4.5, foregrounds: ["fg-3"], surfaces: rows },
  { limit: 4.5, foregrounds: ["accent"], surfaces: [...panes, "accent-soft", "accent-soft-hover"] },
  { limit: 4.5, foregrounds: ["on-accent"], surfaces: ["accent-solid", "accent-solid-hover", "bad-solid"] },
  { limit: 4.5, foregrounds: ["ok"], surfaces: [...panes, "ok-soft"] },
  { limit: 4.5, foregrounds: ["warn"], surfaces: [...panes, "warn-soft"] },
  { limit: 4.5, foregrounds: ["bad"], surfaces: [...panes, "bad-soft"] },
  { limit: 4.5, foregrounds: ["var"], surfaces: ["var-soft"] },
  { limit: 4.5, foregrounds: ["var-bad"], surfaces: ["var-bad-soft"] },
  { limit: 4.5, foregrounds: methods, surfaces: [...panes, "bg-hover", "accent-soft"] },
  { limit: 4.5, foregrounds: code, surfaces: ["bg-pane", "bg-card", "bg-inset"] },
  { limit: 4.5, foregrounds: ["c-line"], surfaces: ["bg-pane"] },
  { limit: 3, foregrounds: ["focus", "line-3", "none", "ok", "warn", "bad"], surfaces: rows },
];

describe.each(["dark", "light"] as const)("%s", (name) => {
  const colours = theme(name);
  const pairs = rules.flatMap(({ limit, foregrounds, surfaces }) =>
    foregrounds.flatMap((foreground) => surfaces.map((surface) => ({ limit, foreground, surface }))),
  );

  test.each(pairs)("$foreground_can_be_read_on_$surface", ({ limit, foreground, surface }) => {
    const [one, other] = [colours[foreground], colours[surface]];
    if (!one || !other) throw new Error(`no such colour in ${name}: ${foreground} or ${surface}`);
    expect(contrast(one, other)).toBeGreaterThanOrEqual(limit);
  });
});
