// The grants that the library leaves to whoever runs it: password, JWT bearer and token exchange. All give opaque tokens.
import * as jose from 'jose';
import { errors } from 'oidc-provider';
import { API_SCOPES } from './configuration.mjs';
import { GRANT } from './clients.mjs';
import { USERS, knows } from './users.mjs';

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
const SCOPES = new Set(['openid', 'offline_access', 'profile', 'email', ...API_SCOPES]);

export function registerGrants(provider) {
  provider.registerGrantType('password', async (ctx) => {
    const { username, password } = ctx.oidc.params;
    if (!knows(username, password)) throw new errors.InvalidGrant('wrong username or password');
    ctx.body = await issue(provider, ctx, username, 'password');
    if (ctx.oidc.client.grantTypeAllowed('refresh_token')) ctx.body.refresh_token = await refreshable(provider, ctx, username);
  }, ['username', 'password', 'scope']);

  provider.registerGrantType(GRANT.jwt, async (ctx) => {
    const { client, params } = ctx.oidc;
    const audience = [provider.issuer, `${provider.issuer}/token`];
    const subject = await asserted(params.assertion, client, audience);
    if (!Object.hasOwn(USERS, subject)) throw new errors.InvalidGrant('the assertion is about nobody we know');
    ctx.body = await issue(provider, ctx, subject, GRANT.jwt);
  }, ['assertion', 'scope']);

  const parameters = ['subject_token', 'subject_token_type', 'actor_token', 'actor_token_type', 'requested_token_type', 'audience', 'resource', 'scope'];
  provider.registerGrantType(GRANT.exchange, async (ctx) => {
    const { subject_token: subject, subject_token_type: type, actor_token: actor, actor_token_type: actorType } = ctx.oidc.params;
    if (!subject || type !== ACCESS_TOKEN) throw new errors.InvalidRequest('a subject_token of type access_token is required');
    const token = await provider.AccessToken.find(subject);
    if (!token) throw new errors.InvalidGrant('subject_token is invalid');
    if (actor && actorType !== ACCESS_TOKEN) throw new errors.InvalidRequest('an actor_token needs its type, which is access_token');
    const acting = actor && ((await provider.AccessToken.find(actor)) ?? (await provider.ClientCredentials.find(actor)));
    if (actor && !acting) throw new errors.InvalidGrant('actor_token is invalid');
    ctx.body = {
      ...(await issue(provider, ctx, token.accountId, GRANT.exchange)),
      issued_token_type: ACCESS_TOKEN,
      ...(acting && { act: { sub: acting.accountId ?? acting.clientId } }),
    };
  }, parameters, ['audience', 'resource']);
}

/** The subject of an assertion that this client signed (RFC 7523 section 3). */
async function asserted(assertion, client, audience) {
  try {
    const keys = jose.createLocalJWKSet(client.jwks);
    const { payload } = await jose.jwtVerify(assertion ?? '', keys, { issuer: client.clientId, audience, requiredClaims: ['sub', 'exp'] });
    return payload.sub;
  } catch (error) {
    throw new errors.InvalidGrant(`the assertion does not hold: ${error.message}`);
  }
}

async function issue(provider, ctx, accountId, gty) {
  const { client } = ctx.oidc;
  const scope = grantedScope(ctx);
  const grant = new provider.Grant({ clientId: client.clientId, accountId });
  grant.addOIDCScope(scope);
  ctx.oidc.entity('Grant', grant);
  const token = new provider.AccessToken({ client, accountId, grantId: await grant.save(), gty, scope });
  ctx.oidc.entity('AccessToken', token);
  return { access_token: await token.save(), expires_in: token.expiration, token_type: token.tokenType, scope };
}

async function refreshable(provider, ctx, accountId) {
  const { client, entities } = ctx.oidc;
  const token = new provider.RefreshToken({ client, accountId, grantId: entities.Grant.jti, gty: 'password', scope: grantedScope(ctx) });
  return token.save();
}

function grantedScope(ctx) {
  return (ctx.oidc.params.scope || 'openid').split(' ').filter((scope) => SCOPES.has(scope)).join(' ');
}
