//! The answer to a request, as the response pane shows it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ChallengeView, ErrorView, FlowStepView};

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
}

/// A window of lines of a body.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BodyLines {
    /// All lines of this look.
    pub total: usize,
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

/// How far a Send is.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SendProgress {
    pub node: String,
    /// `token`, `connecting`, `waiting` or `receiving`.
    pub stage: String,
    pub bytes: Option<u64>,
    pub of: Option<u64>,
}

/// A row of the history.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HistoryView {
    pub id: String,
    pub node: Option<String>,
    pub method: String,
    /// Secrets blanked.
    pub url: String,
    /// `null` when no answer came.
    pub status: Option<u16>,
    pub total_ms: f64,
    /// Milliseconds since 1970.
    pub at: i64,
}
