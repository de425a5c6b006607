//! How a workspace sends, and its cookies.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

/// What holds where a collection, folder or request says nothing, token requests included.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct WorkspaceSettingsView {
    /// What was set, by name: `verify_tls`, `follow_redirects`, `max_redirects`, `keep_method_on_redirect`,
    /// `keep_authorization_across_origins`, `timeout_ms`, `proxy`, `http_version`, `ca_bundle`, `cookies`, `body_limit`.
    /// A proxy's password is shown as dots.
    #[ts(type = "Record<string, unknown>")]
    pub sending: BTreeMap<String, Value>,
    /// The first that fits a host counts.
    pub hosts: Vec<HostSettingsView>,
}

/// Certificates for a host.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HostSettingsView {
    /// `api.example.com`, `*.example.com`, `*`, each with or without `:port`.
    pub host: String,
    /// Path of a PEM or PKCS#12 file; empty for none.
    pub certificate: String,
    /// Path of the private key, if it is not in the same file.
    pub key: String,
    pub has_passphrase: bool,
    /// Path of a PEM file with certificates that are trusted beside the system's; empty for none.
    pub ca_bundle: String,
    pub enabled: bool,
}

/// The same on its way back. `passphrase`: `null` keeps the one that is stored for this host.
#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HostSettingsEdit {
    pub host: String,
    pub certificate: String,
    pub key: String,
    pub passphrase: Option<String>,
    pub ca_bundle: String,
    pub enabled: bool,
}

/// A cookie of the workspace, without its value: `reveal_cookie` shows that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CookieView {
    pub name: String,
    /// Host or domain, without a leading dot.
    pub domain: String,
    pub path: String,
    /// Whether it is sent to that very host only, and not to those under it.
    pub host_only: bool,
    pub secure: bool,
    pub http_only: bool,
    /// Milliseconds since 1970; `null`: until the end of the session.
    pub expires_at: Option<i64>,
}

/// A cookie that is set by hand. `value`: `null` keeps the one that is there.
#[derive(Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CookieEdit {
    pub name: String,
    pub value: Option<String>,
    pub domain: String,
    pub path: String,
    pub host_only: bool,
    pub secure: bool,
    pub http_only: bool,
    pub expires_at: Option<i64>,
}
