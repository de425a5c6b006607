//! How a request ended, and the journal that the steps keep on the way there.

use std::sync::{Arc, Mutex, PoisonError};

use gatepass_oauth::config::UseToken;
use gatepass_oauth::keeper::{HeldBack, UsableToken};
use gatepass_oauth::ports::FlowObserver;
use gatepass_oauth::transcript::FlowStep;
use gatepass_oauth::{Failure, Secret};

use super::inherit::AuthOrigin;
use super::live::LiveVariables;
use crate::exchange::{CredentialPlaces, Exchange, ShownHop, ShownRequest};
use crate::ports::SendFailure;
use crate::redaction::Redaction;
use crate::scripting::ScriptReport;
use crate::template::{Findings, Problem};
use crate::workspace::AuthKind;

/// How a request ended.
pub struct Verdict {
    pub outcome: Outcome,
    /// What was done for authorization; `None` if it did not get that far.
    pub auth: Option<AuthReport>,
    /// What a person should know, in the order in which it came up.
    pub warnings: Vec<Warning>,
    /// The steps of the token flow that this send caused, if any.
    pub flow: Vec<FlowStep>,
    /// The request as it left, secrets blanked; `None` if it did not leave.
    pub request: Option<ShownRequest>,
    /// Earlier hops, oldest first, secrets blanked.
    pub redirects: Vec<ShownHop>,
    /// What its scripts did, before and after.
    pub scripts: ScriptReport,
    /// The variables as its scripts left them, for the next request of a run; `None` if they changed none.
    pub variables: Option<LiveVariables>,
    /// What is blanked in everything that is shown or kept of it.
    pub(super) secrets: Vec<Secret>,
}

/// The end itself.
pub enum Outcome {
    Answered(Box<Exchange>),
    /// Not sent, for want of a token.
    HeldBack(HeldBack),
    /// Not sent, because a pre-request script said so.
    Skipped,
    Failed(Trouble),
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Trouble {
    /// The request itself, or the way to the API.
    #[error("{0}")]
    Send(SendFailure),
    /// The authorization: config, token store, or a kind that is not supported.
    #[error("{0}")]
    Auth(Failure),
}

/// What was done for authorization.
#[derive(Debug, Clone, PartialEq)]
pub struct AuthReport {
    pub kind: AuthKind,
    pub origin: AuthOrigin,
    /// The name of the token set that was used.
    pub token_name: Option<String>,
    pub use_token: Option<UseToken>,
    /// The token was renewed or obtained for this send.
    pub refreshed: bool,
    /// The API refused the first token with 401, and the request was sent again with a renewed one.
    pub renewed_after_401: bool,
    /// The API refused the token with 401, and this is why there is no other one.
    pub renewal_failure: Option<Failure>,
    /// What was attached, blanked: `Authorization: Bearer eyJ…x3Q`.
    pub preview: Option<String>,
}

/// Something a person should know. It did not keep the request from being sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    pub message: String,
    /// A variable that was not replaced, where that is the matter.
    pub variable: Option<Problem>,
    /// False for mere news.
    pub grave: bool,
}

impl Warning {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), variable: None, grave: true }
    }

    pub(super) fn note(message: impl Into<String>) -> Self {
        Self { grave: false, ..Self::new(message) }
    }
}

impl From<Problem> for Warning {
    fn from(problem: Problem) -> Self {
        Self { message: problem.to_string(), variable: Some(problem), grave: true }
    }
}

impl AuthReport {
    pub(super) fn new(kind: AuthKind, origin: AuthOrigin) -> Self {
        Self {
            kind,
            origin,
            token_name: None,
            use_token: None,
            refreshed: false,
            renewed_after_401: false,
            renewal_failure: None,
            preview: None,
        }
    }
}

impl Verdict {
    /// A text of this exchange, such as the answer's body, without the secrets that the request was made with.
    pub fn blank(&self, text: &str) -> String {
        Redaction::of(&self.secrets, &CredentialPlaces::default()).text(text)
    }

    /// The header fields of the answer as they may be kept: values of cookies and of what else carries credentials
    /// blanked.
    pub fn blank_headers(&self, headers: &[(String, String)]) -> Vec<(String, String)> {
        Redaction::of(&self.secrets, &CredentialPlaces::default()).headers(headers)
    }

    /// The exchange, if there was one.
    pub fn exchange(&self) -> Option<&Exchange> {
        match &self.outcome {
            Outcome::Answered(exchange) => Some(exchange),
            Outcome::HeldBack(_) | Outcome::Skipped | Outcome::Failed(_) => None,
        }
    }

