//! Token revocation (RFC 7009).

use http::StatusCode;

use crate::{
    answer::Answer,
    bounded::Fingerprint,
    clients::{self, Client},
    error::OAuthError,
    incoming::Incoming,
    token::ACCESS_TOKEN,
    visit::Visit,
};

/// Ends a token: an access token by itself, a refresh token together with everything of the same sign-in (§2.1). A token
/// that is not known is as good as revoked (§2.2).
pub(crate) fn answer(visit: &mut Visit, incoming: &Incoming) -> Result<Answer, OAuthError> {
    let form = incoming.form(&[])?;
    let client = clients::authenticate(incoming, &form)?;
    let token = form.required("token")?;
    if let Some(family) = visit.state.refresh_tokens.find(&Fingerprint::of(token)).map(|token| token.grant) {
        refuse_of_others(visit, client, &family)?;
        visit.state.end_grant(&family, "it was revoked");
    } else if let Some(id) = access_token_id(visit, token) {
        if let Some(family) = visit.state.issued.find(&id).map(|issued| issued.grant) {
            refuse_of_others(visit, client, &family)?;
        }
        if let Some(issued) = visit.state.issued.find_mut(&id) {
            issued.ended.get_or_insert("it was revoked");
        }
    }
    Ok(Answer::empty(StatusCode::OK))
}

fn access_token_id(visit: &Visit, token: &str) -> Option<Fingerprint> {
    let token = visit.keys.verify(token).filter(|token| token.kind == ACCESS_TOKEN)?;
    token.text("jti").map(Fingerprint::of)
}

fn refuse_of_others(visit: &Visit, client: &Client, family: &Fingerprint) -> Result<(), OAuthError> {
    let owner = visit.state.grants.find(family).map(|grant| grant.client.id);
    if owner.is_some_and(|owner| owner != client.id) {
        return Err(OAuthError::new("unauthorized_client", "The token was made for another client."));
    }
    Ok(())
}
