//! Scripts: what there is to trust, and what they said.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The scripts of a collection, for a person to look at before they trust them.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CollectionScripts {
    /// Whether all of them may run.
    pub trusted: bool,
    pub scripts: Vec<ScriptView>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ScriptView {
    /// The collection, folder or request that it stands on.
    pub node: String,
    pub name: String,
    /// `prerequest` or `test`.
    pub event: String,
    pub source: String,
    pub trusted: bool,
}

/// What the scripts of a request said, secrets blanked.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ScriptReportView {
    pub assertions: Vec<AssertionView>,
    pub console: Vec<ConsoleLineView>,
    pub errors: Vec<ScriptErrorView>,
    /// How many scripts did not run, because nobody has said that they may.
    pub held_back: usize,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AssertionView {
    pub name: String,
    pub passed: bool,
    pub skipped: bool,
    /// Why it did not pass.
    pub message: Option<String>,
    /// “test script of Photos API”.
    pub script: String,
    pub line: Option<u32>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ConsoleLineView {
    /// `debug`, `log`, `info`, `warn` or `error`.
    pub level: String,
    pub text: String,
    pub script: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ScriptErrorView {
    /// `syntax`, `thrown`, `deadline`, `memory`, `stuck` or `lost`.
    pub kind: String,
    /// With the name of the error in front, if it has one.
    pub message: String,
    pub script: String,
    pub line: Option<u32>,
    pub column: Option<u32>,
}