    /// Why there was none, in one sentence; `None` for a request that was to be skipped, too.
    pub fn failure(&self) -> Option<String> {
        match &self.outcome {
            Outcome::Answered(_) | Outcome::Skipped => None,
            Outcome::HeldBack(held) => Some(held.message.clone()),
            Outcome::Failed(trouble) => Some(trouble.to_string()),
        }
    }
}

/// Why the steps ended before the request left.
pub(super) enum Stopped {
    HeldBack(HeldBack),
    Skipped,
    Trouble(Trouble),
}

impl From<HeldBack> for Stopped {
    fn from(held: HeldBack) -> Self {
        Stopped::HeldBack(held)
    }
}

impl From<Failure> for Stopped {
    fn from(failure: Failure) -> Self {
        Stopped::Trouble(Trouble::Auth(failure))
    }
}

impl From<SendFailure> for Stopped {
    fn from(failure: SendFailure) -> Self {
        Stopped::Trouble(Trouble::Send(failure))
    }
}

/// What the steps write down for the verdict.
pub(super) struct Journal {
    pub(super) auth: Option<AuthReport>,
    pub(super) scripts: ScriptReport,
    pub(super) variables: Option<LiveVariables>,
    warnings: Vec<Warning>,
    secrets: Vec<Secret>,
    flow: Arc<Overheard>,
}

impl Journal {
    pub(super) fn new(observer: Arc<dyn FlowObserver>) -> Self {
        let flow = Arc::new(Overheard { steps: Mutex::default(), onward: observer });
        Self {
            auth: None,
            scripts: ScriptReport::default(),
            variables: None,
            warnings: Vec::new(),
            secrets: Vec::new(),
            flow,
        }
    }

    /// Hears the steps of token flows, and passes them on.
    pub(super) fn observer(&self) -> Arc<dyn FlowObserver> {
        Arc::clone(&self.flow) as Arc<dyn FlowObserver>
    }

    pub(super) fn warn(&mut self, warning: Warning) {
        self.warnings.push(warning);
    }

    /// Takes over what a resolver saw.
    pub(super) fn found(&mut self, findings: Findings) {
        self.warnings.extend(findings.problems.into_iter().map(Warning::from));
        self.secrets.extend(findings.secrets);
    }

    /// From now on `value` is blanked.
    pub(super) fn keep_secret(&mut self, value: &str) {
        if !value.is_empty() {
            self.secrets.push(Secret::from(value));
        }
    }

    /// What was warned of so far.
    pub(super) fn warnings(&self) -> impl Iterator<Item = &str> {
        self.warnings.iter().map(|warning| warning.message.as_str())
    }

    pub(super) fn secrets(&self) -> &[Secret] {
        &self.secrets
    }

    pub(super) fn token_placed(&mut self, token: &UsableToken) {
        self.secrets.push(token.token().clone());
        if let Some(report) = &mut self.auth {
            report.token_name = Some(token.token_name().to_owned());
            report.use_token = Some(token.kind());
            report.refreshed = report.refreshed || token.refreshed();
            report.preview = Some(token.preview());
        }
    }

    pub(super) fn token_renewed_after_401(&mut self, token: &UsableToken) {
        self.token_placed(token);
        if let Some(report) = &mut self.auth {
            report.refreshed = true;
            report.renewed_after_401 = true;
        }
    }

    pub(super) fn renewal_failed(&mut self, failure: Failure) {
        self.warn(Warning::new(format!(
            "The API refused the token with 401, and it could not be renewed: {failure}"
        )));
        if let Some(report) = &mut self.auth {
            report.renewal_failure = Some(failure);
        }
    }

    /// The verdict on a request that did not leave.
    pub(super) fn conclude(self, stopped: Stopped) -> Verdict {
        let outcome = match stopped {
            Stopped::HeldBack(held) => Outcome::HeldBack(held),
            Stopped::Skipped => Outcome::Skipped,
            Stopped::Trouble(trouble) => Outcome::Failed(trouble),
        };
        self.into_verdict(outcome, None)
    }

    pub(super) fn into_verdict(self, outcome: Outcome, request: Option<ShownRequest>) -> Verdict {
        let flow = std::mem::take(&mut *self.flow.steps.lock().unwrap_or_else(PoisonError::into_inner));
        Verdict {
            outcome,
            auth: self.auth,
            warnings: self.warnings,
            flow,
            request,
            redirects: Vec::new(),
            scripts: self.scripts,
            variables: self.variables,
            secrets: self.secrets,
        }
    }
}

/// Remembers the steps of a flow and passes them on.
struct Overheard {
    steps: Mutex<Vec<FlowStep>>,
    onward: Arc<dyn FlowObserver>,
}

impl FlowObserver for Overheard {
    fn step(&self, step: &FlowStep) {
        self.steps.lock().unwrap_or_else(PoisonError::into_inner).push(step.clone());
        self.onward.step(step);
    }
}
