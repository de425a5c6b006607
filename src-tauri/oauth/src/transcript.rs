//! What crossed the wire, redacted: the data of the flow log.

mod redaction;

use serde::{Deserialize, Serialize};

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

/// One step of a flow as it is shown: nothing in it is a secret.
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
