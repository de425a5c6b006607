//! How a command ends: one exit code, one way to say what went wrong.

use std::process::ExitCode;

use gatepass_app::dto::ErrorView;
use gatepass_app::oauth::{Code, Failure};
use gatepass_app::token_report::failure_report;

use crate::terminal;

/// The exit codes are a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Done; all passed.
    Done,
    /// A request or test failed.
    Failed,
    /// Wrong usage or unreadable input.
    Usage,
    /// A token, the key store or the provider stood in the way.
    Token,
}

impl From<Ending> for ExitCode {
    fn from(ending: Ending) -> Self {
        ExitCode::from(match ending {
            Ending::Done => 0,
            Ending::Failed => 1,
            Ending::Usage => 2,
            Ending::Token => 3,
        })
    }
}

/// Why a command stopped.
pub struct Stop {
    pub ending: Ending,
    pub failure: Failure,
}

impl Stop {
    /// Wrong usage or unreadable input: exit 2.
    pub fn usage(message: impl Into<String>, cause: impl Into<String>, next_step: impl Into<String>) -> Self {
        Self { ending: Ending::Usage, failure: Failure::new(Code::Usage, message, cause, next_step) }
    }

    /// A request failed: exit 1.
    pub fn request(failure: Failure) -> Self {
        Self { ending: Ending::Failed, failure }
    }

    /// Says it: on stderr for a person, on stdout as one JSON document for a program.
    pub fn report(&self, json: bool) -> Ending {
        if json {
            terminal::document(&failure_report(&self.failure));
        } else {
            tell!("{}", terminal::inert(&format!("error: {}", self.failure.message)));
            tell!("{}", terminal::inert(&format!("why: {}", self.failure.cause)));
            tell!("{}", terminal::inert(&format!("what to do: {}", self.failure.next_step)));
        }
        self.ending
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        let ending = if failure.code == Code::Usage { Ending::Usage } else { Ending::Token };
        Self { ending, failure }
    }
}

impl From<ErrorView> for Stop {
    fn from(error: ErrorView) -> Self {
        let code = serde_json::from_value(serde_json::Value::String(error.code.clone()));
        let mut failure =
            Failure::new(code.unwrap_or(Code::Usage), error.message, error.cause, error.next_step);
        failure.oauth_error = error.oauth_error;
        Stop::from(failure)
    }
}
