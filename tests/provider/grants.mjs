// The grants that the library leaves to whoever runs it: password and token exchange. Both give opaque tokens.
import { errors } from 'oidc-provider';
import { API_SCOPES } from './configuration.mjs';
import { GRANT } from './clients.mjs';
import { knows } from './users.mjs';

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
const SCOPES = new Set(['openid', 'offline_access', 'profile', 'email', ...API_SCOPES]);

export function registerGrants(provider) {
  provider.registerGrantType('password', async (ctx) => {
    const { username, password } = ctx.oidc.params;
    if (!knows(username, password)) throw new errors.InvalidGrant('wrong username or password');
    ctx.body = await issue(provider, ctx, username, 'password');
    if (ctx.oidc.client.grantTypeAllowed('refresh_token')) ctx.body.refresh_token = await refreshable(provider, ctx, username);
  }, ['username', 'password', 'scope']);

  const parameters = ['subject_token', 'subject_token_type', 'actor_token', 'actor_token_type', 'requested_token_type', 'audience', 'resource', 'scope'];
  provider.registerGrantType(GRANT.exchange, async (ctx) => {
    const { subject_token: subject, subject_token_type: type } = ctx.oidc.params;
    if (!subject || type !== ACCESS_TOKEN) throw new errors.InvalidRequest('a subject_token of type access_token is required');
    const token = await provider.AccessToken.find(subject);
    if (!token) throw new errors.InvalidGrant('subject_token is invalid');
    ctx.body = { ...(await issue(provider, ctx, token.accountId, GRANT.exchange)), issued_token_type: ACCESS_TOKEN };
  }, parameters, ['audience', 'resource']);
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
