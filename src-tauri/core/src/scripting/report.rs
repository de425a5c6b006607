//! What scripts give back.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{ScriptRequest, VariableChange};
use crate::workspace::ScriptEvent;

/// What the scripts of one request did. In a verdict it covers both events, secrets blanked where it is text.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ScriptReport {
    /// What `pm.test` and `tests[…]` said, in order.
    pub assertions: Vec<Assertion>,
    pub console: Vec<ConsoleLine>,
    /// What went wrong in a script outside of its assertions, each named precisely.
    pub errors: Vec<ScriptError>,
    /// In the order in which they were made. Values are not blanked: they are what the variables now are.
    pub changes: Vec<VariableChange>,
    /// What is to be sent after this request, in a run.
    pub next_request: NextRequest,
    /// `pm.execution.skipRequest()`: the request is not to be sent.
    pub skip_request: bool,
    pub visualization: Option<Visualization>,
    /// The request as the scripts left it; `None` if they did not touch it.
    pub request: Option<Box<ScriptRequest>>,
    /// How many scripts were there that did not run, because they are not trusted or were switched off.
    pub held_back: usize,
}

/// One assertion.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Assertion {
    pub name: String,
    pub passed: bool,
    pub skipped: bool,
    /// Why it did not pass.
    #[serde(default)]
    pub error: Option<AssertionError>,
    /// The script it stands in: “test script of Photos API”.
    pub script: String,
    pub event: ScriptEvent,
    /// Counts from 0 within the script.
    pub index: usize,
}

/// Why an assertion did not pass.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AssertionError {
    /// `AssertionError`, or the name of whatever was thrown.
    pub name: String,
    pub message: String,
    pub stack: String,
    /// Where in the script, counted from 1.
    pub line: Option<u32>,
    pub column: Option<u32>,
}

/// A line of the console.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConsoleLine {
    pub level: ConsoleLevel,
    /// The arguments as text, with spaces between.
    pub text: String,
    pub script: String,
    pub event: ScriptEvent,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ConsoleLevel {
    Debug,
    Log,
    Info,
    Warn,
    Error,
}

/// A script that did not come to its end, or left something behind that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScriptError {
    pub kind: ScriptErrorKind,
    /// `TypeError`; empty for what was not an error object, and for limits.
    pub name: String,
    pub message: String,
    pub script: String,
    pub event: ScriptEvent,
    /// Where in the script, counted from 1; `None` where the engine cannot tell.
    #[serde(default)]
    pub line: Option<u32>,
    #[serde(default)]
    pub column: Option<u32>,
    #[serde(default)]
    pub stack: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScriptErrorKind {
    /// It is no JavaScript.
    Syntax,
    /// It threw, or left a rejected promise behind.
    Thrown,
    /// It ran longer than it may.
    Deadline,
    /// It asked for more memory than it may have.
    Memory,
    /// It waits for something that can never come.
    Stuck,
    /// The process that ran it ended before its time.
    Lost,
}

/// What a run does after a request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "go", content = "to", rename_all = "lowercase")]
pub enum NextRequest {
    /// Whatever stands behind it.
    #[default]
    InOrder,
    /// `pm.execution.setNextRequest(name)`: a request of the run by its name or id.
    Named(String),
    /// `pm.execution.setNextRequest(null)`: this iteration ends.
    End,
}

/// `pm.visualizer.set`: a Handlebars template and what it is filled with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Visualization {
    pub template: String,
    #[serde(default)]
    pub data: Value,
    #[serde(default)]
    pub options: Value,
}

impl fmt::Display for ScriptError {
    /// What happened, without the place.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name.as_str() {
            "" => write!(formatter, "{}", self.message),
            name => write!(formatter, "{name}: {}", self.message),
        }
    }
}

impl ScriptError {
    /// The script, and the line and column in it as far as they are known: `test script of List:3:14`.
    pub fn place(&self) -> String {
        let number = |number: Option<u32>| number.map(|number| format!(":{number}")).unwrap_or_default();
        format!("{}{}{}", self.script, number(self.line), number(self.column))
    }
}

impl ScriptReport {
    /// Whether no assertion and no script failed.
    pub fn passed(&self) -> bool {
        self.errors.is_empty() && self.assertions.iter().all(|assertion| assertion.passed)
    }

    /// Takes over what later scripts did.
    pub fn absorb(&mut self, later: ScriptReport) {
        self.assertions.extend(later.assertions);
        self.console.extend(later.console);
        self.errors.extend(later.errors);
        self.changes.extend(later.changes);
        if later.next_request != NextRequest::InOrder {
            self.next_request = later.next_request;
        }
        self.skip_request |= later.skip_request;
        self.visualization = later.visualization.or(self.visualization.take());
        self.request = later.request.or(self.request.take());
        self.held_back += later.held_back;
    }

    /// Puts every text for people through `blank`.
    pub fn blank_texts(&mut self, blank: impl Fn(&str) -> String) {
        for assertion in &mut self.assertions {
            assertion.name = blank(&assertion.name);
            if let Some(error) = &mut assertion.error {
                error.message = blank(&error.message);
                error.stack = blank(&error.stack);
            }
        }
        for line in &mut self.console {
            line.text = blank(&line.text);
        }
        for error in &mut self.errors {
            error.message = blank(&error.message);
            error.stack = blank(&error.stack);
        }
    }
}
