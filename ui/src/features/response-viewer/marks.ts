/** A text cut at what is looked for, in any case of letters: every second part is a match. */
export function marked(text: string, wanted: string): string[] {
  if (wanted === "") return [text];
  const parts: string[] = [];
  const lower = text.toLowerCase();
  const needle = wanted.toLowerCase();
  let last = 0;
  for (let at = lower.indexOf(needle); at >= 0; at = lower.indexOf(needle, last)) {
    parts.push(text.slice(last, at), text.slice(at, at + needle.length));
    last = at + needle.length;
  }
  return [...parts, text.slice(last)];
}
