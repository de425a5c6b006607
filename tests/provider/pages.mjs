// Plain pages with plain forms: a script can fill them in, and so can a real browser.

export const escaped = (text) => String(text).replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);

export function page(title, body) {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${escaped(title)}</title>
<style>
  body { font: 16px system-ui; max-width: 26em; margin: 3em auto; padding: 0 1em }
  input, button { font: inherit; display: block; width: 100%; margin: .4em 0; padding: .5em; box-sizing: border-box }
  .error { color: #b00 }
</style>
<h1>${escaped(title)}</h1>
${body}
</html>`;
}

export function signInPage(uid, { client_id: client, login_hint: hint = '' }, complaint) {
  return page('Sign in', `${complaint ? `<p class="error">${escaped(complaint)}</p>` : ''}
<p>to continue to <b>${escaped(client)}</b></p>
<form method="post" action="/interaction/${uid}/login">
  <label>User name <input name="username" autocomplete="username" autofocus value="${escaped(hint)}"></label>
  <label>Password <input name="password" type="password" autocomplete="current-password"></label>
  <button type="submit" id="sign-in">Sign in</button>
</form>
${refusal(uid, 'Cancel')}`);
}

export function consentPage(uid, { client_id: client, scope = '(no scope)', authorization_details: details }) {
  return page('Allow access?', `<p><b>${escaped(client)}</b> asks for: ${escaped(scope)}</p>
${details ? `<pre>${escaped(details)}</pre>` : ''}
<form method="post" action="/interaction/${uid}/consent"><button type="submit" id="allow">Allow</button></form>
${refusal(uid, 'Deny')}`);
}

function refusal(uid, label) {
  return `<form method="post" action="/interaction/${uid}/deny"><button type="submit" id="deny" name="deny" value="1">${label}</button></form>`;
}
