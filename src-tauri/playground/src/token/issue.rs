//! Token responses (RFC 6749 §5.1): JWT access tokens (RFC 9068), ID tokens (OIDC Core §2), refresh tokens.

use serde_json::{Value, json};

use crate::{
    bounded::Fingerprint,
    error::OAuthError,
    keys::{Algorithm, token_hash},
    scope::Scope,
    state::{GRANT_LIFETIME, Grant, IssuedToken, RefreshToken, Session},
    visit::Visit,
};

/// The `typ` of an access token (RFC 9068 §2.1).
pub(crate) const ACCESS_TOKEN: &str = "at+jwt";
/// The `typ` of an ID token.
pub(crate) const ID_TOKEN: &str = "JWT";

/// What one token response is made of.
pub(super) struct Issue {
    pub grant: Fingerprint,
    /// Of the access token; never more than the grant's.
    pub scope: Scope,
    pub nonce: Option<String>,
    /// Who acts for the subject (RFC 8693 §4.1).
    pub actor: Option<Value>,
    /// Whether there is a refresh token, if the scope has `offline_access`.
    pub renewable: bool,
}

impl Issue {
    pub fn new(grant: Fingerprint, scope: Scope) -> Self {
        Self { grant, scope, nonce: None, actor: None, renewable: true }
    }
}

/// Begins a grant: what was allowed now, by a person or to the client itself.
pub(super) fn begin_grant(
    visit: &mut Visit,
    client: &'static crate::clients::Client,
    session: Option<Session>,
    scope: &Scope,
) -> Fingerprint {
    let key = Fingerprint::of(&visit.random_text());
    let lifetime = if session.is_some() { GRANT_LIFETIME } else { visit.lifetime() };
    // Not before its last token is gone.
    let forget_at = visit.now.saturating_add(lifetime.saturating_add(visit.lifetime()));
    visit.state.grants.insert(key, Grant { client, session, scope: scope.clone(), ended: None, forget_at });
    key
}

/// The token response for what a grant allows.
pub(super) fn issue(visit: &mut Visit, what: Issue) -> Result<Value, OAuthError> {
    let grant = live(visit, &what.grant)?;
    let access_token = access_token(visit, &grant, &what)?;
    let mut response = json!({
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": visit.lifetime(),
        "scope": what.scope.text(),
    });
    if let Some(session) = grant.session.filter(|_| what.scope.contains("openid")) {
        response["id_token"] = json!(id_token(visit, &grant, session, &what, &access_token)?);
    }
    if what.renewable && grant.scope.contains("offline_access") && grant.client.may_use("refresh_token") {
        let token = visit.random_text();
        let expires_at = visit.now + GRANT_LIFETIME;
        let record = RefreshToken { grant: what.grant, used_at: None, is_revoked: false, expires_at };
        visit.state.refresh_tokens.insert(Fingerprint::of(&token), record);
        response["refresh_token"] = json!(token);
    }
    Ok(response)
}

/// The grant, if it still holds.
pub(super) fn live(visit: &Visit, grant: &Fingerprint) -> Result<Grant, OAuthError> {
    visit.state.live_grant(grant).cloned().map_err(|why| {
        OAuthError::invalid_grant(format!("What was allowed holds no longer: {why}. Sign in again."))
    })
}

fn access_token(visit: &mut Visit, grant: &Grant, what: &Issue) -> Result<String, OAuthError> {
    let mut claims = json!({
        "iss": visit.issuer,
        "sub": grant.subject(),
        "aud": visit.api(),
        "client_id": grant.client.id,
        "scope": what.scope.text(),
        "iat": visit.now,
        "exp": visit.now.saturating_add(visit.lifetime()),
        "jti": recorded(visit, what.grant),
    });
    if let Some(session) = grant.session {
        claims["auth_time"] = json!(session.auth_time);
    }
    if let Some(actor) = &what.actor {
        claims["act"] = actor.clone();
    }
    Ok(visit.keys.sign(Algorithm::Es256, ACCESS_TOKEN, &claims)?)
}

fn id_token(
    visit: &mut Visit,
    grant: &Grant,
    session: Session,
    what: &Issue,
    access_token: &str,
) -> Result<String, OAuthError> {
    let algorithm = grant.client.id_token_algorithm;
    let mut claims = json!({
        "iss": visit.issuer,
        "sub": session.user.subject,
        "aud": grant.client.id,
        "iat": visit.now,
        "exp": visit.now.saturating_add(visit.lifetime()),
        "auth_time": session.auth_time,
        "amr": ["pwd"],
        "at_hash": token_hash(algorithm, access_token),
        "jti": recorded(visit, what.grant),
    });
    if let Some(nonce) = &what.nonce {
        claims["nonce"] = json!(nonce);
    }
    for (name, value) in session.user.claims(&what.scope) {
        claims[name] = value;
    }
    Ok(visit.keys.sign(algorithm, ID_TOKEN, &claims)?)
}

/// A new `jti`, on record so that the token can be revoked.
fn recorded(visit: &mut Visit, grant: Fingerprint) -> String {
    let id = visit.random_text();
    let record = IssuedToken { grant, ended: None, expires_at: visit.now.saturating_add(visit.lifetime()) };
    visit.state.issued.insert(Fingerprint::of(&id), record);
    id
}
