//! Errors in plain words: what happened, why most likely, what to do, and, where one setting would help, the fix
//! as one click. Pure: from what the provider said, what was sent, and what is known of the provider.
//!
//! What a provider says is text from outside. It is shown as such ("The provider says: …"), in one line, bounded,
//! and without anything that could steer a terminal.

use crate::authorization_server::AuthorizationServer;
use crate::client_authentication::chosen_method;
use crate::config::{AuthConfig, ClientAuthentication};
use crate::error_code::{self, BasicErrorCode as Basic, ErrorCode};
use crate::failure::{Code, Failure, Fix};
use crate::transcript::{Blanks, Step};

mod client;
mod entra;
mod id_token;
mod local;
mod refused_grant;
mod request;
mod sign_in;
mod transport;

pub use id_token::{id_token, issuer_mismatch, missing_id_token};
pub use local::login_timed_out;
pub use transport::unreachable;

/// An error as a provider reports it (RFC 6749 §4.1.2.1, §5.2), from any endpoint.
#[derive(Debug, Clone, Copy, Default)]
pub struct ProviderError<'a> {
    pub error: &'a str,
    pub description: Option<&'a str>,
    pub uri: Option<&'a str>,
    /// The HTTP status, where it came in an HTTP answer.
    pub status: Option<u16>,
    /// Seconds of `Retry-After`.
    pub retry_after: Option<u64>,
}

/// What was done, by whom, and what is known of the other side.
#[derive(Clone, Copy)]
pub struct Situation<'a> {
    pub step: Step,
    pub config: &'a AuthConfig,
    pub server: Option<&'a AuthorizationServer>,
    /// The redirect URI as it was sent, with its real port.
    pub redirect_uri: Option<&'a str>,
    /// By how many seconds this computer's clock is ahead of the provider's (negative: behind), where that is known.
    pub clock_ahead: Option<i64>,
}

/// What becomes of a failure: its parts without what the provider said.
struct Explanation {
    code: Code,
    message: String,
    cause: String,
    next_step: String,
    fix: Option<Fix>,
}

/// Explains an error that a provider reported.
pub fn provider_error(error: &ProviderError<'_>, situation: &Situation<'_>) -> Failure {
    let blanks = Blanks::of(situation.config);
    let shown = |text: &str, limit: usize| blanks.line(text, limit);
    let name = shown(error.error, 80);
    let description = error.description.map(|text| shown(text, 500)).unwrap_or_default();
    let code = error_code::parse(&name);
    let report = Report { name: &name, code, description: &description, error, situation };
    let explanation = report.explain();
    let mut cause = explanation.cause;
    if !description.is_empty() {
        cause.push_str(&format!(" The provider says: “{description}”"));
    }
    if let Some(uri) = error.uri {
        cause.push_str(&format!(" It points to {}.", shown(uri, 200)));
    }
    let failure = Failure::new(explanation.code, explanation.message, cause, explanation.next_step);
    Failure { fix: explanation.fix, ..failure.with_oauth_error(name) }
}

impl<'a> Situation<'a> {
    /// A step of this config's flow, with nothing known about redirect and clock.
    pub fn of(step: Step, config: &'a AuthConfig, server: Option<&'a AuthorizationServer>) -> Self {
        Self { step, config, server, redirect_uri: None, clock_ahead: None }
    }

    /// What the provider's metadata lists under this name.
    fn supported(&self, name: &str) -> Option<Vec<&'a str>> {
        self.server?.supported(name)
    }

    /// How the client authenticated.
    fn method(&self) -> ClientAuthentication {
        let methods = self.supported("token_endpoint_auth_methods_supported");
        chosen_method(self.config, methods.as_deref())
    }

    /// The redirect URI that was sent, or that is configured.
    fn redirect(&self) -> &'a str {
        self.redirect_uri.unwrap_or(&self.config.redirect_uri)
    }

    /// A sentence about a clock that is more than a minute off.
    fn clock_note(&self) -> Option<String> {
        let ahead = self.clock_ahead.filter(|seconds| seconds.abs() > 60)?;
        let direction = if ahead > 0 { "ahead of" } else { "behind" };
        Some(format!("This computer’s clock is {} {direction} the provider’s.", span(ahead.unsigned_abs())))
    }
}

/// An error on its way to an explanation.
struct Report<'a> {
    /// Inert.
    name: &'a str,
    code: ErrorCode,
    /// Inert, empty if there is none.
    description: &'a str,
    error: &'a ProviderError<'a>,
    situation: &'a Situation<'a>,
}

impl Report<'_> {
    /// From the particular to the general.
    fn explain(&self) -> Explanation {
        entra::explain(self)
            .or_else(|| request::explain_by_description(self))
            .unwrap_or_else(|| self.explain_code())
    }

    /// Every standard code has an explanation.
    fn explain_code(&self) -> Explanation {
        match &self.code {
            ErrorCode::Basic(Basic::InvalidClient) => client::invalid_client(self),
            ErrorCode::Basic(Basic::UnauthorizedClient) => client::unauthorized_client(self),
            ErrorCode::AccessDenied => sign_in::access_denied(self),
            ErrorCode::ExpiredToken => sign_in::expired_token(),
            ErrorCode::SlowDown => sign_in::unavailable(self),
            ErrorCode::Basic(Basic::Extension(name)) => self.explain_extension(name),
            // With this status the others are about how often was asked, not about what.
            _ if self.is_rate_limited() => sign_in::unavailable(self),
            ErrorCode::AuthorizationPending => sign_in::authorization_pending(),
            ErrorCode::Basic(Basic::InvalidGrant) => refused_grant::invalid_grant(self),
            ErrorCode::Basic(Basic::InvalidScope) => request::invalid_scope(self),
            ErrorCode::Basic(Basic::UnsupportedGrantType) => request::unsupported_grant_type(self),
            ErrorCode::Basic(Basic::InvalidRequest) => request::invalid_request(),
        }
    }

    fn explain_extension(&self, name: &str) -> Explanation {
        client::explain_extension(name)
            .or_else(|| sign_in::explain_extension(self, name))
            .or_else(|| self.is_rate_limited().then(|| sign_in::unavailable(self)))
            .or_else(|| request::explain_extension(self, name))
            .unwrap_or_else(|| self.unknown())
    }

    fn is_rate_limited(&self) -> bool {
        self.error.status == Some(429)
    }

    fn unknown(&self) -> Explanation {
        Explanation::new(
            format!("The provider answered “{}”", self.name),
            "The error has no standard meaning here.",
            "Look at the step in the flow log for the raw answer, and the name up in the provider’s documentation.",
        )
    }

    fn config(&self) -> &AuthConfig {
        self.situation.config
    }

    /// Whether the description mentions one of these, whatever its case.
    fn mentions(&self, words: &[&str]) -> bool {
        let description = self.description.to_lowercase();
        words.iter().any(|word| description.contains(word))
    }
}

impl Explanation {
    fn new(message: impl Into<String>, cause: impl Into<String>, next_step: impl Into<String>) -> Self {
        Self {
            code: Code::ProviderError,
            message: message.into(),
            cause: cause.into(),
            next_step: next_step.into(),
            fix: None,
        }
    }

    fn coded(mut self, code: Code) -> Self {
        self.code = code;
        self
    }

    fn fix(mut self, label: &str, setting: &str, value: impl Into<serde_json::Value>) -> Self {
        self.fix = Some(Fix { label: label.to_owned(), setting: setting.to_owned(), value: value.into() });
        self
    }
}

/// A span of time in words.
fn span(seconds: u64) -> String {
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7199 => format!("{} min", seconds / 60),
        7200..=172_799 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests;
