// Plays the person for `make run` on a machine without a display: given as BROWSER, it gets an authorization URL as its
// last argument, fills in the playground's pages as alice, and brings the answer to the waiting program.
const url = process.argv.at(-1);
const cookies = new Map();
const redirectUri = new URL(url).searchParams.get('redirect_uri');

let next = { url, init: {} };
for (let step = 0; step < 20; step += 1) {
  const { url: here, init } = next;
  const response = await visit(here, init);
  if (here.split('?')[0] === redirectUri.split('?')[0]) process.exit(response.ok ? 0 : 1);
  const location = response.status >= 300 && response.status < 400 && response.headers.get('location');
  next = location ? { url: new URL(location, here).href, init: {} } : submit(here, await response.text());
}
fail('the sign-in does not come to an end');

async function visit(here, init) {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const response = await fetch(here, { ...init, redirect: 'manual', headers: { accept: 'text/html', ...(cookie && { cookie }) } });
  for (const line of response.headers.getSetCookie()) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
    cookies.set(name, value);
  }
  return response;
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
