//! The authorization response: RFC 6749 §4.1.2, RFC 9207, and OAuth 2.0 Form Post Response Mode.

use http::StatusCode;

use super::request::{AuthorizationRequest, Reply};
use crate::{
    answer::Answer,
    bounded::Fingerprint,
    error::OAuthError,
    pages,
    state::{CODE_LIFETIME, Code, Session},
    visit::Visit,
};

/// How the response reaches the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ResponseMode {
    Query,
    FormPost,
}

impl ResponseMode {
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "query" => Some(Self::Query),
            "form_post" => Some(Self::FormPost),
            _ => None,
        }
    }
}

/// A code for what the person allowed.
pub(super) fn grant(visit: &mut Visit, request: &AuthorizationRequest, session: Session) -> Answer {
    let code = visit.random_text();
    let record =
        Code { request: request.clone(), session, used_for: None, expires_at: visit.now + CODE_LIFETIME };
    visit.state.codes.insert(Fingerprint::of(&code), record);
    send(visit, &request.reply, &[("code", &code)])
}

pub(super) fn refuse(visit: &Visit, reply: &Reply, error: OAuthError) -> Answer {
    send(visit, reply, &[("error", error.error), ("error_description", &error.description)])
}

fn send(visit: &Visit, reply: &Reply, parameters: &[(&str, &str)]) -> Answer {
    let mut parameters = parameters.to_vec();
    if let Some(state) = &reply.state {
        parameters.push(("state", state));
    }
    parameters.push(("iss", visit.issuer));
    match reply.mode {
        ResponseMode::Query => {
            let mut location = reply.redirect.clone();
            location.query_pairs_mut().extend_pairs(parameters);
            Answer::redirect(location.as_str())
        }
        ResponseMode::FormPost => {
            Answer::page(StatusCode::OK, &pages::form_post(&reply.redirect, &parameters))
        }
    }
}
