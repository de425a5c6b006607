//! A failure as a shell shows it.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use super::{CheckView, FlowStepView};

/// What happened, why, and what to do.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ErrorView {
    /// The stable name, for example `port_in_use`.
    pub code: String,
    /// The provider's own error name, where it sent one.
    pub oauth_error: Option<String>,
    pub message: String,
    pub cause: String,
    pub next_step: String,
    /// A change of one setting that would most likely help.
    pub fix: Option<FixView>,
    pub flow: Vec<FlowStepView>,
    pub checks: Vec<CheckView>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FixView {
    /// What the button says.
    pub label: String,
    /// The auth parameter to set.
    pub setting: String,
    #[ts(type = "unknown")]
    pub value: Value,
}
