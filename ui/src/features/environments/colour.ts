import type { EnvironmentView } from "../../ipc";

const COLOURS: Record<string, string> = {
  red: "var(--bad)",
  amber: "var(--warn)",
  green: "var(--ok)",
  blue: "var(--accent)",
  violet: "var(--c-const)",
  teal: "var(--var)",
};

/** Whether requests in this environment touch what real people use. */
export function isProduction(environment: EnvironmentView | undefined): boolean {
  if (!environment) return false;
  return environment.colour === "red" || /\b(prod|production|live)\b/i.test(environment.name);
}

/** The colour of the square beside an environment: red for production, grey for none. */
export function colourOf(environment: EnvironmentView | undefined): string {
  if (!environment) return "var(--line-3)";
  if (isProduction(environment)) return "var(--bad)";
  return COLOURS[environment.colour ?? ""] ?? "var(--var)";
}
