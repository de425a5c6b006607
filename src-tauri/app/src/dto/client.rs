//! The client at its provider, and what APIs and providers say about it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use super::{CheckView, ClaimView, ErrorView, FixView, FlowStepView};

/// Something in the settings that a person should know. It never stops a request.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AdviceView {
    /// The setting that it is about, by its name in the auth config.
    pub setting: String,
    /// `deprecated`, `unsupported` or `oversight`.
    pub kind: String,
    pub message: String,
    pub reason: String,
    pub fix: Option<FixView>,
}

/// The outcome of a config check.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ConfigCheckView {
    pub advice: Vec<AdviceView>,
    /// Whether the provider's metadata was at hand.
    pub with_metadata: bool,
    /// Why it was not, where an issuer is set.
    pub problem: Option<ErrorView>,
}

/// A client that was registered. Its id and secret are set already.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RegistrationView {
    /// The node whose settings were filled in: the one that holds for the node that was meant.
    pub node: String,
    pub client_id: String,
    pub has_secret: bool,
    /// As the provider set it.
    pub client_authentication: Option<String>,
    /// Milliseconds since 1970; `null`: never.
    pub secret_expires_at: Option<i64>,
}

/// A key that was made. Its private half is set already.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ClientKeyView {
    /// The node whose settings hold it.
    pub node: String,
    pub algorithm: String,
    pub kid: String,
    /// The public half as a key set in JSON, for the provider.
    pub jwks: String,
}

/// What an API asks for in a 401, beside another token.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ChallengeView {
    /// Where it says which providers it trusts (RFC 9728): `read_resource_metadata` fetches it.
    pub resource_metadata: Option<String>,
    /// Whether it wants a stronger or fresher sign-in (RFC 9470): `step_up` makes it.
    pub step_up: bool,
    pub acr_values: Option<String>,
    /// In seconds.
    pub max_age: Option<u64>,
}

/// What an API says about itself (RFC 9728).
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ResourceView {
    pub resource: String,
    /// Issuers that it trusts. If there are several, one is to be chosen.
    pub issuers: Vec<String>,
    pub scopes: Vec<String>,
    /// Auth parameters to set: `issuer` if there is but one, `scope`, `resource`.
    #[ts(type = "Record<string, unknown>")]
    pub params: BTreeMap<String, Value>,
}

/// What the provider says about a token or its person.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct InspectedView {
    pub claims: Vec<ClaimView>,
    pub checks: Vec<CheckView>,
}

/// One flow of a token.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FlowView {
    pub id: String,
    /// When it began, in milliseconds since 1970.
    pub at: i64,
    /// Whether its last step failed.
    pub failed: bool,
    pub steps: Vec<FlowStepView>,
}

/// How a flow is written out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum FlowFormat {
    Markdown,
    Har,
}
