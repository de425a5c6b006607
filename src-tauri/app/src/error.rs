//! From the failures of the lower rooms to the one shape that shells show.

use gatepass_core::ports::{SendFailure, SendFailureKind};
use gatepass_oauth::token_set::{Check, CheckResult};
use gatepass_oauth::transcript::{FlowStep, RedactedExchange, StepResult};
use gatepass_oauth::{Code, Failure};
use gatepass_storage::{OpenFailure, StorageFailure};

use crate::dto::{CheckView, ErrorView, FixView, FlowExchangeView, FlowStepView};

impl ErrorView {
    /// What happened, why, and what to do, under a stable name.
    pub fn plain(
        code: &str,
        message: impl Into<String>,
        cause: impl Into<String>,
        next_step: impl Into<String>,
    ) -> Self {
        Self {
            code: code.to_owned(),
            oauth_error: None,
            message: message.into(),
            cause: cause.into(),
            next_step: next_step.into(),
            fix: None,
            flow: Vec::new(),
            checks: Vec::new(),
        }
    }
}

impl From<Failure> for ErrorView {
    fn from(failure: Failure) -> Self {
        Self {
            code: failure.code.as_str().to_owned(),
            oauth_error: failure.oauth_error,
            message: failure.message,
            cause: failure.cause,
            next_step: failure.next_step,
            fix: failure.fix.map(|fix| FixView { label: fix.label, setting: fix.setting, value: fix.value }),
            flow: failure.flow.iter().map(FlowStepView::from).collect(),
            checks: failure.id_token_checks.iter().map(CheckView::from).collect(),
        }
    }
}

impl From<SendFailure> for ErrorView {
    fn from(failure: SendFailure) -> Self {
        let code = match failure.kind {
            SendFailureKind::Tls => "tls",
            SendFailureKind::Timeout => "timeout",
            SendFailureKind::Invalid => "invalid_request",
            SendFailureKind::Limit => "limit",
            SendFailureKind::Cancelled => "cancelled",
            SendFailureKind::Dns | SendFailureKind::Connect | SendFailureKind::Broken => "network",
        };
        Self::plain(code, failure.message, failure.cause, failure.next_step)
    }
}

impl From<StorageFailure> for ErrorView {
    fn from(failure: StorageFailure) -> Self {
        Self::plain("storage", failure.to_string(), failure.cause(), failure.next_step())
    }
}

impl From<OpenFailure> for ErrorView {
    fn from(failure: OpenFailure) -> Self {
        Self::plain("storage", failure.to_string(), failure.cause(), failure.next_step())
    }
}

/// A storage failure where the engine's shape is asked for.
pub(crate) fn storage_failure(failure: StorageFailure) -> Failure {
    Failure::new(Code::Storage, failure.to_string(), failure.cause(), failure.next_step())
}

impl From<&FlowStep> for FlowStepView {
    fn from(step: &FlowStep) -> Self {
        Self {
            step: name_of(&step.step),
            result: match step.result {
                StepResult::Ok => "ok",
                StepResult::Failed => "failed",
                StepResult::Retried => "retried",
            }
            .to_owned(),
            ms: step.ms,
            detail: step.detail.clone(),
            at: step.at,
            exchange: step.exchange.as_ref().map(FlowExchangeView::from),
        }
    }
}

impl From<&RedactedExchange> for FlowExchangeView {
    fn from(exchange: &RedactedExchange) -> Self {
        Self {
            method: exchange.method.clone(),
            url: exchange.url.clone(),
            request_headers: exchange.request_headers.clone(),
            request_body: exchange.request_body.clone(),
            status: exchange.status,
            response_headers: exchange.response_headers.clone(),
            response_body: exchange.response_body.clone(),
        }
    }
}

impl From<&Check> for CheckView {
    fn from(check: &Check) -> Self {
        Self {
            check: check.check.clone(),
            result: match check.result {
                CheckResult::Pass => "pass",
                CheckResult::Fail => "fail",
                CheckResult::Skipped => "skipped",
            }
            .to_owned(),
            detail: check.detail.clone(),
        }
    }
}

/// The name under which an enum without fields stands in JSON.
pub(crate) fn name_of(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}
