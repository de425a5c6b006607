/** What is used where nothing is set: the loopback address with a free port for each sign-in (RFC 8252 §7.3). */
export const DEFAULT_REDIRECT_URI = "http://127.0.0.1:{port}/callback";

const LOOPBACK = /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:(\d+|\{port\}))?(\/|$)/;

/** What happens with a redirect URI, in one sentence. */
export function redirectNote(uri: string): string {
  if (!LOOPBACK.test(uri)) return "Not ours to serve: paste the address the browser ends on.";
  if (uri.includes("{port}")) return "In the system browser; {port} is any free port.";
  return "In the system browser; Gatepass listens while it waits.";
}
