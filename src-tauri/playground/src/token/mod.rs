//! The token endpoint (RFC 6749 §3.2): one file a grant type.

mod authorization_code;
mod client_credentials;
mod device_code;
mod issue;
mod password;
mod refresh_token;
mod token_exchange;

use http::{StatusCode, header};
use serde_json::Value;

pub(crate) use issue::{ACCESS_TOKEN, ID_TOKEN};

use crate::{
    answer::Answer,
    clients::{self, Client, DEVICE_CODE, TOKEN_EXCHANGE},
    error::OAuthError,
    incoming::{Incoming, Parameters},
    visit::Visit,
};

type Grant = fn(&mut Visit, &'static Client, &Parameters) -> Result<Value, OAuthError>;

const GRANTS: &[(&str, Grant)] = &[
    ("authorization_code", authorization_code::grant),
    ("refresh_token", refresh_token::grant),
    ("client_credentials", client_credentials::grant),
    ("password", password::grant),
    (DEVICE_CODE, device_code::grant),
    (TOKEN_EXCHANGE, token_exchange::grant),
];

/// One token request.
pub(crate) fn answer(visit: &mut Visit, incoming: &Incoming) -> Result<Answer, OAuthError> {
    let form = incoming.form(&["resource", "audience"])?;
    let client = clients::authenticate(incoming, &form)?;
    let asked = form.required("grant_type")?;
    let Some((grant_type, grant)) = GRANTS.iter().find(|(grant_type, _)| *grant_type == asked) else {
        let known: Vec<&str> = GRANTS.iter().map(|(grant_type, _)| *grant_type).collect();
        let description = format!("The grant types there are: {}.", known.join(", "));
        return Err(OAuthError::new("unsupported_grant_type", description));
    };
    let result = if client.may_use(grant_type) {
        crate::authorization::refuse_foreign_resources(visit, &form)
            .and_then(|()| grant(visit, client, &form))
    } else {
        Err(OAuthError::new(
            "unauthorized_client",
            format!("{} may not use the {grant_type} grant.", client.id),
        ))
    };
    let count = visit.state.counts.entry(grant_type).or_default();
    match &result {
        Ok(_) => count.0 += 1,
        Err(_) => count.1 += 1,
    }
    // RFC 6749 §5.1 asks for Pragma beside the Cache-Control that every answer has.
    result.map(|body| Answer::json(StatusCode::OK, &body).with(header::PRAGMA, "no-cache"))
}
