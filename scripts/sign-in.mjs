// Plays the person for `make run` on a machine without a display: given as BROWSER, it gets an authorization URL as its
// last argument, fills in the playground's pages as alice, and brings the answer to the waiting program.
import { request } from 'node:http';

const url = process.argv.at(-1);
const cookies = new Map();
const redirectUri = new URL(url).searchParams.get('redirect_uri');

let next = { url, init: {} };
for (let step = 0; step < 20; step += 1) {
  const { url: here, init } = next;
  const { status, location, page } = await visit(here, init);
  if (here.split('?')[0] === redirectUri.split('?')[0]) process.exit(status < 400 ? 0 : 1);
  next = location ? { url: new URL(location, here).href, init: {} } : submit(here, page);
}
fail('the sign-in does not come to an end');

/** Asks as a browser does that follows a link: `fetch` would say that a script asks, which a sign-in may refuse. */
function visit(here, { method = 'GET', body } = {}) {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const headers = { accept: 'text/html', ...(cookie && { cookie }) };
  if (body) headers['content-type'] = 'application/x-www-form-urlencoded';
  return new Promise((resolve, reject) => {
    const asked = request(here, { method, headers }, async (response) => {
      for (const line of response.headers['set-cookie'] ?? []) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
        cookies.set(name, value);
      }
      let page = '';
      for await (const chunk of response.setEncoding('utf8')) page += chunk;
      resolve({ status: response.statusCode, location: response.headers.location, page });
    });
    asked.on('error', reject);
    asked.end(body?.toString());
  });
}

/** The first form of the page with its first button pressed. */
function submit(here, page) {
  const [, attributes, content] = /<form([^>]*)>(.*?)<\/form>/s.exec(page) ?? fail(`no form at ${here}`);
  const fields = new URLSearchParams();
  for (const [, input] of content.matchAll(/<input([^>]*)>/g)) {
    const name = attribute(input, 'name');
    if (name) fields.set(name, /^(username|password)$/.test(name) ? 'alice' : attribute(input, 'value'));
  }
  const button = /<button([^>]*)>/.exec(content)?.[1] ?? '';
  if (attribute(button, 'name')) fields.set(attribute(button, 'name'), attribute(button, 'value'));
  return { url: new URL(attribute(attributes, 'action'), here).href, init: { method: 'POST', body: fields } };
}

function attribute(text, name) {
  return new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(text)?.[1].replaceAll('&amp;', '&') ?? '';
}

function fail(reason) {
  console.error(`sign-in: ${reason}`);
  process.exit(1);
}
