//! Refreshing (RFC 6749 §6), with rotation and reuse detection (RFC 9700 §4.14.2).

use serde_json::Value;

use super::issue::{Issue, issue, live};
use crate::{
    bounded::Fingerprint, clients::Client, error::OAuthError, incoming::Parameters, scope::Scope,
    visit::Visit,
};

pub(super) fn grant(
    visit: &mut Visit,
    client: &'static Client,
    form: &Parameters,
) -> Result<Value, OAuthError> {
    let key = Fingerprint::of(form.required("refresh_token")?);
    let (family, used_at) = match visit.state.refresh_tokens.find(&key) {
        Some(token) if token.is_revoked => {
            return Err(OAuthError::invalid_grant("The refresh token was revoked. Sign in again."));
        }
        Some(token) if token.expires_at > visit.now => (token.grant, token.used_at),
        _ => {
            return Err(OAuthError::invalid_grant("The refresh token is unknown or expired. Sign in again."));
        }
    };
    let grant = live(visit, &family)?;
    if grant.client.id != client.id {
        return Err(OAuthError::invalid_grant("The refresh token was made for another client."));
    }
    if used_at.is_some_and(|used_at| !within_grace(visit, used_at)) {
        visit.state.end_grant(&family, "one of its refresh tokens was used twice");
        return Err(OAuthError::invalid_grant(
            "The refresh token was used before. Everything that came of the same sign-in is revoked; sign in again.",
        ));
    }
    let scope = narrowed(form, &grant.scope)?;
    let response = issue(visit, Issue::new(family, scope))?;
    if let Some(token) = visit.state.refresh_tokens.find_mut(&key) {
        token.used_at.get_or_insert(visit.now);
    }
    Ok(response)
}

fn within_grace(visit: &Visit, used_at: i64) -> bool {
    let grace = i64::try_from(visit.settings.reuse_grace_seconds).unwrap_or(i64::MAX);
    visit.now.saturating_sub(used_at) < grace
}

/// The scope that is asked for, which may be less than what was granted but not more.
fn narrowed(form: &Parameters, granted: &Scope) -> Result<Scope, OAuthError> {
    let Some(asked) = form.one("scope") else { return Ok(granted.clone()) };
    Scope::parse(asked).ok().filter(|asked| asked.is_subset_of(granted) && !asked.is_empty()).ok_or_else(
        || {
            OAuthError::new(
                "invalid_scope",
                format!("Only what was granted can be refreshed: {}.", granted.text()),
            )
        },
    )
}
