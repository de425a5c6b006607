//! Environments and variables.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentView {
    pub id: String,
    pub name: String,
    pub colour: Option<String>,
    pub variables: Vec<VariableView>,
}

/// A variable. The value of a secret one is `null` until it is revealed; sent back as `null` it stays as it is.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct VariableView {
    pub key: String,
    pub value: Option<String>,
    pub secret: bool,
    pub enabled: bool,
}

/// A name that can be used between double braces here, with the value that wins and where it comes from.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct VariableInScope {
    pub key: String,
    /// `null` for a secret.
    pub value: Option<String>,
    pub secret: bool,
    /// For a person: "environment Staging", "collection Photos API", "globals".
    pub origin: String,
}
