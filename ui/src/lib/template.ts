/** A variable in a template: two braces, a name, two braces. The name is the first group. */
export const VARIABLE = /\{\{\s*([^{}\s][^{}]*?)\s*\}\}/;

/** The names that a template mentions, each once, in their order. */
export function variableNames(template: string): string[] {
  return [...new Set([...template.matchAll(new RegExp(VARIABLE, "g"))].map((match) => match[1] ?? ""))];
}
