//! The authorization code grant: RFC 6749 §4.1.3, RFC 7636 §4.6.

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::Value;

use super::issue::{Issue, begin_grant, issue};
use crate::{
    authorization::AuthorizationRequest, bounded::Fingerprint, clients::Client, error::OAuthError,
    incoming::Parameters, keys::base64url, state::CODE_LIFETIME, users::same_secret, visit::Visit,
};

pub(super) fn grant(
    visit: &mut Visit,
    client: &'static Client,
    form: &Parameters,
) -> Result<Value, OAuthError> {
    let key = Fingerprint::of(form.required("code")?);
    let code = visit.state.codes.find(&key).filter(|code| code.expires_at > visit.now).ok_or_else(|| {
        OAuthError::invalid_grant(format!("The code is unknown, or older than its {CODE_LIFETIME} seconds."))
    })?;
    if code.request.client.id != client.id {
        return Err(OAuthError::invalid_grant("The code was made for another client."));
    }
    if let Some(family) = code.used_for {
        // RFC 6749 §4.1.2: whoever used it first may have stolen it.
        visit.state.end_grant(&family, "its authorization code was used twice");
        return Err(OAuthError::invalid_grant(
            "The code was used before. Everything that came of it is revoked; sign in again.",
        ));
    }
    check_redirect(&code.request, form)?;
    check_verifier(&code.request, form)?;
    let (request, session) = (code.request.clone(), code.session);
    let family = begin_grant(visit, client, Some(session), &request.scope);
    if let Some(code) = visit.state.codes.find_mut(&key) {
        code.used_for = Some(family);
    }
    issue(visit, Issue { nonce: request.nonce, ..Issue::new(family, request.scope) })
}

fn check_redirect(request: &AuthorizationRequest, form: &Parameters) -> Result<(), OAuthError> {
    if form.required("redirect_uri")? == request.reply.redirect_uri {
        return Ok(());
    }
    Err(OAuthError::invalid_grant(
        "The redirect_uri is not, to the letter, the one of the authorization request.",
    ))
}

fn check_verifier(request: &AuthorizationRequest, form: &Parameters) -> Result<(), OAuthError> {
    match (&request.code_challenge, form.one("code_verifier")) {
        (None, None) => Ok(()),
        // RFC 9700 §4.8.2: somebody took the challenge out of the authorization request.
        (None, Some(_)) => Err(OAuthError::invalid_grant(
            "There is a code_verifier, but the authorization request came without a code_challenge.",
        )),
        (Some(_), None) => Err(OAuthError::invalid_grant(
            "The code_verifier is missing: the authorization request used PKCE.",
        )),
        (Some(challenge), Some(verifier)) => {
            let is_verifier = (43..=128).contains(&verifier.len())
                && verifier.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
            let hash = base64url(digest(&SHA256, verifier.as_bytes()).as_ref());
            if is_verifier && same_secret(&hash, challenge) {
                return Ok(());
            }
            Err(OAuthError::invalid_grant(
                "The code_verifier does not belong to the code_challenge (PKCE S256).",
            ))
        }
    }
}
