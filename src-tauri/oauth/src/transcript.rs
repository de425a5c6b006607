//! What crossed the wire, redacted: the data of the flow log.

mod redaction;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::secret::Secret;

pub use redaction::{BLANK, Blanks};

/// The steps of a flow, named the same in the window, in JSON and in tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    Discovery,
    Registration,
    PushedAuthorization,
    Authorization,
    DeviceAuthorization,
    BackchannelAuthentication,
    Callback,
    Token,
    Refresh,
    Jwks,
    IdToken,
    Userinfo,
    Introspection,
    Revocation,
    EndSession,
    Store,
}

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepResult {
    Ok,
    Failed,
    Retried,
}

/// One step of a flow as it is shown: nothing that can be printed or serialised of it is a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowStep {
    /// Which step.
    pub step: Step,
    /// How it ended.
    pub result: StepResult,
    /// How long it took, in milliseconds.
    pub ms: u64,
    /// One line for a person.
    pub detail: String,
    /// When it began, in milliseconds since 1970.
    #[serde(default)]
    pub at: i64,
    /// The request that was sent and its answer, secrets blanked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange: Option<RedactedExchange>,
    /// The request with its secrets, for a person who copies it with them on purpose. Never printed or serialised.
    #[serde(skip)]
    pub sent: Option<SentRequest>,
}

/// A request as it left, credentials included.
#[derive(Clone, PartialEq, Eq)]
pub struct SentRequest {
    pub method: String,
    pub url: Secret,
    pub headers: Vec<(String, Secret)>,
    /// A form or JSON: requests of a flow have no other bodies.
    pub body: Secret,
}

impl SentRequest {
    /// A copy of a request that is about to leave.
    pub fn of(request: &http::Request<Vec<u8>>) -> Self {
        let headers = request
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), Secret::new(String::from_utf8_lossy(value.as_bytes()))));
        Self {
            method: request.method().to_string(),
            url: Secret::new(request.uri().to_string()),
            headers: headers.collect(),
            body: Secret::new(String::from_utf8_lossy(request.body())),
        }
    }
}

impl fmt::Debug for SentRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SentRequest").field("method", &self.method).finish_non_exhaustive()
    }
}

/// A request and its answer with every secret blanked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RedactedExchange {
    pub method: String,
    pub url: String,
    pub request_headers: Vec<(String, String)>,
    pub request_body: String,
    /// 0 when no answer came.
    pub status: u16,
    pub response_headers: Vec<(String, String)>,
    pub response_body: String,
}
