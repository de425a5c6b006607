// A resource server: it takes this provider's tokens, of whichever kind, and says what it saw.
//   /api/…               access tokens (opaque or JWT) and ID tokens
//   /api/access-token/…  access tokens only        /api/id-token/…  ID tokens only
//   /api/scope/<scope>/… access tokens with that scope, else 403 insufficient_scope
import crypto from 'node:crypto';
import * as jose from 'jose';
import { publicJwks } from './keys.mjs';
import { readBody, sendJson } from './http.mjs';

/** Serves `/api/…`. `revoked` holds the ids of JWT access tokens that are no longer good. */
export function api({ provider, issuer, jwks, clients, revoked }) {
  const keys = jose.createLocalJWKSet(publicJwks(jwks));
  const secrets = new Map(clients.map((client) => [client.client_id, client.client_secret]));

  return async (request, response, url) => {
    const [scheme = '', text = ''] = (request.headers.authorization ?? '').split(/ +/);
    const token = text && ((await opaque(text)) ?? (await signed(text)));
    const refusal = await complaint(request, url, scheme, text, token);
    if (refusal) {
      const challenge = `${token?.jkt ? 'DPoP' : 'Bearer'} realm="api"${text ? `, error="${refusal.error}"` : ''}`;
      return sendJson(response, refusal.status, { ok: false, error: refusal.error }, { 'www-authenticate': challenge });
    }
    const { jkt, ...seen } = token;
    return sendJson(response, 200, { ok: true, method: request.method, path: request.url, scheme, ...seen, body: await readBody(request) });
  };

  async function opaque(text) {
    const token = (await provider.AccessToken.find(text)) ?? (await provider.ClientCredentials.find(text));
    if (!token || token.isExpired) return undefined;
    return { kind: 'access_token', format: 'opaque', sub: token.accountId, aud: token.aud, client_id: token.clientId, scope: token.scope, exp: token.exp, jkt: token.jkt };
  }

  async function signed(text) {
    try {
      const { payload, protectedHeader } = await jose.jwtVerify(text, key(text), { issuer });
      if (revoked.has(payload.jti)) return undefined;
      const kind = protectedHeader.typ === 'at+jwt' ? 'access_token' : 'id_token';
      const client = payload.client_id ?? [payload.aud].flat()[0];
      return { kind, format: 'jwt', alg: protectedHeader.alg, sub: payload.sub, aud: payload.aud, client_id: client, scope: payload.scope, exp: payload.exp, jkt: payload.cnf?.jkt };
    } catch {
      return undefined; // not a JWT, not ours, expired or tampered with: all the same to a resource server
    }
  }

  /** The provider's keys, or the client's secret where the ID token is signed with that. */
  function key(text) {
    if (!jose.decodeProtectedHeader(text).alg?.startsWith('HS')) return keys;
    return new TextEncoder().encode(secrets.get([jose.decodeJwt(text).aud].flat()[0]) ?? crypto.randomUUID());
  }

  async function complaint(request, url, scheme, text, token) {
    if (!token) return { status: 401, error: 'invalid_token' };
    if (token.jkt) {
      if (scheme !== 'DPoP' || !(await proves(request, url, text, token.jkt))) return { status: 401, error: 'invalid_dpop_proof' };
    } else if (scheme.toLowerCase() !== 'bearer') {
      return { status: 401, error: 'invalid_token' };
    }
    const [, , rule, wanted] = url.pathname.split('/');
    if (rule === 'access-token' && token.kind !== 'access_token') return { status: 401, error: 'invalid_token' };
    if (rule === 'id-token' && token.kind !== 'id_token') return { status: 401, error: 'invalid_token' };
    if (rule === 'scope' && !(token.scope ?? '').split(' ').includes(wanted)) return { status: 403, error: 'insufficient_scope' };
    return undefined;
  }

  async function proves(request, url, text, thumbprint) {
    try {
      const { payload, protectedHeader } = await jose.jwtVerify(request.headers.dpop ?? '', jose.EmbeddedJWK, { typ: 'dpop+jwt', maxTokenAge: 60 });
      return (await jose.calculateJwkThumbprint(protectedHeader.jwk)) === thumbprint
        && payload.ath === crypto.createHash('sha256').update(text).digest('base64url')
        && payload.htm === request.method
        && payload.htu === issuer + url.pathname;
    } catch {
      return false;
    }
  }
}
