//! Client credentials (RFC 6749 §4.4): a client on its own behalf.

use crate::config::AuthConfig;
use crate::endpoints::token::Purpose;
use crate::endpoints::{Dialogue, Form};
use crate::id_token::Source;
use crate::token_response::TokenError;
use crate::token_set::TokenSet;

/// The token request.
pub fn request(config: &AuthConfig) -> Form {
    Form::new()
        .with("grant_type", "client_credentials")
        .with_some("scope", config.scope.as_deref().map(str::trim))
        .with_some("audience", config.audience.as_deref())
}

/// Obtains a token set.
///
/// # Errors
/// What the token endpoint refused, or why it could not be asked.
pub async fn obtain(dialogue: &Dialogue<'_>) -> Result<TokenSet, TokenError> {
    let mut granted = dialogue.request_token(Purpose::Token, request(dialogue.config)).await?;
    if granted.tokens.id_token.is_some() {
        super::judge_id_token(dialogue, &mut granted, &super::Login::at(Source::TokenEndpoint)).await;
    }
    Ok(granted.tokens)
}
