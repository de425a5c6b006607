//! Token exchange (RFC 8693): one token for another, impersonating its subject, or with an actor on its behalf.

use crate::config::AuthConfig;
use crate::endpoints::token::Purpose;
use crate::endpoints::{Dialogue, Form};
use crate::id_token::Source;
use crate::token_response::TokenError;
use crate::token_set::TokenSet;

const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// The token request (§2.1). Tokens without a stated type are access tokens.
///
/// # Errors
/// [`crate::Code::Configuration`] without a subject token.
pub fn request(config: &AuthConfig) -> Result<Form, TokenError> {
    let subject = config.subject_token.as_ref().filter(|token| !token.is_empty());
    let subject = subject.ok_or_else(|| super::missing("token exchange", "subject_token"))?;
    let actor = config.actor_token.as_ref().filter(|token| !token.is_empty());
    let actor_type = actor.map(|_| config.actor_token_type.as_deref().unwrap_or(ACCESS_TOKEN));
    Ok(Form::new()
        .with("grant_type", GRANT_TYPE)
        .with("subject_token", subject)
        .with("subject_token_type", config.subject_token_type.as_deref().unwrap_or(ACCESS_TOKEN))
        .with_some("actor_token", actor)
        .with_some("actor_token_type", actor_type)
        .with_some("requested_token_type", config.requested_token_type.as_deref())
        .with_some("audience", config.audience.as_deref())
        .with_some("scope", config.scope.as_deref().map(str::trim)))
}

/// Obtains a token set.
///
/// # Errors
/// What the token endpoint refused, or why it could not be asked.
pub async fn obtain(dialogue: &Dialogue<'_>) -> Result<TokenSet, TokenError> {
    let form = request(dialogue.config)?;
    let mut granted = dialogue.request_token(Purpose::Token, form).await?;
    if granted.tokens.id_token.is_some() {
        super::judge_id_token(dialogue, &mut granted, &super::Login::at(Source::TokenEndpoint)).await;
    }
    Ok(granted.tokens)
}
