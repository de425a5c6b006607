/** Keys and certificates are small; whatever is larger is another file. */
const MOST_BYTES = 256 * 1024;

/** A file's text, or its bytes in Base64. */
export async function fileText(file: File, binary: boolean): Promise<string> {
  if (file.size > MOST_BYTES)
    throw new Error(`${file.name} is too large for a key, certificate or assertion.`);
  if (!binary) return file.text();
  const bytes = new Uint8Array(await file.arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}
