//! A request that code is made of.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A request as it would leave. Its secrets are left out (`YOUR_SECRET` stands in their places) unless they were asked
/// for.
#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CodeRequestView {
    pub method: String,
    pub url: String,
    pub headers: Vec<CodeHeader>,
    pub mime_type: Option<String>,
    /// The body, if it is text.
    pub text: Option<String>,
    /// The body, if it is a file: its path.
    pub file: Option<String>,
    /// The body, if it is a form with parts.
    pub parts: Vec<CodePart>,
    /// What a person should know of it.
    pub notes: Vec<String>,
}

#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CodeHeader {
    pub name: String,
    pub value: String,
}

/// A part of a form: a text or a file.
#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CodePart {
    pub name: String,
    pub value: Option<String>,
    pub file: Option<String>,
    pub content_type: Option<String>,
}
