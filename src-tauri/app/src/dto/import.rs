//! Import: what will come in, and what came in.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{EnvironmentView, NodeView, VariableView};

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ImportPreview {
    /// Names it for `confirm_import`.
    pub id: String,
    /// For a person: "Postman collection 2.1".
    pub format: String,
    pub items: Vec<ImportItem>,
    /// In all items together.
    pub requests: usize,
    /// They run only after they were trusted.
    pub scripts: usize,
    /// Places that carry OAuth 2.0 settings of their own.
    pub oauth_configs: usize,
    pub warnings: Vec<ImportWarning>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ImportItem {
    /// `collection`, `environment` or `globals`.
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
    /// Names it for `undo_import`.
    pub id: String,
    /// The new rows of the tree, each behind its parent.
    pub nodes: Vec<NodeView>,
    pub environments: Vec<EnvironmentView>,
    /// All global variables as they are now.
    pub globals: Vec<VariableView>,
    pub warnings: Vec<ImportWarning>,
}
