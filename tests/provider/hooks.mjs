// `/_test/…`: what a test may see and do behind the provider's back.
import { changeOptions } from './options.mjs';
import { answerDevice } from './interactions.mjs';
import { readBody, sendJson } from './http.mjs';

/** Serves the hooks; the README lists them. `traffic` is the log of requests and the faults still to happen. */
export function hooks({ provider, issuer, options, clients, traffic, revoked }) {
  const issued = trackIssued(provider);
  const revocations = {
    access: async (token) => {
      revoked.add(token.jti);
      await provider[token.kind].adapter.destroy(token.jti);
    },
    refresh: async (token) => provider.RefreshToken.adapter.destroy(token.jti),
  };

  async function revoke(kind, clientId) {
    const matching = [...issued[kind].values()].filter((token) => !clientId || token.clientId === clientId);
    for (const token of matching) {
      await revocations[kind](token);
      issued[kind].delete(token.jti);
    }
    return matching.length;
  }

  const routes = {
    'GET health': () => ({ issuer, pid: process.pid, rss_mb: Math.round(process.memoryUsage().rss / 1048576) }),
    'GET log': () => traffic.lines,
    'DELETE log': () => traffic.lines.splice(0),
    'GET clients': () => clients.map(({ jwks, ...client }) => client),
    'POST options': (body) => {
      changeOptions(options, body);
      return options;
    },
    'POST fault': (body) => {
      traffic.faults.push({ times: 1, ...body });
      return { faults: traffic.faults.length };
    },
    'POST device': async (body) => ((await answerDevice(provider, body.user_code, body.user ?? 'alice')) ? {} : undefined),
    'POST revoke-access': async (body) => ({ revoked: await revoke('access', body.client_id) }),
    'POST revoke-refresh': async (body) => ({ revoked: await revoke('refresh', body.client_id) }),
    'POST revoke-all': async (body) => ({
      revoked: (await revoke('access', body.client_id)) + (await revoke('refresh', body.client_id)),
    }),
  };

  return async (request, response, url) => {
    const route = routes[`${request.method} ${url.pathname.slice('/_test/'.length)}`];
    if (!route) return sendJson(response, 404, { error: 'no such hook' });
    try {
      const answer = await route(JSON.parse((await readBody(request)) || '{}'));
      return sendJson(response, answer === undefined ? 404 : 200, answer ?? { error: 'not found' });
    } catch (error) {
      return sendJson(response, 400, { error: error.message });
    }
  };
}

/** Remembers the ids of tokens as they are handed out, which the library itself does not offer. */
function trackIssued(provider) {
  const issued = { access: new Map(), refresh: new Map() };
  const remember = (list, kind) => (token) => list.set(token.jti, { jti: token.jti, clientId: token.clientId, kind });
  for (const event of ['saved', 'issued']) {
    provider.on(`access_token.${event}`, remember(issued.access, 'AccessToken'));
    provider.on(`client_credentials.${event}`, remember(issued.access, 'ClientCredentials'));
  }
  provider.on('refresh_token.saved', remember(issued.refresh, 'RefreshToken'));
  return issued;
}
