// Every request that reaches the provider is written down; some can be made to fail.
import fs from 'node:fs';

const KEPT_LINES = 5000;
const KEPT_BODY = 20000;

/** `lines`: what arrived, oldest first. `faults`: what `/_test/fault` asked for, used up from the front. */
export function createTraffic(options) {
  const lines = [];
  const faults = [];
  return { lines, faults, record, fault };

  /** Writes the request down when its answer is out. Its body is tapped, never consumed. */
  function record(request, response) {
    const started = Date.now();
    let body = '';
    const { emit } = request;
    request.emit = function tapped(event, ...args) {
      if (event === 'data' && body.length < KEPT_BODY) body += args[0];
      return emit.call(this, event, ...args);
    };
    response.on('close', () => {
      const line = {
        time: new Date(started).toISOString(),
        method: request.method,
        url: request.url,
        status: response.writableFinished ? response.statusCode : null, // null: it went away, or we hung up
        ms: Date.now() - started,
        headers: request.headers,
        body,
      };
      lines.push(line);
      if (lines.length > KEPT_LINES) lines.shift();
      if (options.log === '-') console.error(JSON.stringify(line));
      else if (options.log) fs.appendFileSync(options.log, `${JSON.stringify(line)}\n`);
    });
  }

  /**
   * Applies the first fault waiting for this path: `{ path, times, delay_ms, status, headers, body, hang_up }`.
   * True when the request has been dealt with; a fault that only delays lets it go on.
   */
  async function fault(request, response, url) {
    const found = faults.find(({ path }) => path === url.pathname);
    if (!found) return false;
    found.times -= 1;
    if (found.times <= 0) faults.splice(faults.indexOf(found), 1);
    if (found.delay_ms) await new Promise((resolve) => { setTimeout(resolve, found.delay_ms); });
    if (found.hang_up) {
      request.socket.destroy();
      return true;
    }
    if (!found.status) return false;
    request.resume();
    response.writeHead(found.status, { 'content-type': 'application/json', ...found.headers });
    response.end(found.body ?? '');
    return true;
  }
}
