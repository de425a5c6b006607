//! Token introspection (RFC 7662).

use http::StatusCode;
use serde_json::{Value, json};

use crate::{
    answer::Answer,
    bounded::Fingerprint,
    clients::{self, Client},
    error::OAuthError,
    incoming::Incoming,
    token::ACCESS_TOKEN,
    users,
    visit::Visit,
};

/// Says what a token is worth. A public client hears of its own tokens only; anything else is just not active to it.
pub(crate) fn answer(visit: &mut Visit, incoming: &Incoming) -> Result<Answer, OAuthError> {
    let form = incoming.form(&[])?;
    let client = clients::authenticate(incoming, &form)?;
    let token = form.required("token")?;
    let found = access_token(visit, token).or_else(|| refresh_token(visit, token));
    let told = found.filter(|found| may_hear(client, found)).unwrap_or_else(|| json!({"active": false}));
    Ok(Answer::json(StatusCode::OK, &told))
}

fn may_hear(client: &Client, found: &Value) -> bool {
    !client.is_public() || found["client_id"] == client.id
}

fn access_token(visit: &Visit, token: &str) -> Option<Value> {
    let token = visit.keys.verify(token).filter(|token| token.kind == ACCESS_TOKEN)?;
    let issued = visit.state.issued.find(&Fingerprint::of(token.text("jti")?))?;
    if issued.ended.is_some()
        || issued.expires_at <= visit.now
        || visit.state.live_grant(&issued.grant).is_err()
    {
        return None;
    }
    let mut told = token.claims.clone();
    told["active"] = json!(true);
    told["token_type"] = json!("Bearer");
    if let Some(user) = token.text("sub").and_then(users::by_subject) {
        told["username"] = json!(user.username);
    }
    Some(told)
}

fn refresh_token(visit: &Visit, token: &str) -> Option<Value> {
    let token = visit.state.refresh_tokens.find(&Fingerprint::of(token))?;
    if token.used_at.is_some() || token.is_revoked || token.expires_at <= visit.now {
        return None;
    }
    let grant = visit.state.live_grant(&token.grant).ok()?;
    let mut told = json!({
        "active": true,
        "iss": visit.issuer,
        "sub": grant.subject(),
        "client_id": grant.client.id,
        "scope": grant.scope.text(),
        "exp": token.expires_at,
    });
    if let Some(session) = grant.session {
        told["username"] = json!(session.user.username);
    }
    Some(told)
}
