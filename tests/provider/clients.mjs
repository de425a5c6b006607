// The registered clients: one for every way to authenticate, every grant, and every lifetime that a test wants.
// Beside the standards' own metadata a client may carry:
//   access_token_ttl, refresh_token_ttl, id_token_ttl   seconds, instead of the run's
//   rotate            'always' or 'never', instead of the run's
//   auto_user         signs in without a page, as that user ('deny' refuses)
//   device_auto       seconds after which its device codes are approved without anybody
//   default_resource  the resource indicator used when none is asked for
export const OWN_METADATA = ['access_token_ttl', 'refresh_token_ttl', 'id_token_ttl', 'rotate', 'auto_user', 'device_auto', 'default_resource'];

export const GRANT = {
  device: 'urn:ietf:params:oauth:grant-type:device_code',
  ciba: 'urn:openid:params:grant-type:ciba',
  exchange: 'urn:ietf:params:oauth:grant-type:token-exchange',
  jwt: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
};

/** The secret of every confidential client but the odd one; long enough to be an HS256 key. */
export const SECRET = 'secret-secret-secret-secret-secret-1234';
/** The same for those that need an HS512 key. */
export const LONG_SECRET = `${SECRET}-and-${SECRET}`;

// The provider lets native clients use any port on a loopback redirect (RFC 8252 section 7.3).
const NATIVE = {
  application_type: 'native',
  redirect_uris: [
    ...['127.0.0.1', 'localhost', '[::1]'].map((host) => `http://${host}/callback`),
    ...['127.0.0.1', 'localhost'].flatMap((host) => [`http://${host}/cb`, `http://${host}/`]),
    'com.example.app:/callback',
    'com.example.app://oauth',
  ],
  post_logout_redirect_uris: ['http://127.0.0.1/logged-out', 'http://localhost/logged-out', 'com.example.app:/logout'],
};
const CODE = { ...NATIVE, grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] };
const PUBLIC = { ...CODE, token_endpoint_auth_method: 'none' };
const MACHINE = { redirect_uris: [], response_types: [], grant_types: ['client_credentials'] };
const DEVICE = { ...MACHINE, application_type: 'native', token_endpoint_auth_method: 'none', grant_types: [GRANT.device, 'refresh_token'] };
const confidential = (method, ...grants) => ({ ...CODE, token_endpoint_auth_method: method, grant_types: [...CODE.grant_types, 'client_credentials', GRANT.device, ...grants] });

/** All clients. `jwks`: the clients' public keys; `selfSigned`: the JWK of the self-signed certificate, or null without TLS. */
export function registeredClients({ jwks, selfSigned }) {
  return [...publicClients(), ...confidentialClients(jwks), ...machines(jwks), ...responses(jwks), ...(selfSigned ? certificateClients(selfSigned) : [])];
}

function publicClients() {
  return [
    { client_id: 'native', ...PUBLIC, grant_types: [...PUBLIC.grant_types, GRANT.device] },
    // Tokens that live ten seconds: long enough to be seen valid, short enough to wait for.
    { client_id: 'native-10s', ...PUBLIC, rotate: 'always', access_token_ttl: 10, id_token_ttl: 10 },
    { client_id: 'native-10s-norefresh', ...PUBLIC, grant_types: ['authorization_code'], access_token_ttl: 10, id_token_ttl: 10 },
    { client_id: 'native-short', ...PUBLIC, access_token_ttl: 3 },
    { client_id: 'native-short-rt', ...PUBLIC, access_token_ttl: 2, refresh_token_ttl: 6 },
    { client_id: 'native-norefresh', ...PUBLIC, grant_types: ['authorization_code'], access_token_ttl: 3 },
    { client_id: 'native-rotate', ...PUBLIC, rotate: 'always', access_token_ttl: 3 },
    { client_id: 'native-norotate', ...PUBLIC, rotate: 'never', access_token_ttl: 3 },
    { client_id: 'native-auto', ...PUBLIC, auto_user: 'alice', authorization_details_types: ['payment', 'account'], grant_types: [...PUBLIC.grant_types, GRANT.device] },
    { client_id: 'native-auto-short', ...PUBLIC, auto_user: 'alice', access_token_ttl: 3 },
    { client_id: 'native-deny', ...PUBLIC, auto_user: 'deny' },
    { client_id: 'native-dpop', ...PUBLIC, auto_user: 'alice', dpop_bound_access_tokens: true },
    { client_id: 'native-dpop-nonce', ...PUBLIC, auto_user: 'alice', dpop_bound_access_tokens: true },
    { client_id: 'native-par', ...PUBLIC, auto_user: 'alice', require_pushed_authorization_requests: true },
    { client_id: 'native-jwt', ...PUBLIC, auto_user: 'alice', default_resource: 'urn:api:jwt' },
  ];
}

