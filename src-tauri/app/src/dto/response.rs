//! The answer to a request, as the response pane shows it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ChallengeView, ErrorView, FlowStepView, ScriptReportView};

/// How a Send is meant: the plain one, or one of the offers made when a request was held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SendIntent {
    #[default]
    Plain,
    RefreshAndSend,
    SignInAndSend,
    GetTokenAndSend,
    SendAnyway,
    SendWithoutToken,
}

/// How a Send ended.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SendOutcome {
    Answered { response: ResponseView },
    HeldBack { held: HeldBackView },
    Failed { error: ErrorView },
    Cancelled,
}

/// Why nothing was sent, and what can be done.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HeldBackView {
    pub message: String,
    pub reason: String,
    pub offers: Vec<SendIntent>,
    pub failure: Option<ErrorView>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ResponseView {
    /// Names the stored body; ask for its text with `response_text`.
    pub id: String,
    pub status: u16,
    pub reason: String,
    pub http_version: String,
    /// Milliseconds, with fractions.
    pub total_ms: f64,
    /// Until the connection stood; `null`: one that was open already was used.
    pub connect_ms: Option<f64>,
    pub first_byte_ms: f64,
    /// Bytes after decompression.
    pub size: u64,
    pub headers: Vec<(String, String)>,
    pub content_type: String,
    /// `json`, `xml`, `html`, `text`, `image`, `binary` or `empty`.
    pub body_kind: String,
    /// What auth did: "attached", "refreshed, then attached", "refreshed after 401, sent again".
    pub auth_story: Vec<String>,
    pub refreshed: bool,
    pub redirects: Vec<RedirectView>,
    pub warnings: Vec<String>,
    pub flow: Vec<FlowStepView>,
    pub sent_url: String,
    /// What a 401 asks for, beside another token.
    pub challenge: Option<ChallengeView>,
    /// What the scripts said, before and after.
    pub scripts: ScriptReportView,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RedirectView {
    pub status: u16,
    pub url: String,
    pub location: String,
}

/// How a body is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum BodyLook {
    Pretty,
    Raw,
    /// Sixteen bytes a line.
    Hex,
}

/// A window of lines of a body.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BodyLines {
    /// The lines of this look; of a large body that is still being formatted, those so far.
    pub total: usize,
    /// No more lines come.
    pub complete: bool,
    pub first: usize,
    pub lines: Vec<String>,
    /// Whether the formatting failed and this is the raw text, with the reason.
    pub problem: Option<String>,
}

/// A whole body as text.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BodyText {
    /// Absent for bodies over 5 MiB: those are read in windows of lines.
    pub text: Option<String>,
    pub lines: usize,
    /// Of this look, in bytes.
    pub size: u64,
    /// Why the formatting failed, when this is the raw text instead.
    pub problem: Option<String>,
}

/// What a JSONPath filter leaves of a body, as lines of its formatted look.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BodyFilter {
    pub matches: usize,
    /// First and last line of each match, counted from 0; a match inside of another one is part of it.
    pub ranges: Vec<(usize, usize)>,
}

/// The lines of a body that hold a text.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BodyHits {
    /// Counted from 0.
    pub lines: Vec<usize>,
    /// There are more than are listed.
    pub more: bool,
}

/// How far a Send is.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SendProgress {
    pub node: String,
    /// `token`, `connecting`, `waiting`, `receiving`, or `streaming`: then `text` is what just came.
    pub stage: String,
    pub bytes: Option<u64>,
    pub of: Option<u64>,
    /// A part of an answer that comes bit by bit (server-sent events).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub text: Option<String>,
}

/// A row of the history.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HistoryView {
    pub id: String,
    pub node: Option<String>,
    /// The request's name when it was sent.
    pub name: String,
    pub method: String,
    /// Secrets blanked.
    pub url: String,
    /// `null` when no answer came.
    pub status: Option<u16>,
    /// Why no answer came.
    pub failure: Option<String>,
    pub total_ms: f64,
    /// Size of the answer's body in bytes.
    pub size: u64,
    /// Milliseconds since 1970.
    pub at: i64,
}

/// An exchange of the history with what was kept of it: everything but the bodies. Secrets are blanked.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HistoryDetail {
    pub entry: HistoryView,
    pub request_headers: Vec<(String, String)>,
    /// In bytes.
    pub request_body_size: u64,
    pub reason: String,
    pub http_version: String,
    pub response_headers: Vec<(String, String)>,
}
