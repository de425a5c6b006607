//! The refresh token grant (RFC 6749 §6), also as a starting point: paste a refresh token, get going.

use super::{Login, judge_id_token};
use crate::endpoints::token::{Granted, Purpose};
use crate::endpoints::{Dialogue, Form};
use crate::id_token::Source;
use crate::secret::Secret;
use crate::token_response::TokenError;
use crate::token_set::{Check, CheckResult, TokenSet};

/// The refresh request. No scope is sent: the one granted holds on (RFC 6749 §6).
pub fn request(refresh_token: &Secret) -> Form {
    Form::new().with("grant_type", "refresh_token").with("refresh_token", refresh_token)
}

/// Renews a token set with this refresh token. What the answer does not bring stays as it was: the refresh token,
/// the ID token with its verdict, the scope, the nonce. A new ID token is marked as not judged yet, so that the token
/// set can be stored before anything else is asked of the network: see [`judge`].
///
/// # Errors
/// What the token endpoint refused, or why it could not be asked.
pub async fn renew(
    dialogue: &Dialogue<'_>,
    former: &TokenSet,
    refresh_token: &Secret,
) -> Result<Granted, TokenError> {
    dialogue.flow.blank(refresh_token);
    let purpose = Purpose::Refresh { scope: former.scope.as_deref() };
    let mut granted = dialogue.request_token(purpose, request(refresh_token)).await?;
    let tokens = &mut granted.tokens;
    tokens.nonce = former.nonce.clone();
    tokens.believed_claims = former.sound_claims();
    if tokens.refresh_token.is_none() {
        tokens.refresh_token = Some(refresh_token.clone());
    }
    match tokens.id_token {
        Some(_) => tokens.id_token_checks = vec![unjudged()],
        None => {
            tokens.id_token = former.id_token.clone();
            tokens.id_token_checks = former.id_token_checks.clone();
            tokens.opened_claims = former.opened_claims.clone();
        }
    }
    if tokens.access_token.is_none() {
        tokens.access_token = former.access_token.clone();
        tokens.expires_at = former.expires_at;
    }
    Ok(granted)
}

/// Holds the new ID token against the last one that was believed (OpenID Connect Core §12.2) and against the provider's keys.
pub async fn judge(dialogue: &Dialogue<'_>, former: &TokenSet, mut granted: Granted) -> TokenSet {
    let believed = former.sound_claims();
    let login =
        Login { former: believed.as_ref(), nonce: former.nonce.as_ref(), ..Login::at(Source::Refresh) };
    judge_id_token(dialogue, &mut granted, &login).await;
    let mut tokens = granted.tokens;
    // What a refused one said must not become what the next one is held against.
    tokens.believed_claims = believed.filter(|_| !tokens.id_token_is_sound());
    tokens
}

/// Whether a token set holds an ID token that was stored before it was judged.
pub fn is_unjudged(tokens: &TokenSet) -> bool {
    tokens.id_token_checks == [unjudged()]
}

/// The mark of an ID token that has not been judged: it counts as failed, so that it is not sent.
fn unjudged() -> Check {
    Check {
        check: "signature".to_owned(),
        result: CheckResult::Fail,
        detail: "Not verified: the process ended between storing and verifying. Refresh once more."
            .to_owned(),
    }
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
