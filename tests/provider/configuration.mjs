// How the provider is configured: everything that the library offers is on, so that every grant, client
// authentication and extension has an honest counterpart.
import crypto from 'node:crypto';
import { errors } from 'oidc-provider';
import { OWN_METADATA } from './clients.mjs';
import { escaped, page } from './pages.mjs';
import { createStorage } from './storage.mjs';
import { USERS } from './users.mjs';

export const API_SCOPES = ['api:read', 'api:write'];

/** The library's configuration. `options` is read at every request, so that it can change while running. */
export function configuration({ options, clients, jwks, tlsBase }) {
  return {
    clients,
    jwks,
    adapter: createStorage(() => options['rotation-grace']),
    cookies: { keys: [crypto.randomBytes(16).toString('hex')] },
    scopes: ['openid', 'offline_access', ...API_SCOPES],
    claims: {
      openid: ['sub'],
      profile: ['name', 'given_name', 'family_name', 'nickname', 'preferred_username', 'locale', 'zoneinfo', 'birthdate', 'website', 'picture', 'updated_at'],
      email: ['email', 'email_verified'],
      phone: ['phone_number', 'phone_number_verified'],
      address: ['address'],
      groups: ['groups'],
      tenant: ['https://claims.example.test/tenant'],
    },
    conformIdTokenClaims: false, // claims of granted scopes go into the ID token too, as most providers do it
    async findAccount(_ctx, sub) {
      if (!Object.hasOwn(USERS, sub)) return undefined;
      return { accountId: sub, claims: async () => ({ sub, ...USERS[sub].claims }) };
    },
    clientBasedCORS: (_ctx, origin) => origin === 'https://spa.example.test', // other origins may not ask for tokens
    extraParams: ['x_auto'],
    extraClientMetadata: { properties: OWN_METADATA, validator() {} },
    clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post', 'client_secret_jwt', 'private_key_jwt', 'tls_client_auth', 'self_signed_tls_client_auth'],
    responseTypes: ['code id_token', 'code', 'id_token', 'none'],
    ttl: lifetimes(options),
    pkce: { required: (_ctx, client) => client.clientAuthMethod === 'none' },
    rotateRefreshToken({ oidc: { client } }) {
      const mode = client.rotate || options.rotate;
      return mode === 'default' ? client.clientAuthMethod === 'none' : mode === 'always';
    },
    async issueRefreshToken(_ctx, client, code) {
      return client.grantTypeAllowed('refresh_token') && (options['refresh-without-offline'] || code.scopes.has('offline_access'));
    },
    expiresWithSession: async () => false,
    enabledJWA: algorithms(),
    discovery: { service_documentation: 'https://example.test/docs', ...(tlsBase && { mtls_endpoint_aliases: aliases(tlsBase) }) },
    features: features(options),
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    async renderError(ctx, { error, error_description: description = '' }) {
      ctx.type = 'html';
      ctx.body = page('Error', `<p class="error" data-error="${escaped(error)}">${escaped(error)}: ${escaped(description)}</p>`);
    },
  };
}

function lifetimes(options) {
  const of = (option, ownField) => (ctx, _token, client) => (client ?? ctx?.oidc?.client)?.[ownField] || options[`ttl-${option}`];
  return {
    AccessToken: of('access', 'access_token_ttl'),
    ClientCredentials: of('access', 'access_token_ttl'),
    RefreshToken: of('refresh', 'refresh_token_ttl'),
    IdToken: of('id', 'id_token_ttl'),
    AuthorizationCode: of('code'),
    DeviceCode: of('device'),
    Session: of('session'),
    Grant: of('session'),
    Interaction: 3600,
    BackchannelAuthenticationRequest: 300,
  };
}

function algorithms() {
  const signing = ['HS256', 'RS256', 'PS256', 'ES256', 'EdDSA'];
  return {
    clientAuthSigningAlgValues: signing,
    requestObjectSigningAlgValues: signing,
    idTokenSigningAlgValues: [...signing, 'HS384', 'HS512', 'RS384', 'RS512', 'PS384', 'PS512', 'ES384', 'ES512'],
    idTokenEncryptionAlgValues: ['RSA-OAEP', 'RSA-OAEP-256', 'ECDH-ES', 'dir'],
    idTokenEncryptionEncValues: ['A128CBC-HS256', 'A256GCM'],
    userinfoSigningAlgValues: ['RS256', 'ES256'],
    authorizationSigningAlgValues: ['RS256', 'ES256'],
    introspectionSigningAlgValues: ['RS256'],
    dPoPSigningAlgValues: ['ES256', 'RS256', 'PS256', 'EdDSA'],
  };
}

/** RFC 8705 section 5: the same endpoints, on the port that asks for client certificates. */
function aliases(tlsBase) {
  const paths = {
    token_endpoint: '/token',
    revocation_endpoint: '/token/revocation',
    introspection_endpoint: '/token/introspection',
    userinfo_endpoint: '/me',
    device_authorization_endpoint: '/device/auth',
    pushed_authorization_request_endpoint: '/request',
  };
  return Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, tlsBase + path]));
}

