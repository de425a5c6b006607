//! Resource owner password credentials (RFC 6749 §4.3): removed from OAuth 2.1, still found.

use crate::config::AuthConfig;
use crate::endpoints::token::Purpose;
use crate::endpoints::{Dialogue, Form};
use crate::id_token::Source;
use crate::token_response::TokenError;
use crate::token_set::TokenSet;

/// The token request.
///
/// # Errors
/// [`crate::Code::Configuration`] without user name or password.
pub fn request(config: &AuthConfig) -> Result<Form, TokenError> {
    let username = config.username.as_deref().ok_or_else(|| super::missing("password", "username"))?;
    let password = config.password.as_ref().ok_or_else(|| super::missing("password", "password"))?;
    Ok(Form::new()
        .with("grant_type", "password")
        .with("username", username)
        .with("password", password)
        .with_some("scope", config.scope.as_deref().map(str::trim))
        .with_some("audience", config.audience.as_deref()))
}

/// Obtains a token set.
///
/// # Errors
/// What the token endpoint refused, or why it could not be asked.
pub async fn obtain(dialogue: &Dialogue<'_>) -> Result<TokenSet, TokenError> {
    let form = request(dialogue.config)?;
    let mut granted = dialogue.request_token(Purpose::Token, form).await?;
    super::judge_id_token(dialogue, &mut granted, &super::Login::at(Source::TokenEndpoint)).await;
    Ok(granted.tokens)
}
