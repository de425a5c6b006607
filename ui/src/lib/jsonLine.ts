/** A piece of a line of JSON, and what it is: the names are the classes that colour code. */
export interface LinePiece {
  text: string;
  kind: "ck" | "cs" | "cn" | "cb" | "cp" | "";
}

const PIECE = /("(?:[^"\\]|\\.)*"?)(\s*:)?|(-?\d[\d.eE+-]*)|\b(true|false|null)\b|([{}[\],:]+)/g;

/** Cuts a line of formatted JSON into what is coloured. A line that is cut off is coloured as far as it goes. */
export function jsonPieces(line: string): LinePiece[] {
  const pieces: LinePiece[] = [];
  let last = 0;
  const add = (text: string, kind: LinePiece["kind"]) => text && pieces.push({ text, kind });
  for (const match of line.matchAll(PIECE)) {
    add(line.slice(last, match.index), "");
    const [all, string, colon, number, word] = match;
    if (string !== undefined) {
      add(string, colon === undefined ? "cs" : "ck");
      add(colon ?? "", "cp");
    } else add(all, number !== undefined ? "cn" : word !== undefined ? "cb" : "cp");
    last = match.index + all.length;
  }
  add(line.slice(last), "");
  return pieces;
}
