//! The authorization code grant (RFC 6749 §4.1) with PKCE (RFC 7636) in the system browser (RFC 8252), and the
//! hybrid flows of OpenID Connect Core §3.3.

use super::sign_in::{self, SignedIn};
use super::{Login, judge_id_token, verdict};
use crate::endpoints::token::Purpose;
use crate::endpoints::{Dialogue, Form};
use crate::failure::{Code, Failure};
use crate::id_token::Source;
use crate::jwt::is_encrypted;
use crate::pkce::ProofKey;
use crate::ports::Person;
use crate::secret::Secret;
use crate::token_response::TokenError;
use crate::token_set::{CheckResult, TokenSet};

/// The token request (RFC 6749 §4.1.3). No scope: it was settled when the code was granted.
pub fn request(code: &Secret, redirect_uri: &str, proof_key: Option<&ProofKey>) -> Form {
    Form::new()
        .with("grant_type", "authorization_code")
        .with("code", code)
        .with("redirect_uri", redirect_uri)
        .with_some("code_verifier", proof_key.map(ProofKey::verifier))
}

/// Lets the person sign in and obtains a token set.
///
/// # Errors
/// Why the sign-in did not succeed, or what the token endpoint refused.
pub async fn obtain(dialogue: &Dialogue<'_>, person: &dyn Person) -> Result<TokenSet, TokenError> {
    let mut signed_in = sign_in::sign_in(dialogue, person).await?;
    let outcome = redeem(dialogue, &signed_in).await;
    signed_in.conclude(outcome.as_ref().map(|_| ()).map_err(|error| error.failure.clone())).await;
    outcome
}

async fn redeem(dialogue: &Dialogue<'_>, signed_in: &SignedIn) -> Result<TokenSet, TokenError> {
    let SignedIn { request: asked, response, .. } = signed_in;
    let code = response.code().ok_or_else(no_code)?;
    dialogue.flow.blank(code);
    let login = Login { nonce: asked.nonce.as_ref(), code: Some(code), ..Login::at(Source::TokenEndpoint) };
    let mut front = None;
    if let Some(token) = response.parameter("id_token") {
        dialogue.flow.blank(token);
        let of_front = Login { source: Source::AuthorizationEndpoint, ..login };
        let (checks, claims) = verdict(dialogue, token, response.parameter("access_token"), &of_front).await;
        if checks.iter().any(|check| check.result == CheckResult::Fail) {
            return Err(not_redeemed(checks).into());
        }
        front = Some((token.clone(), checks, claims));
    }
    let form = request(code, &asked.redirect_uri, asked.proof_key.as_ref());
    let mut granted = dialogue.request_token(Purpose::Token, form).await?;
    judge_id_token(
        dialogue,
        &mut granted,
        &Login { former: front.as_ref().map(|(_, _, claims)| claims), ..login },
    )
    .await;
    let mut tokens = granted.tokens;
    if let (None, Some((token, checks, claims))) = (&tokens.id_token, front) {
        tokens.opened_claims = is_encrypted(token.expose()).then_some(claims);
        tokens.id_token = Some(token);
        tokens.id_token_checks = checks;
    }
    Ok(tokens)
}

fn no_code() -> Failure {
    Failure::new(
        Code::Configuration,
        "The response type asks for no code",
        "The authorization code grant needs `code` in its response type.",
        "Set the response type to `code`, or choose the implicit grant.",
    )
}

/// The front channel can be tampered with: a code whose ID token does not hold is not redeemed.
fn not_redeemed(checks: Vec<crate::token_set::Check>) -> Failure {
    let failed = checks.iter().filter(|check| check.result == CheckResult::Fail);
    let reasons: Vec<String> = failed.map(|check| format!("{}: {}", check.check, check.detail)).collect();
    let mut failure = Failure::new(
        Code::IdTokenInvalid,
        "The ID token that came with the code did not pass its checks",
        reasons.join(" "),
        "The code was not redeemed and nothing was stored. Sign in again.",
    );
    failure.id_token_checks = checks;
    failure
}
