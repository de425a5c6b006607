//! How a request proves its right to be answered.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The kinds of authorization, under the names that Postman's collections use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AuthKind {
    NoAuth,
    Bearer,
    Basic,
    ApiKey,
    OAuth2,
    Digest,
    OAuth1,
    AwsV4,
    Hawk,
    Ntlm,
    EdgeGrid,
    Jwt,
    Asap,
}

impl AuthKind {
    /// The name in collections and on screen hooks.
    pub fn as_str(self) -> &'static str {
        match self {
            AuthKind::NoAuth => "noauth",
            AuthKind::Bearer => "bearer",
            AuthKind::Basic => "basic",
            AuthKind::ApiKey => "apikey",
            AuthKind::OAuth2 => "oauth2",
            AuthKind::Digest => "digest",
            AuthKind::OAuth1 => "oauth1",
            AuthKind::AwsV4 => "awsv4",
            AuthKind::Hawk => "hawk",
            AuthKind::Ntlm => "ntlm",
            AuthKind::EdgeGrid => "edgegrid",
            AuthKind::Jwt => "jwt",
            AuthKind::Asap => "asap",
        }
    }

    /// The kind of that name.
    pub fn parse(name: &str) -> Option<Self> {
        serde_json::from_value(Value::String(name.to_owned())).ok()
    }
}

/// An authorization as written: its values are templates and may hold variables.
///
/// For OAuth 2.0 the parameters carry the names of the auth config (`gatepass_oauth::config`); for the others those
/// of Postman (`token`; `username`, `password`; `key`, `value`, `in`; …). No `Debug` of values: some are secrets.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Auth {
    #[serde(rename = "type")]
    pub kind: AuthKind,
    #[serde(default)]
    pub params: Map<String, Value>,
}

impl Auth {
    pub fn new(kind: AuthKind) -> Self {
        Self { kind, params: Map::new() }
    }

    /// A parameter as text; empty if it is absent or no text.
    pub fn text(&self, name: &str) -> &str {
        self.params.get(name).and_then(Value::as_str).unwrap_or_default()
    }
}

impl fmt::Debug for Auth {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&String> = self.params.keys().collect();
        formatter.debug_struct("Auth").field("kind", &self.kind).field("params", &names).finish()
    }
}
