//! Answers to what is done with a token.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::TokenCardView;

/// What became of a token that was revoked, or of a session that was ended.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EndedView {
    pub card: TokenCardView,
    /// Whether the provider confirmed it.
    pub revoked_at_provider: bool,
    /// What a person should know about it.
    pub notices: Vec<String>,
}

/// One of the settings that make a token another one than all others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct KeyPartView {
    /// The setting, for example `client_id`.
    pub name: String,
    /// As it is after variables are resolved; empty where it is not set. The environment by its name.
    pub value: String,
}