function features(options) {
  return {
    devInteractions: { enabled: false },
    claimsParameter: { enabled: true },
    clientCredentials: { enabled: true },
    deviceFlow: { enabled: true, charset: 'base-20', mask: '****-****' },
    introspection: { enabled: true, allowedPolicy: async () => true },
    revocation: { enabled: true, allowedPolicy: async (_ctx, client, token) => client.clientId === token.clientId },
    dPoP: {
      enabled: true,
      nonceSecret: crypto.randomBytes(32),
      requireNonce: ({ oidc }) => options['dpop-nonce'] || /-nonce$/.test(oidc.client?.clientId ?? oidc.entities.AccessToken?.clientId ?? ''),
    },
    pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: options['require-par'] },
    requestObjects: { enabled: true },
    jwtResponseModes: { enabled: true },
    jwtUserinfo: { enabled: true },
    jwtIntrospection: { enabled: true },
    encryption: { enabled: true },
    rpInitiatedLogout: { enabled: true },
    backchannelLogout: { enabled: true },
    registration: { enabled: true, initialAccessToken: options.open ? false : 'registration-token' },
    registrationManagement: { enabled: true, rotateRegistrationAccessToken: false },
    mTLS: mutualTls(),
    resourceIndicators: resourceIndicators(options),
    richAuthorizationRequests: {
      enabled: true,
      types: { payment: { validate() {} }, account: { validate() {} } },
      authorizationDetailsForGrantSource: (ctx, source) => ctx.oidc.grant?.rar || source.rar,
      authorizationDetailsForAccessToken: (_ctx, token, source) => source?.rar || token.rar,
      authorizationDetailsForIntrospection: (_ctx, token) => token.rar,
    },
    ciba: ciba(),
  };
}

function mutualTls() {
  const presented = (ctx) => ctx.req.socket.getPeerX509Certificate?.();
  return {
    enabled: true,
    certificateBoundAccessTokens: true,
    selfSignedTlsClientAuth: true,
    tlsClientAuth: true,
    getCertificate: (ctx) => presented(ctx)?.toString(),
    certificateAuthorized: (ctx) => ctx.req.socket.authorized === true,
    certificateSubjectMatches(ctx, property, expected) {
      const certificate = presented(ctx);
      if (!certificate) return false;
      if (property === 'tls_client_auth_san_dns') return (certificate.subjectAltName ?? '').split(', ').includes(`DNS:${expected}`);
      if (property === 'tls_client_auth_subject_dn') return certificate.subject.split('\n').reverse().join(',') === expected;
      return false;
    },
  };
}

/** `urn:api:jwt` and `urn:api:es` get JWT access tokens (RS256, ES256); other known resources get opaque ones. */
function resourceIndicators(options) {
  const jwt = { 'urn:api:jwt': 'RS256', 'urn:api:es': 'ES256' };
  return {
    enabled: true,
    defaultResource: async (_ctx, client, oneOf) => oneOf || client?.default_resource,
    useGrantedResource: async ({ oidc }) => Boolean(oidc.client?.default_resource),
    async getResourceServerInfo(_ctx, resource, client) {
      if (!/^(urn:api:|https:\/\/api\.|http:\/\/127\.0\.0\.1)/.test(resource)) throw new errors.InvalidTarget();
      return {
        audience: resource,
        scope: API_SCOPES.join(' '),
        accessTokenTTL: client?.access_token_ttl || options['ttl-access'],
        ...(jwt[resource] ? { accessTokenFormat: 'jwt', jwt: { sign: { alg: jwt[resource] } } } : { accessTokenFormat: 'opaque' }),
      };
    },
  };
}

/** The user's phone, so to speak: half a second after the request alice approves and bob refuses. */
function ciba() {
  return {
    enabled: true,
    deliveryModes: ['poll'],
    processLoginHint: async (_ctx, hint) => (Object.hasOwn(USERS, hint) ? hint : undefined),
    processLoginHintToken: async () => undefined,
    verifyUserCode: async () => {},
    validateRequestContext: async () => {},
    async triggerAuthenticationDevice(ctx, request, account, client) {
      const { provider } = ctx.oidc;
      const answer = async () => {
        if (account.accountId === 'bob') return provider.backchannelResult(request, new errors.AccessDenied('the user refused'));
        const grant = new provider.Grant({ clientId: client.clientId, accountId: account.accountId });
        grant.addOIDCScope(request.scope || 'openid');
        await grant.save();
        return provider.backchannelResult(request, grant, { authTime: Math.floor(Date.now() / 1000) });
      };
      setTimeout(() => answer().catch((error) => console.error('ciba:', error.message)), 500).unref();
    },
  };
}

