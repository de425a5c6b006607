/**
 * Reads a value that the window keeps for itself (sizes, the theme), or the fallback when there is none or
 * the stored one does not look like it. Nothing of the user's work is kept this way.
 */
export function readKept<Value>(
  key: string,
  fallback: Value,
  valid: (value: unknown) => value is Value,
): Value {
  try {
    const text = localStorage.getItem(`gatepass.${key}`);
    const value: unknown = text === null ? fallback : JSON.parse(text);
    return valid(value) ? value : fallback;
  } catch {
    return fallback;
  }
}

/** Keeps a value for the next start; where storage is denied it lasts as long as the window. */
export function keep(key: string, value: unknown): void {
  try {
    localStorage.setItem(`gatepass.${key}`, JSON.stringify(value));
  } catch {
    // Nothing depends on it.
  }
}
