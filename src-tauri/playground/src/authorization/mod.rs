//! The authorization endpoint (RFC 6749 §3.1) and the pages between the request and the response.

mod interaction;
mod request;
mod response;

pub(crate) use interaction::{
    INTERACTION_LIFETIME, Interaction, Purpose, Steps, consent, interaction, proceed, sign_in,
};
pub(crate) use request::{
    AuthorizationRequest, hinted_user, loopback_redirect, refuse_foreign_resources, scope_of,
};

use crate::{
    answer::Answer,
    browser,
    error::OAuthError,
    incoming::{Incoming, Parameters},
    visit::Visit,
};
use request::Refused;

/// An authorization request in the query.
pub(crate) fn by_query(visit: &mut Visit, incoming: &Incoming) -> Result<Answer, OAuthError> {
    Ok(begin(visit, incoming, &incoming.query))
}

/// The same in a form (OIDC Core §3.1.2.1).
pub(crate) fn by_form(visit: &mut Visit, incoming: &Incoming) -> Result<Answer, OAuthError> {
    let form = incoming.form(&["resource"])?;
    Ok(begin(visit, incoming, &form))
}

fn begin(visit: &mut Visit, incoming: &Incoming, parameters: &Parameters) -> Answer {
    match request::read(visit, parameters) {
        Ok((request, steps)) => {
            let browser = browser::met(visit, incoming);
            let interaction = Interaction {
                browser: browser.key(),
                client: request.client,
                scope: request.scope.clone(),
                purpose: Purpose::Authorization(Box::new(request)),
                steps,
                forget_at: visit.now + INTERACTION_LIFETIME,
            };
            let answer = proceed(visit, interaction, None);
            browser.remembered_by(visit, answer)
        }
        Err(Refused::OnPage(page)) => page,
        Err(Refused::ToClient(reply, error)) => response::refuse(visit, &reply, error),
    }
}
