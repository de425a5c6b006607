//! OAuth error answers (RFC 6749 §5.2 and what other standards add to its list).

use aws_lc_rs::error::Unspecified;
use http::{StatusCode, header};
use serde_json::json;

use crate::answer::Answer;

/// An error for a client: which one of the registered codes, and why, for a person.
#[derive(Debug)]
pub(crate) struct OAuthError {
    pub status: StatusCode,
    pub error: &'static str,
    pub description: String,
    /// The `WWW-Authenticate` header, when there is one.
    pub challenge: Option<String>,
}

impl OAuthError {
    pub fn new(error: &'static str, description: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, error, description: description.into(), challenge: None }
    }

    pub fn invalid_request(description: impl Into<String>) -> Self {
        Self::new("invalid_request", description)
    }

    pub fn invalid_grant(description: impl Into<String>) -> Self {
        Self::new("invalid_grant", description)
    }

    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    pub fn with_challenge(mut self, challenge: String) -> Self {
        self.challenge = Some(challenge);
        self
    }
}

/// Signing failed, which a healthy machine does not do.
impl From<Unspecified> for OAuthError {
    fn from(_: Unspecified) -> Self {
        Self::new("server_error", "The playground could not sign the token. Restart it.")
            .with_status(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl From<OAuthError> for Answer {
    fn from(error: OAuthError) -> Self {
        let body = json!({"error": error.error, "error_description": error.description});
        let answer = Answer::json(error.status, &body);
        match error.challenge {
            Some(challenge) => answer.with(header::WWW_AUTHENTICATE, &challenge),
            None => answer,
        }
    }
}
