//! Import: what will come in, and what came in.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{EnvironmentView, NodeView};

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ImportPreview {
    /// For a person: "Postman collection 2.1".
    pub format: String,
    pub items: Vec<ImportItem>,
    pub warnings: Vec<ImportWarning>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ImportItem {
    /// `collection` or `environment`.
    pub kind: String,
    pub name: String,
    /// "43 requests in 5 folders", "8 variables".
    pub detail: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ImportWarning {
    pub item: String,
    pub reason: String,
    pub what_happens: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ImportResult {
    /// The new rows of the tree, each behind its parent.
    pub nodes: Vec<NodeView>,
    pub environments: Vec<EnvironmentView>,
    pub warnings: Vec<ImportWarning>,
}
