/** A cookie as an answer sets it (RFC 6265 §4.1). */
export interface Cookie {
  name: string;
  value: string;
  domain: string;
  path: string;
  /** "Session", or when it ends. */
  expires: string;
  /** Secure, HttpOnly, SameSite and the like, as words. */
  flags: string[];
}

/** The cookies that an answer sets. */
export function cookiesOf(headers: readonly [string, string][]): Cookie[] {
  return headers.filter(([name]) => name.toLowerCase() === "set-cookie").map(([, value]) => parsed(value));
}

function parsed(header: string): Cookie {
  const [pair = "", ...attributes] = header.split(";").map((part) => part.trim());
  const equals = pair.indexOf("=");
  const cookie: Cookie = {
    name: equals < 0 ? "" : pair.slice(0, equals),
    value: equals < 0 ? pair : pair.slice(equals + 1),
    domain: "",
    path: "",
    expires: "Session",
    flags: [],
  };
  let maxAge: string | undefined;
  for (const attribute of attributes) {
    const at = attribute.indexOf("=");
    const name = (at < 0 ? attribute : attribute.slice(0, at)).toLowerCase();
    const value = at < 0 ? "" : attribute.slice(at + 1);
    if (name === "domain") cookie.domain = value;
    else if (name === "path") cookie.path = value;
    else if (name === "max-age") maxAge = value;
    else if (name === "expires") cookie.expires = value;
    else if (name === "samesite") cookie.flags.push(`SameSite ${value}`);
    else if (name === "httponly") cookie.flags.push("HttpOnly");
    else if (name === "secure") cookie.flags.push("Secure");
    else if (attribute !== "") cookie.flags.push(attribute);
  }
  // Max-Age wins over Expires (§5.3).
  if (maxAge !== undefined) cookie.expires = `in ${maxAge} s`;
  return cookie;
}
