//! Settings, the key store, the playground.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

/// What the window remembers, by names of its own (`theme`, `selection`, `openTabs`, `expanded`, `panes`, …).
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[ts(type = "Record<string, unknown>")]
pub struct SettingsView(pub BTreeMap<String, Value>);

/// How stored secrets are protected.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct KeyStoreView {
    /// `keyring`, `file`, `passphrase`, or `undecided` when a choice is needed.
    pub kind: String,
    /// `closed` (nothing secret was needed yet), `ready`, `locked` (it can be opened, by the passphrase for example),
    /// `missing` (the key is gone: restored, or started over without) or `undecided`.
    pub state: String,
    /// For the status bar: "Secrets encrypted · OS keyring".
    pub label: String,
    /// What stands in the way and what to do, when not ready.
    pub problem: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PlaygroundView {
    pub issuer: String,
    pub api: String,
    /// The collection that uses it.
    pub collection: String,
}
