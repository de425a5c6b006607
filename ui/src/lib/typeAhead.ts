const PAUSE_MS = 700;

/** Letters typed in quick succession, as one text; a pause starts a new one. */
export class TypeAhead {
  #text = "";
  #last = -Infinity;

  /** The text with this letter; `now` in milliseconds. */
  typed(letter: string, now: number): string {
    this.#text = now - this.#last > PAUSE_MS ? letter : this.#text + letter;
    this.#last = now;
    // The same letter again and again goes through everything that begins with it.
    return [...this.#text].every((other) => other === letter) ? letter : this.#text;
  }
}
