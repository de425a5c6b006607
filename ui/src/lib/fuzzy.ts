/** How well a text answers a query, and which letters of it do: pairs of first and behind-last. */
export interface FuzzyMatch {
  score: number;
  ranges: [number, number][];
}

/**
 * Whether every word of the query stands in the text: whole words best, then the beginnings of words, then anywhere,
 * then letter by letter in their order. Null where one does not. The query is in lower case.
 */
export function fuzzy(text: string, query: string): FuzzyMatch | null {
  const lower = text.toLowerCase();
  const ranges: [number, number][] = [];
  let score = 0;
  for (const word of query.split(/\s+/)) {
    if (word === "") continue;
    const found = together(lower, word) ?? scattered(lower, word);
    if (!found) return null;
    score += found.score;
    ranges.push(...found.ranges);
  }
  // Of two that match alike, the shorter one says it more exactly.
  return { score: score - text.length / 200, ranges: merged(ranges) };
}

function together(lower: string, word: string): FuzzyMatch | null {
  let best = 0;
  let place = -1;
  for (let at = lower.indexOf(word); at >= 0; at = lower.indexOf(word, at + 1)) {
    const begins = at === 0 || !isWord(lower.charCodeAt(at - 1));
    const end = at + word.length;
    const ends = end === lower.length || !isWord(lower.charCodeAt(end));
    const score = (at === 0 ? 14 : begins ? 10 : 5) + (begins && ends ? 4 : 0);
    if (score > best) {
      best = score;
      place = at;
    }
    // Nothing later can be better: this runs for every request at every key.
    if (at === 0 || (begins && ends)) break;
  }
  return place < 0 ? null : { score: best, ranges: [[place, place + word.length]] };
}

/** Letters and digits; beyond ASCII everything counts as a letter. */
function isWord(code: number): boolean {
  return code > 127 || (code >= 97 && code <= 122) || (code >= 48 && code <= 57);
}

function scattered(lower: string, word: string): FuzzyMatch | null {
  // Two letters stand somewhere in nearly every text.
  if (word.length < 3) return null;
  const ranges: [number, number][] = [];
  let from = 0;
  for (const letter of word) {
    const at = lower.indexOf(letter, from);
    if (at < 0 || (ranges.length > 0 && at - from > 12)) return null;
    ranges.push([at, at + 1]);
    from = at + 1;
  }
  const pieces = merged(ranges);
  return pieces.length > Math.ceil(word.length / 2) ? null : { score: 4 - pieces.length, ranges: pieces };
}

function merged(ranges: [number, number][]): [number, number][] {
  const out: [number, number][] = [];
  for (const [from, to] of ranges.sort((one, other) => one[0] - other[0])) {
    const last = out.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else out.push([from, to]);
  }
  return out;
}
