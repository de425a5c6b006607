//! A run in the window: how it is begun, and what becomes of each request.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How a run is begun.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RunOptions {
    /// `null`: once, or once for each row of the data.
    pub iterations: Option<u32>,
    /// How many iterations run side by side.
    pub parallel: u32,
    /// Pause between two requests, in milliseconds.
    pub delay_ms: u32,
    /// Whether the first failure ends it.
    pub stop_at_failure: bool,
    /// Path of a data file (JSON or CSV); `null` for none.
    pub data: Option<String>,
    /// Only these requests, by their ids; empty for all.
    pub only: Vec<String>,
}

/// A run that has begun.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RunStarted {
    pub run: String,
    /// What is run: the name of a collection, folder or request.
    pub name: String,
    pub iterations: usize,
    /// How many requests an iteration has.
    pub requests: usize,
    /// What is odd about the data file.
    pub notes: Vec<String>,
}

/// What came to its end since the last time this was said.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RunProgress {
    pub run: String,
    pub rows: Vec<RunRow>,
    /// The run is over: how it ended.
    pub end: Option<RunEnd>,
}

/// A request of a run that came to its end.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RunRow {
    /// Counts from 0 in the order in which they ended.
    pub index: usize,
    pub node: Option<String>,
    pub name: String,
    /// The folders around it, from the outermost in.
    pub folders: Vec<String>,
    pub method: String,
    /// Counts from 0.
    pub iteration: usize,
    /// `null`: there was no answer.
    pub status: Option<u16>,
    /// A pre-request script had it left out.
    pub skipped: bool,
    pub ms: f64,
    pub size: u64,
    pub passed: usize,
    pub failed: usize,
    /// What failed first, in one sentence; `null` if nothing did.
    pub failure: Option<String>,
    /// The token it was sent with: `Alice (access token)`; `null` for none.
    pub token: Option<String>,
    /// The token was obtained or renewed for it.
    pub refreshed: bool,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RunEnd {
    Finished,
    /// By its first failure.
    Bailed,
    /// By the person.
    Stopped,
}

/// All that is known of a request of a run, secrets blanked.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RunExchangeView {
    pub row: RunRow,
    pub url: String,
    pub request_headers: Vec<(String, String)>,
    pub reason: String,
    pub response_headers: Vec<(String, String)>,
    /// The beginning of the answer's text; `null` where it is none, or was not kept.
    pub body: Option<String>,
    /// The body goes on behind it, or was not kept.
    pub body_cut: bool,
    pub assertions: Vec<RunAssertionView>,
    /// What went wrong outside of assertions.
    pub errors: Vec<String>,
    pub warnings: Vec<String>,
    pub console: Vec<String>,
}

/// An assertion of a script.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RunAssertionView {
    pub name: String,
    /// `passed`, `failed` or `skipped`.
    pub result: String,
    /// Why it failed.
    pub message: Option<String>,
}
