//! Levers for demonstrations and tests: make tokens expire now, revoke them, count token requests. They stand on the front
//! page; [`Settings::controls`](crate::Settings::controls) takes them away.

use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::{answer::Answer, error::OAuthError, incoming::Incoming, visit::Visit};

/// `POST /playground/expire`: every access token and ID token that is out has expired, whatever its `exp` says.
pub(crate) fn expire(visit: &mut Visit, incoming: &Incoming) -> Result<Answer, OAuthError> {
    refuse_other_pages(visit, incoming)?;
    let mut expired = 0;
    for token in visit.state.issued.values_mut().filter(|token| token.ended.is_none()) {
        token.ended = Some("it was made to expire");
        expired += 1;
    }
    Ok(Answer::json(StatusCode::OK, &json!({"expired": expired})))
}

/// `POST /playground/revoke`: every refresh token is revoked. Access tokens live on until they expire.
pub(crate) fn revoke(visit: &mut Visit, incoming: &Incoming) -> Result<Answer, OAuthError> {
    refuse_other_pages(visit, incoming)?;
    let mut revoked = 0;
    for token in visit.state.refresh_tokens.values_mut().filter(|token| !token.is_revoked) {
        token.is_revoked = true;
        revoked += 1;
    }
    Ok(Answer::json(StatusCode::OK, &json!({"revoked": revoked})))
}

/// `GET /playground/counts`: how many token requests there were, by grant type.
pub(crate) fn counts(visit: &mut Visit, _: &Incoming) -> Result<Answer, OAuthError> {
    let counted = visit.state.counts.iter().map(|(grant_type, (granted, refused))| {
        ((*grant_type).to_owned(), json!({"granted": granted, "refused": refused}))
    });
    Ok(Answer::json(
        StatusCode::OK,
        &json!({"token_requests": Value::Object(counted.collect::<Map<_, _>>())}),
    ))
}

fn refuse_other_pages(visit: &Visit, incoming: &Incoming) -> Result<(), OAuthError> {
    if incoming.is_our_own(visit.issuer) {
        return Ok(());
    }
    let description = "A page of another site may not pull this lever.";
    Err(OAuthError::invalid_request(description).with_status(StatusCode::FORBIDDEN))
}
