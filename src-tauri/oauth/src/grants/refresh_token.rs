//! The refresh token grant (RFC 6749 §6), also as a starting point: paste a refresh token, get going.

use super::{Login, claims_of, judge_id_token};
use crate::endpoints::token::Purpose;
use crate::endpoints::{Dialogue, Form};
use crate::id_token::Source;
use crate::secret::Secret;
use crate::token_response::TokenError;
use crate::token_set::TokenSet;

/// The refresh request. No scope is sent: the one granted holds on (RFC 6749 §6).
pub fn request(refresh_token: &Secret) -> Form {
    Form::new().with("grant_type", "refresh_token").with("refresh_token", refresh_token)
}

/// Renews a token set with this refresh token. What the answer does not bring stays as it was: the refresh token,
/// the ID token with its verdict, the scope, the nonce.
///
/// # Errors
/// What the token endpoint refused, or why it could not be asked.
pub async fn renew(
    dialogue: &Dialogue<'_>,
    former: &TokenSet,
    refresh_token: &Secret,
) -> Result<TokenSet, TokenError> {
    dialogue.flow.blank(refresh_token);
    let purpose = Purpose::Refresh { scope: former.scope.as_deref() };
    let mut granted = dialogue.request_token(purpose, request(refresh_token)).await?;
    let former_claims = former.id_token.as_ref().map(claims_of);
    let login =
        Login { former: former_claims.as_ref(), nonce: former.nonce.as_ref(), ..Login::at(Source::Refresh) };
    judge_id_token(dialogue, &mut granted, &login).await;
    let mut tokens = granted.tokens;
    if tokens.refresh_token.is_none() {
        tokens.refresh_token = Some(refresh_token.clone());
    }
    if tokens.id_token.is_none() {
        tokens.id_token = former.id_token.clone();
        tokens.id_token_checks = former.id_token_checks.clone();
    }
    if tokens.access_token.is_none() {
        tokens.access_token = former.access_token.clone();
        tokens.expires_at = former.expires_at;
    }
    Ok(tokens)
}

/// Begins with the refresh token of the config, pasted by hand.
///
/// # Errors
/// As [`renew`].
pub async fn obtain_first(dialogue: &Dialogue<'_>) -> Result<TokenSet, TokenError> {
    let pasted = dialogue.config.refresh_token.as_ref().filter(|token| !token.is_empty());
    let pasted = pasted.ok_or_else(|| super::missing("refresh token", "refresh_token"))?;
    let purpose = Purpose::Refresh { scope: dialogue.config.scope.as_deref() };
    let mut granted = dialogue.request_token(purpose, request(pasted)).await?;
    judge_id_token(dialogue, &mut granted, &Login::at(Source::TokenEndpoint)).await;
    let mut tokens = granted.tokens;
    tokens.refresh_token.get_or_insert_with(|| pasted.clone());
    Ok(tokens)
}
