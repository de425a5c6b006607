// What the person does in the browser: sign in, consent, refuse.
import { escaped, consentPage, page, signInPage } from './pages.mjs';
import { readBody, sendPage } from './http.mjs';
import { knows } from './users.mjs';

/** Serves `/interaction/<uid>[/login|/consent|/deny]`. */
export function interactions(provider, options) {
  return async (request, response, url) => {
    const [, , uid, action = ''] = url.pathname.split('/');
    let details;
    try {
      details = await provider.interactionDetails(request, response);
    } catch (error) {
      return sendPage(response, 400, page('Error', `<p class="error">${escaped(error.message)}: no such sign-in, or cookies are off</p>`));
    }
    switch (`${request.method} ${action}`) {
      case 'GET ':
        return show();
      case 'POST login':
        return signIn(new URLSearchParams(await readBody(request)));
      case 'POST consent':
        return allow();
      case 'POST deny':
        return refuse();
      default:
        return sendPage(response, 404, page('Error', '<p class="error">There is nothing here.</p>'));
    }

    async function show() {
      const client = await provider.Client.find(details.params.client_id);
      const auto = details.params.x_auto || client?.auto_user || options.auto;
      const signingIn = details.prompt.name === 'login';
      if (auto === 'deny') return refuse();
      if (auto) return signingIn ? signedIn(auto) : allow();
      return sendPage(response, 200, signingIn ? signInPage(uid, details.params) : consentPage(uid, details.params));
    }

    async function signIn(form) {
      const username = form.get('username');
      if (!knows(username, form.get('password'))) {
        return sendPage(response, 200, signInPage(uid, details.params, 'Wrong user name or password.'));
      }
      return signedIn(username);
    }

    function signedIn(accountId) {
      return provider.interactionFinished(request, response, { login: { accountId, amr: ['pwd'] } }, { mergeWithLastSubmission: false });
    }

    async function allow() {
      const { grantId: existing, session, params, prompt } = details;
      const grant = (existing && await provider.Grant.find(existing)) || new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
      const { missingOIDCScope, missingOIDCClaims, missingResourceScopes, rar } = prompt.details;
      if (missingOIDCScope) grant.addOIDCScope(missingOIDCScope.join(' '));
      if (missingOIDCClaims) grant.addOIDCClaims(missingOIDCClaims);
      for (const [resource, scopes] of Object.entries(missingResourceScopes ?? {})) grant.addResourceScope(resource, scopes.join(' '));
      for (const detail of rar ?? []) grant.addRar(detail);
      const grantId = await grant.save();
      return provider.interactionFinished(request, response, { consent: existing ? {} : { grantId } }, { mergeWithLastSubmission: true });
    }

    function refuse() {
      const result = { error: 'access_denied', error_description: 'The user refused.' };
      return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
    }
  };
}

/** Approves a device code as `user`, or refuses it when that is 'deny'. False when no such code is waiting. */
export async function answerDevice(provider, userCode, user) {
  const code = await provider.DeviceCode.findByUserCode(userCode.replace(/[^A-Za-z0-9]/g, '').toUpperCase());
  if (!code) return false;
  if (user === 'deny') {
    Object.assign(code, { error: 'access_denied', errorDescription: 'The user refused.' });
  } else {
    const scope = code.params.scope || 'openid';
    const grant = new provider.Grant({ accountId: user, clientId: code.clientId });
    grant.addOIDCScope(scope);
    const authTime = Math.floor(Date.now() / 1000);
    Object.assign(code, { accountId: user, grantId: await grant.save(), scope, authTime, acr: '0', amr: ['pwd'], inFlight: true });
  }
  await code.save();
  return true;
}
