//! Authorization as the editor sees it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

/// Auth set on a node. `params` holds what is not secret, by the names of the auth config for OAuth 2.0
/// (`issuer`, `grant`, `client_id`, `scope`, `auto_refresh`, `use_token`, …) and Postman's for the others (`token`;
/// `username`, `password`).
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AuthView {
    /// Postman's name: `oauth2`, `bearer`, `basic`, `noauth`, …
    #[serde(rename = "type")]
    pub kind: String,
    #[ts(type = "Record<string, unknown>")]
    pub params: BTreeMap<String, Value>,
    /// Names of secret parameters that have a value. Their values come only through `reveal_auth_secret`.
    pub secrets: Vec<String>,
}

/// The auth that holds for a node.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EffectiveAuthView {
    /// The node it is set on, `null` when nothing is set anywhere.
    pub from_node: Option<String>,
    /// Its name, for "from collection Photos API".
    pub from_name: Option<String>,
    pub auth: Option<AuthView>,
}

/// What discovery found (RFC 8414 §2): endpoints by their names in the auth config.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DiscoveryView {
    pub issuer: String,
    pub endpoints: BTreeMap<String, String>,
    pub scopes_supported: Vec<String>,
    pub grant_types_supported: Vec<String>,
    pub client_authentication_supported: Vec<String>,
    pub pkce_supported: Vec<String>,
}

/// The line that says what the next Send will do.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WillSendView {
    pub tone: Tone,
    /// Words before the header: "This request will send", "This request will refresh “Alice”, then send".
    pub lead: String,
    /// `Authorization`, or `null` when nothing is sent.
    pub header: Option<String>,
    /// `Bearer eyJ…h3Q`: never more than the first and last three characters of a token.
    pub value: Option<String>,
    /// Words behind it: `(access token “Alice”)`, "no Authorization: no token yet".
    pub tail: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    Calm,
    Warn,
    Bad,
}
