import { VARIABLE } from "./template";

/** What is wrong with a JSON text, and where: lines and columns count from 1. */
export interface JsonProblem {
  line: number;
  column: number;
  what: string;
}

const VARIABLES = new RegExp(VARIABLE, "g");
const SCALAR = /^(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)$/;

interface Token {
  text: string;
  at: number;
}

/** Cuts JSON into brackets, commas, colons, strings and words. `{{variables}}` are words, or parts of strings. */
function tokens(text: string): Token[] {
  const found: Token[] = [];
  const token = /\{\{[^{}]*\}\}|[{}[\],:]|"(?:[^"\\]|\\.)*(?:"|$)|[^\s{}[\],:"]+/gs;
  for (const match of text.matchAll(token)) {
    const last = found.at(-1);
    const glued = last && last.at + last.text.length === match.index;
    const word = (part: string) => !/^(?:[{}[\],:]|")/.test(part) || part.startsWith("{{");
    if (glued && word(match[0]) && word(last.text)) last.text += match[0];
    else found.push({ text: match[0], at: match.index });
  }
  return found;
}

/** The first thing that is wrong with a JSON text in which variables may stand for values; null: nothing is. */
export function jsonProblem(text: string): JsonProblem | null {
  const all = tokens(text);
  const open: ("{" | "[")[] = [];
  let wants = "value" as "value" | "value or ]" | "key" | "key or }" | "colon" | "comma" | "end";
  const after = () => (open.length > 0 ? "comma" : "end");
  for (const { text: token, at } of all) {
    const bad = (what: string) => place(text, at, what);
    const isValue = wants === "value" || wants === "value or ]";
    if (token === "{" || token === "[") {
      if (!isValue) return bad(expected(wants));
      open.push(token);
      wants = token === "{" ? "key or }" : "value or ]";
    } else if (token === "}" || token === "]") {
      const closes = token === "}" ? "{" : "[";
      const empty = wants === (token === "}" ? "key or }" : "value or ]");
      if (open.at(-1) !== closes) return bad(`${token} closes nothing`);
      if (!empty && wants !== "comma") return bad(expected(wants));
      open.pop();
      wants = after();
    } else if (token === ",") {
      if (wants !== "comma") return bad(expected(wants));
      wants = open.at(-1) === "{" ? "key" : "value";
    } else if (token === ":") {
      if (wants !== "colon") return bad(expected(wants));
      wants = "value";
    } else if (wants === "key" || wants === "key or }") {
      if (!isString(token) && !isVariable(token)) return bad("a key must stand in double quotes");
      wants = "colon";
    } else {
      if (!isValue) return bad(expected(wants));
      if (token.startsWith('"') && !isString(token))
        return bad("this string does not end, or holds what must be escaped");
      // What a variable stands for is not known here.
      if (!token.startsWith('"') && !SCALAR.test(token) && !token.includes("{{"))
        return bad(`${token.slice(0, 20)} is no value`);
      wants = after();
    }
  }
  if (wants === "end") return null;
  return place(text, text.length, all.length === 0 ? "there is nothing here" : "it ends too early");
}

const isVariable = (token: string) => token.replace(VARIABLES, "") === "";

function isString(token: string): boolean {
  try {
    return typeof JSON.parse(token.replace(VARIABLES, "")) === "string";
  } catch {
    return false;
  }
}

function expected(wants: string): string {
  return (
    { comma: "a comma is missing", colon: "a colon is missing", end: "nothing may follow here" }[wants] ??
    `a ${wants} is missing`
  );
}

function place(text: string, at: number, what: string): JsonProblem {
  const before = text.slice(0, at).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1, what };
}

/** The same JSON, a member a line. Only white space changes: numbers keep their digits, variables their place. */
export function formatJson(text: string, indent = "  "): string {
  let out = "";
  let depth = 0;
  let previous = "";
  const line = () => (out += `\n${indent.repeat(depth)}`);
  for (const { text: token } of tokens(text)) {
    const opened = previous === "{" || previous === "[";
    if (token === "}" || token === "]") {
      depth = Math.max(0, depth - 1);
      if (!opened) line();
    } else if (opened || previous === ",") line();
    out += token === ":" ? ": " : token;
    if (token === "{" || token === "[") depth++;
    previous = token;
  }
  return out;
}
