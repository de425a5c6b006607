//! What went wrong, told to a person: what happened, why most likely, and what to do.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error_code::{self, ErrorCode};
use crate::token_set::Check;
use crate::transcript::FlowStep;

/// The stable names under which failures are known to scripts, tests and the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The ID token did not pass its checks (OpenID Connect Core §3.1.3.7).
    IdTokenInvalid,
    /// The provider answered with an OAuth error object (RFC 6749 §5.2, §4.1.2.1).
    ProviderError,
    /// The provider's answer could not be understood: HTML, cut off, too long, or not a token response.
    InvalidResponse,
    /// The authorization response carried another state than ours, or none.
    StateMismatch,
    /// The issuer in an answer is not the one asked (RFC 8414 §3.3, RFC 9207 §2.4).
    IssuerMismatch,
    /// The person, or the provider for them, said no.
    AccessDenied,
    /// Nobody answered in the time allowed.
    Timeout,
    /// The other side could not be reached, or the connection broke.
    Network,
    /// No trust could be established: unknown CA, wrong name, expired certificate, handshake refused.
    Tls,
    /// The port of the redirect URI is taken by another program.
    PortInUse,
    /// Asked for something that this build or this provider does not do.
    Unsupported,
    /// The auth config cannot work as it stands.
    Configuration,
    /// The person cancelled.
    Cancelled,
    /// No token can be had without a person signing in.
    SignInNeeded,
    /// The key that protects stored secrets is not available.
    KeyStore,
    /// The database or the lock beside it stood in the way.
    Storage,
    /// The command was used wrongly.
    Usage,
}

impl Code {
    /// The name as it stands in JSON, for example `port_in_use`.
    pub fn as_str(self) -> &'static str {
        match self {
            Code::IdTokenInvalid => "id_token_invalid",
            Code::ProviderError => "provider_error",
            Code::InvalidResponse => "invalid_response",
            Code::StateMismatch => "state_mismatch",
            Code::IssuerMismatch => "issuer_mismatch",
            Code::AccessDenied => "access_denied",
            Code::Timeout => "timeout",
            Code::Network => "network",
            Code::Tls => "tls",
            Code::PortInUse => "port_in_use",
            Code::Unsupported => "unsupported",
            Code::Configuration => "configuration",
            Code::Cancelled => "cancelled",
            Code::SignInNeeded => "sign_in_needed",
            Code::KeyStore => "key_store",
            Code::Storage => "storage",
            Code::Usage => "usage",
        }
    }
}

/// A failure with everything a person needs: it never holds a secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// The stable name.
    pub code: Code,
    /// The provider's own `error` value, where it sent one (for example `invalid_grant`).
    pub oauth_error: Option<String>,
    /// What happened, in one sentence.
    pub message: String,
    /// Why, most likely, with the values compared.
    pub cause: String,
    /// What to do about it.
    pub next_step: String,
    /// The steps that were taken until it failed.
    #[serde(default)]
    pub flow: Vec<FlowStep>,
    /// The verdict on the ID token, where there was one.
    #[serde(default)]
    pub id_token_checks: Vec<Check>,
    /// A change to the auth config that would most likely help, offered as one click.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<Fix>,
}

/// A change of one setting that a person can accept with one click.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fix {
    /// What the button says, for example "Send an Origin header".
    pub label: String,
    /// The key of the auth config to set.
    pub setting: String,
    /// Its new value.
    pub value: Value,
}

impl Failure {
    /// A failure that says what happened, why, and what to do.
    pub fn new(
        code: Code,
        message: impl Into<String>,
        cause: impl Into<String>,
        next_step: impl Into<String>,
    ) -> Self {
        Self {
            code,
            oauth_error: None,
            message: message.into(),
            cause: cause.into(),
            next_step: next_step.into(),
            flow: Vec::new(),
            id_token_checks: Vec::new(),
            fix: None,
        }
    }

    /// The same, with the provider's own error name.
    pub fn with_oauth_error(mut self, error: impl Into<String>) -> Self {
        self.oauth_error = Some(error.into());
        self
    }

    /// The same, with a setting that would most likely help.
    pub fn with_fix(mut self, label: impl Into<String>, setting: impl Into<String>, value: Value) -> Self {
        self.fix = Some(Fix { label: label.into(), setting: setting.into(), value });
        self
    }

    /// The provider's own error, by its standard code.
    pub fn error_code(&self) -> Option<ErrorCode> {
        self.oauth_error.as_deref().map(error_code::parse)
    }

    /// Whether the provider's own error is this one: a code of [`crate::error_code`], or the name of another.
    pub fn reports(&self, code: impl AsRef<str>) -> bool {
        self.oauth_error.as_deref() == Some(code.as_ref())
    }

    /// Whether trying the same again later may work: the token set in store is then kept in use.
    pub fn is_passing(&self) -> bool {
        // A code that has expired at the provider stays expired, unlike an answer that took too long.
        if self.reports(ErrorCode::ExpiredToken) {
            return false;
        }
        matches!(self.code, Code::Network | Code::Timeout | Code::Tls | Code::InvalidResponse | Code::Storage)
            || self.reports("temporarily_unavailable")
            || self.reports(ErrorCode::SlowDown)
    }
}
