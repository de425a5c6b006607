// A resource server: it takes this provider's tokens, of whichever kind, and says what it saw.
//   /api/…               access tokens (opaque or JWT) and ID tokens
//   /api/access-token/…  access tokens only        /api/id-token/…  ID tokens only
//   /api/scope/<scope>/… access tokens with that scope, else 403 insufficient_scope
import crypto from 'node:crypto';
import * as jose from 'jose';
import { publicJwks } from './keys.mjs';
import { readBody, sendJson } from './http.mjs';

/** Serves `/api/…`. `revoked` holds the ids of JWT access tokens that are no longer good. */
export function api({ provider, issuer, options, jwks, clients, revoked }) {
  const nonce = crypto.randomUUID();
  const keys = jose.createLocalJWKSet(publicJwks(jwks));
  const secrets = new Map(clients.map((client) => [client.client_id, client.client_secret]));

  return async (request, response, url) => {
    const [scheme = '', text = ''] = (request.headers.authorization ?? '').split(/ +/);
    const token = text && ((await opaque(text)) ?? (await signed(text)));
    const refusal = await complaint(request, url, scheme, text, token);
    if (refusal) {
      const challenge = `${token?.jkt ? 'DPoP' : 'Bearer'} realm="api"${text ? `, error="${refusal.error}"` : ''}`;
      const headers = { 'www-authenticate': challenge, ...(refusal.error === 'use_dpop_nonce' && { 'dpop-nonce': nonce }) };
      return sendJson(response, refusal.status, { ok: false, error: refusal.error }, headers);
    }
    const { jkt, x5t, ...seen } = token;
    return sendJson(response, 200, { ok: true, method: request.method, path: request.url, scheme, ...seen, body: await readBody(request) });
  };

  async function opaque(text) {
    const token = (await provider.AccessToken.find(text)) ?? (await provider.ClientCredentials.find(text));
    if (!token || token.isExpired) return undefined;
    return { kind: 'access_token', format: 'opaque', sub: token.accountId, aud: token.aud, client_id: token.clientId, scope: token.scope, exp: token.exp, jkt: token.jkt, x5t: token['x5t#S256'] };
  }

  async function signed(text) {
    try {
      const { payload, protectedHeader } = await jose.jwtVerify(text, key(text), { issuer });
      if (revoked.has(payload.jti)) return undefined;
      const kind = protectedHeader.typ === 'at+jwt' ? 'access_token' : 'id_token';
      const client = payload.client_id ?? [payload.aud].flat()[0];
      return { kind, format: 'jwt', alg: protectedHeader.alg, sub: payload.sub, aud: payload.aud, client_id: client, scope: payload.scope, exp: payload.exp, jkt: payload.cnf?.jkt, x5t: payload.cnf?.['x5t#S256'] };
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
    if (token.x5t && thumbprint(request) !== token.x5t) return { status: 401, error: 'invalid_token' };
    if (token.jkt) {
      const proof = await proved(request, url, text, token.jkt);
      if (scheme !== 'DPoP' || !proof) return { status: 401, error: 'invalid_dpop_proof' };
      const wanted = options['dpop-nonce'] || token.client_id?.endsWith('-nonce');
      if (wanted && proof.nonce !== nonce) return { status: 401, error: 'use_dpop_nonce' };
    } else if (scheme.toLowerCase() !== 'bearer') {
      return { status: 401, error: 'invalid_token' };
    }
    const [, , rule, wanted] = url.pathname.split('/');
    if (rule === 'access-token' && token.kind !== 'access_token') return { status: 401, error: 'invalid_token' };
    if (rule === 'id-token' && token.kind !== 'id_token') return { status: 401, error: 'invalid_token' };
    if (rule === 'scope' && !(token.scope ?? '').split(' ').includes(wanted)) return { status: 403, error: 'insufficient_scope' };
    return undefined;
  }

  /** The claims of the proof of possession (RFC 9449 section 4.3), if it is one for this request. */
  async function proved(request, url, text, jkt) {
    try {
      const { payload, protectedHeader } = await jose.jwtVerify(request.headers.dpop ?? '', jose.EmbeddedJWK, { typ: 'dpop+jwt', maxTokenAge: 60 });
      const holds = (await jose.calculateJwkThumbprint(protectedHeader.jwk)) === jkt
        && payload.ath === crypto.createHash('sha256').update(text).digest('base64url')
        && payload.htm === request.method
        && payload.htu === issuer + url.pathname;
      return holds ? payload : undefined;
    } catch {
      return undefined;
    }
  }
}

/** Of the client's certificate (RFC 8705 section 3.1); nothing where none was presented. */
function thumbprint(request) {
  const certificate = request.socket.getPeerX509Certificate?.();
  return certificate && crypto.createHash('sha256').update(certificate.raw).digest('base64url');
}
