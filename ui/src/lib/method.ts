/** The methods offered by default; any other token is allowed too (RFC 9110 §9). */
export const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"] as const;

/** A method as it fits into a tag of 37 px: at most five letters. */
export function methodAbbreviation(method: string): string {
  if (method === "DELETE") return "DEL";
  if (method === "OPTIONS") return "OPT";
  return method.length > 5 ? method.slice(0, 5) : method;
}

/** The design token that colours a method. */
export function methodColour(method: string): string {
  const known = (METHODS as readonly string[]).includes(method);
  return `var(--m-${known ? method.toLowerCase() : "other"})`;
}
