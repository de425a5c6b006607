//! The tree in the sidebar.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{
    EnvironmentView, KeyStoreView, PlaygroundView, SettingsView, StatusView, TokenView, VariableView,
};

/// Everything that the window needs to paint itself.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WorkspaceView {
    pub name: String,
    /// In tree order: each node stands behind its parent.
    pub nodes: Vec<NodeView>,
    pub environments: Vec<EnvironmentView>,
    pub chosen_environment: Option<String>,
    pub globals: Vec<VariableView>,
    pub tokens: Vec<TokenView>,
    pub settings: SettingsView,
    pub key_store: KeyStoreView,
    pub playground: Option<PlaygroundView>,
}

/// A row of the tree. Its health comes from `tree_health`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct NodeView {
    pub id: String,
    pub parent: Option<String>,
    pub collection: String,
    pub kind: NodeKindView,
    pub name: String,
    pub method: Option<String>,
    /// Its own auth by Postman's name, `null` when it inherits.
    pub auth: Option<String>,
}

/// The token that a node with an OAuth 2.0 config of its own means; those below it that inherit mean the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct NodeHealth {
    pub node: String,
    /// `null` while its config cannot be read.
    pub token_key: Option<String>,
    pub status: StatusView,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum NodeKindView {
    Collection,
    Folder,
    Request,
}
