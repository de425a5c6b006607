/** A form body as its pairs, one a line; null for anything else. */
export function formPairs(body: string, headers: readonly [string, string][]): [string, string][] | null {
  const type = headers.find(([name]) => name.toLowerCase() === "content-type")?.[1] ?? "";
  if (!type.includes("x-www-form-urlencoded") || !body) return null;
  return body.split("&").map((pair) => {
    const at = pair.indexOf("=");
    const [name, value] = at < 0 ? [pair, ""] : [pair.slice(0, at), pair.slice(at + 1)];
    return [decoded(name), decoded(value)];
  });
}

/** JSON indented; any other text as it is. */
export function prettyBody(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}