function confidentialClients(jwks) {
  return [
    { client_id: 'basic', client_secret: SECRET, ...confidential('client_secret_basic', 'password', GRANT.exchange) },
    // Its credentials only survive when they are form-urlencoded before the Base64 (RFC 6749 section 2.3.1).
    { client_id: 'basic:odd %+client', client_secret: 'p:s+s%20/=& ?#"ecret~123456789012345', ...confidential('client_secret_basic', 'password') },
    { client_id: 'basic-10s', client_secret: SECRET, ...confidential('client_secret_basic'), rotate: 'always', access_token_ttl: 10, id_token_ttl: 10 },
    { client_id: 'post', client_secret: SECRET, ...confidential('client_secret_post', 'password', GRANT.exchange) },
    { client_id: 'csjwt', client_secret: SECRET, ...confidential('client_secret_jwt') },
    ...['RS256', 'PS256', 'ES256', 'EdDSA'].map((alg) => ({
      client_id: `pkjwt-${alg}`, jwks, token_endpoint_auth_signing_alg: alg, ...confidential('private_key_jwt'),
    })),
  ];
}

function machines(jwks) {
  return [
    { client_id: 'cc', client_secret: SECRET, ...MACHINE },
    { client_id: 'cc-short', client_secret: SECRET, ...MACHINE, access_token_ttl: 3 },
    { client_id: 'cc-10s', client_secret: SECRET, ...MACHINE, access_token_ttl: 10 },
    { client_id: 'rs', client_secret: SECRET, ...MACHINE }, // a resource server, which introspects
    { client_id: 'device', ...DEVICE },
    { client_id: 'device-auto', ...DEVICE, device_auto: 6 },
    { client_id: 'jwt-bearer', jwks, ...MACHINE, token_endpoint_auth_method: 'none', grant_types: [GRANT.jwt] },
    { client_id: 'ciba', client_secret: SECRET, ...MACHINE, grant_types: [GRANT.ciba, 'refresh_token'], backchannel_token_delivery_mode: 'poll' },
  ];
}

/** Clients that ask for another shape of request, response or ID token. */
function responses(jwks) {
  const auto = { ...PUBLIC, auto_user: 'alice' };
  return [
    { client_id: 'implicit', ...NATIVE, token_endpoint_auth_method: 'none', grant_types: ['implicit'], response_types: ['id_token'] },
    { client_id: 'hybrid', client_secret: SECRET, ...NATIVE, grant_types: ['implicit', ...CODE.grant_types], response_types: ['code id_token', 'code'] },
    { client_id: 'jar', ...auto, jwks, request_object_signing_alg: 'ES256', require_signed_request_object: true },
    { client_id: 'jarm', ...auto, authorization_signed_response_alg: 'RS256' },
    { client_id: 'userinfo-jwt', ...auto, userinfo_signed_response_alg: 'RS256' },
    ...['RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'].map((alg) => ({
      client_id: `idt-${alg}`, ...auto, id_token_signed_response_alg: alg,
    })),
    ...['HS256', 'HS384', 'HS512'].map((alg) => ({
      client_id: `idt-${alg}`, client_secret: LONG_SECRET, ...CODE, auto_user: 'alice', id_token_signed_response_alg: alg,
    })),
    { client_id: 'idt-enc-rsa', ...auto, jwks, id_token_signed_response_alg: 'RS256', id_token_encrypted_response_alg: 'RSA-OAEP-256', id_token_encrypted_response_enc: 'A256GCM' },
    { client_id: 'idt-enc-ec', ...auto, jwks, id_token_signed_response_alg: 'ES256', id_token_encrypted_response_alg: 'ECDH-ES', id_token_encrypted_response_enc: 'A128CBC-HS256' },
    { client_id: 'idt-enc-dir', client_secret: LONG_SECRET, ...CODE, auto_user: 'alice', id_token_signed_response_alg: 'RS256', id_token_encrypted_response_alg: 'dir', id_token_encrypted_response_enc: 'A256GCM' },
  ];
}

function certificateClients(selfSigned) {
  const bound = { tls_client_certificate_bound_access_tokens: true };
  return [
    { client_id: 'mtls-self', ...confidential('self_signed_tls_client_auth'), ...bound, jwks: { keys: [selfSigned] } },
    { client_id: 'mtls-pki', ...confidential('tls_client_auth'), ...bound, tls_client_auth_san_dns: 'client.test' },
  ];
}
