//! Tokens as they are shown: health, claims and verdicts, never the token itself.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{AdviceView, ErrorView, WillSendView};

/// A row of the token list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TokenView {
    /// The token key: a fingerprint, not a secret.
    pub key: String,
    pub name: String,
    pub client_id: String,
    pub provider: String,
    pub grant: String,
    pub scope: String,
    pub environment: Option<String>,
    pub status: StatusView,
    pub reason: Option<String>,
    /// Milliseconds since 1970.
    pub obtained_at: i64,
    /// `null`: no expiry given.
    pub expires_at: Option<i64>,
    pub has_refresh_token: bool,
    /// When a request was last sent with it since Gatepass started; milliseconds since 1970.
    pub last_used_at: Option<i64>,
}

/// The one vocabulary of a token's health.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum StatusView {
    None,
    Valid,
    Expiring,
    Expired,
    Refreshing,
    Failed,
    SignInNeeded,
}

/// The token card of a node whose effective auth is OAuth 2.0.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TokenCardView {
    /// `null` while the config cannot be read; `problem` then says why.
    pub token_key: Option<String>,
    pub problem: Option<ErrorView>,
    pub name: String,
    pub status: StatusView,
    /// Why it is not well, in words.
    pub reason: Option<String>,
    pub token_type: Option<String>,
    /// Milliseconds since 1970.
    pub obtained_at: Option<i64>,
    /// Of the token that is sent. `null` with a token: no expiry given.
    pub expires_at: Option<i64>,
    /// When auto-refresh will renew it; `null` if it will not.
    pub renews_at: Option<i64>,
    pub granted_scopes: Vec<String>,
    /// Asked for but not granted.
    pub missing_scopes: Vec<String>,
    pub has_refresh_token: bool,
    pub has_id_token: bool,
    /// Why there is no ID token to choose, where there is none.
    pub no_id_token_reason: Option<String>,
    /// `access_token` or `id_token`.
    pub use_token: String,
    pub auto_refresh: bool,
    /// First and last three characters.
    pub access_token_preview: Option<String>,
    pub id_token_preview: Option<String>,
    /// Claims of the ID token in the order in which they came, values as JSON text.
    pub id_token_claims: Vec<ClaimView>,
    pub id_token_checks: Vec<CheckView>,
    /// Claims of the access token if it is a JWT: not verified, meant for the API.
    pub access_token_claims: Vec<ClaimView>,
    pub notices: Vec<String>,
    /// Steps of the last flow of this token.
    pub flow: Vec<FlowStepView>,
    pub will_send: WillSendView,
    /// A sign-in that is under way.
    pub waiting: Option<WaitingView>,
    /// The last failure of getting or refreshing, until it is dismissed or succeeds.
    pub failure: Option<ErrorView>,
    /// Warnings about the config (OAuth 2.1, what the provider does not support).
    pub advice: Vec<AdviceView>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ClaimView {
    pub name: String,
    /// JSON text of the value.
    pub json: String,
    /// For times: milliseconds since 1970.
    pub time: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CheckView {
    pub check: String,
    /// `pass`, `fail` or `skipped`.
    pub result: String,
    pub detail: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FlowStepView {
    /// `discovery`, `authorization`, `callback`, `token`, `refresh`, `jwks`, `id_token`, `store`, …
    pub step: String,
    /// `ok`, `failed` or `retried`.
    pub result: String,
    pub ms: u64,
    pub detail: String,
    /// Milliseconds since 1970.
    pub at: i64,
    pub exchange: Option<FlowExchangeView>,
}

/// What crossed the wire, secrets blanked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FlowExchangeView {
    pub method: String,
    pub url: String,
    pub request_headers: Vec<(String, String)>,
    pub request_body: String,
    pub status: u16,
    pub response_headers: Vec<(String, String)>,
    pub response_body: String,
}

/// What a sign-in waits for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "for", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum WaitingView {
    SignIn {
        authorization_url: String,
        redirect_uri: String,
        listening: bool,
        browser_problem: Option<String>,
        until: i64,
    },
    Device {
        user_code: String,
        verification_uri: String,
        verification_uri_complete: Option<String>,
        until: i64,
        interval: u64,
    },
    Backchannel {
        binding_message: Option<String>,
        until: i64,
    },
}

/// Which part of a token set a person asked to see or copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TokenPart {
    AccessToken,
    IdToken,
    RefreshToken,
}

/// Said to the window when a token set or its health changed.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TokenChanged {
    pub key: String,
}

/// Said to the window when the wait of a sign-in begins, changes or ends, and at each step of its flow.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FlowChanged {
    /// The node whose card shows it.
    pub node: String,
}
