//! What a request, folder or collection says about OAuth: provider + client + grant + scopes + options, after
//! variables are resolved. One shape for the database, the command line and scripts.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::failure::{Code, Failure};
use crate::ports::UnixMillis;
use crate::secret::Secret;

/// A resolved auth config. Read from JSON with [`AuthConfig::from_json`]; unknown keys are an error that names them.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthConfig {
    #[serde(rename = "type", default = "oauth2_type")]
    pub kind: String,
    pub grant: Grant,
    #[serde(default = "default_token_name")]
    pub token_name: String,

    // --- the provider (RFC 8414 §2, OpenID Connect Discovery §3). Endpoints typed in win over discovered ones.
    #[serde(default)]
    pub issuer: Option<String>,
    #[serde(default)]
    pub accepted_issuers: Vec<String>,
    #[serde(default)]
    pub authorization_endpoint: Option<String>,
    #[serde(default)]
    pub token_endpoint: Option<String>,
    /// Where refresh requests go, if not to the token endpoint.
    #[serde(default)]
    pub refresh_endpoint: Option<String>,
    #[serde(default)]
    pub device_authorization_endpoint: Option<String>,
    #[serde(default)]
    pub pushed_authorization_request_endpoint: Option<String>,
    #[serde(default)]
    pub backchannel_authentication_endpoint: Option<String>,
    #[serde(default)]
    pub registration_endpoint: Option<String>,
    #[serde(default)]
    pub jwks_uri: Option<String>,
    #[serde(default)]
    pub userinfo_endpoint: Option<String>,
    #[serde(default)]
    pub introspection_endpoint: Option<String>,
    #[serde(default)]
    pub revocation_endpoint: Option<String>,
    #[serde(default)]
    pub end_session_endpoint: Option<String>,
    #[serde(default)]
    pub mtls_endpoint_aliases: Map<String, Value>,

    // --- the client
    #[serde(default)]
    pub client_id: String,
    #[serde(default)]
    pub client_secret: Option<Secret>,
    #[serde(default)]
    pub client_authentication: ClientAuthentication,
    #[serde(default)]
    pub basic_encoding: BasicEncoding,
    #[serde(default)]
    pub client_key: Option<ClientKey>,
    #[serde(default)]
    pub client_certificate: Option<CertificateConfig>,
    /// `issuer`, `token_endpoint`, or a value of one's own. One value (never several).
    #[serde(default)]
    pub assertion_audience: Option<String>,

    // --- what is asked for
    #[serde(default)]
    pub scope: Option<String>,
    #[serde(default)]
    pub audience: Option<String>,
    #[serde(default)]
    pub resource: Vec<String>,
    #[serde(default)]
    pub authorization_details: Vec<Value>,

    // --- the authorization request (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1)
    #[serde(default = "default_redirect_uri")]
    pub redirect_uri: String,
    #[serde(default)]
    pub redirect_certificate: Option<CertificateConfig>,
    #[serde(default = "default_response_type")]
    pub response_type: String,
    #[serde(default)]
    pub response_mode: Option<String>,
    #[serde(default)]
    pub pkce: Pkce,
    #[serde(default)]
    pub code_verifier: Option<Secret>,
    #[serde(default)]
    pub prompt: Option<String>,
    #[serde(default)]
    pub login_hint: Option<String>,
    #[serde(default)]
    pub id_token_hint: Option<Secret>,
    #[serde(default)]
    pub max_age: Option<u64>,
    #[serde(default)]
    pub acr_values: Option<String>,
    #[serde(default)]
    pub ui_locales: Option<String>,
    #[serde(default)]
    pub claims: Option<Value>,
    #[serde(default)]
    pub binding_message: Option<String>,
    #[serde(default)]
    pub login_hint_token: Option<Secret>,

    // --- what other grants bring along
    #[serde(default)]
    pub username: Option<String>,
    #[serde(default)]
    pub password: Option<Secret>,
    /// A finished assertion, or `{"claims": {…}}` for one that we build and sign with the client key.
    #[serde(default)]
    pub assertion: Option<Assertion>,
    #[serde(default)]
    pub subject_token: Option<Secret>,
    #[serde(default)]
    pub subject_token_type: Option<String>,
    #[serde(default)]
    pub actor_token: Option<Secret>,
    #[serde(default)]
    pub actor_token_type: Option<String>,
    #[serde(default)]
    pub requested_token_type: Option<String>,
    /// A refresh token to start from, pasted by hand.
    #[serde(default)]
    pub refresh_token: Option<Secret>,

    // --- extensions
    #[serde(default)]
    pub dpop: bool,
    #[serde(default)]
    pub par: Par,
    #[serde(default)]
    pub request_object: RequestObject,
    #[serde(default)]
    pub id_token_signed_response_alg: Option<String>,
    #[serde(default)]
    pub id_token_decryption_key: Option<ClientKey>,
    /// The `Origin` header of token and refresh requests (Microsoft Entra wants it of single-page apps).
    #[serde(default)]
    pub origin: Option<String>,
    #[serde(default)]
    pub extra: Extra,

    // --- how it is used
    #[serde(default)]
    pub use_token: UseToken,
    #[serde(default)]
    pub send_in: SendIn,
    #[serde(default = "default_header_name")]
    pub header_name: String,
    #[serde(default = "default_header_prefix")]
    pub header_prefix: String,
    #[serde(default = "default_parameter_name")]
    pub parameter_name: String,

    // --- how it is kept fresh
    #[serde(default = "yes")]
    pub auto_refresh: bool,
    #[serde(default)]
    pub refresh_margin_seconds: Option<u64>,
    /// Whether an interactive grant may try `prompt=none` before a person is asked.
    #[serde(default)]
    pub silent_renewal: bool,
    #[serde(default)]
    pub retry_on_401: RetryOn401,
    #[serde(default = "default_login_timeout")]
    pub login_timeout_seconds: u64,
    /// The person has seen that an ID token failed a check and wants it sent all the same.
    #[serde(default)]
    pub allow_invalid_id_token: bool,
}

/// The grants, by their names in configs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    AuthorizationCode,
    Implicit,
    Password,
    ClientCredentials,
    DeviceCode,
    JwtBearer,
    #[serde(rename = "saml2_bearer")]
    Saml2Bearer,
    TokenExchange,
    Ciba,
    RefreshToken,
}

impl Grant {
    /// The name in configs.
    pub fn as_str(self) -> &'static str {
        match self {
            Grant::AuthorizationCode => "authorization_code",
            Grant::Implicit => "implicit",
            Grant::Password => "password",
            Grant::ClientCredentials => "client_credentials",
            Grant::DeviceCode => "device_code",
            Grant::JwtBearer => "jwt_bearer",
            Grant::Saml2Bearer => "saml2_bearer",
            Grant::TokenExchange => "token_exchange",
            Grant::Ciba => "ciba",
            Grant::RefreshToken => "refresh_token",
        }
    }

    /// Whether a person has to take part each time.
    pub fn is_interactive(self) -> bool {
        matches!(self, Grant::AuthorizationCode | Grant::Implicit | Grant::DeviceCode | Grant::Ciba)
    }
}

/// How the client proves who it is (RFC 6749 §2.3, OpenID Connect Core §9, RFC 8705).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuthentication {
    /// The provider's metadata decides; without it, Basic with a secret and none without.
    #[default]
    Auto,
    None,
    ClientSecretBasic,
    ClientSecretPost,
    ClientSecretJwt,
    PrivateKeyJwt,
    TlsClientAuth,
    SelfSignedTlsClientAuth,
}

/// Whether Basic credentials are form-urlencoded first, as RFC 6749 §2.3.1 says and not every server expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BasicEncoding {
    #[default]
    Auto,
    Rfc6749,
    Raw,
}

/// Proof Key for Code Exchange (RFC 7636).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Pkce {
    #[default]
    S256,
    #[serde(rename = "plain")]
    Plain,
    #[serde(rename = "off")]
    Off,
}

/// Pushed authorization requests (RFC 9126).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Par {
    #[default]
    Auto,
    Always,
    Never,
}

/// Signed request objects (RFC 9101).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestObject {
    #[default]
    Off,
    Signed,
}

/// Which token a request sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UseToken {
    #[default]
    AccessToken,
    IdToken,
}

impl UseToken {
    /// The name in configs.
    pub fn as_str(self) -> &'static str {
        match self {
            UseToken::AccessToken => "access_token",
            UseToken::IdToken => "id_token",
        }
    }
}

/// Where in a request the token goes (RFC 6750 §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SendIn {
    #[default]
    Header,
    Query,
    Body,
}

/// Which 401 answers cause one renewal and one retry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RetryOn401 {
    #[default]
    InvalidToken,
    Always,
    Never,
}

/// A private key of the client: one of PEM, JWK or PKCS#12 (Base64).
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientKey {
    #[serde(default)]
    pub pem: Option<Secret>,
    /// A JWK as an object or as JSON text.
    #[serde(default, deserialize_with = "jwk_text")]
    pub jwk: Option<Secret>,
    #[serde(default)]
    pub pkcs12: Option<Secret>,
    #[serde(default)]
    pub password: Option<Secret>,
    #[serde(default)]
    pub alg: Option<String>,
    #[serde(default)]
    pub kid: Option<String>,
}

/// A certificate with its key: PEM, or PKCS#12 (Base64) with a password.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificateConfig {
    #[serde(default)]
    pub pem: Option<Secret>,
    #[serde(default)]
    pub pkcs12: Option<Secret>,
    #[serde(default)]
    pub password: Option<Secret>,
}

/// The assertion of RFC 7523 and RFC 7522.
#[derive(Clone, Deserialize)]
#[serde(untagged)]
pub enum Assertion {
    Finished(Secret),
    Built { claims: Map<String, Value> },
}

/// Free parameters for the three requests.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extra {
    #[serde(default)]
    pub authorization: Vec<ExtraParameter>,
    #[serde(default)]
    pub token: Vec<ExtraParameter>,
    #[serde(default)]
    pub refresh: Vec<ExtraParameter>,
}

/// One free parameter. Its value may be a secret, so it is treated as one.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExtraParameter {
    pub name: String,
    #[serde(default)]
    pub value: Secret,
    /// Default: query for the authorization request, body for the others.
    #[serde(default, rename = "in")]
    pub place: Option<ExtraPlace>,
    #[serde(default = "yes")]
    pub enabled: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExtraPlace {
    Query,
    Body,
    Header,
}

impl AuthConfig {
    /// Reads a resolved config. Numbers and switches may come as text, since they may stem from variables; empty
    /// texts count as absent.
    ///
    /// # Errors
    /// [`Code::Configuration`], naming the key that is unknown or does not fit.
    pub fn from_json(value: &Value) -> Result<Self, Failure> {
        let value = tidy(value);
        serde_json::from_value(value).map_err(|error| {
            Failure::new(
                Code::Configuration,
                "The auth config cannot be read",
                format!("{error}"),
                "Correct the setting it names.",
            )
        })
    }

    /// How long before its end a token that lives `lifetime` milliseconds is renewed, in milliseconds: 60 s, or a
    /// fifth of the lifetime under five minutes; a number set by hand holds as it is.
    pub fn refresh_margin_millis(&self, lifetime: UnixMillis) -> UnixMillis {
        match self.refresh_margin_seconds {
            Some(seconds) => (seconds as UnixMillis).saturating_mul(1000),
            None if lifetime < 300_000 => (lifetime / 5).max(0),
            None => 60_000,
        }
    }

    /// The scopes asked for, one by one.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scope.as_deref().unwrap_or_default().split_whitespace()
    }
}

/// Keys whose text values may stand for a switch, a number or a list.
const SWITCHES: [&str; 4] = ["dpop", "auto_refresh", "silent_renewal", "allow_invalid_id_token"];
const NUMBERS: [&str; 3] = ["max_age", "refresh_margin_seconds", "login_timeout_seconds"];
const STRUCTURES: [&str; 6] =
    ["authorization_details", "claims", "client_key", "client_certificate", "mtls_endpoint_aliases", "extra"];

fn tidy(value: &Value) -> Value {
    let Value::Object(map) = value else { return value.clone() };
    let mut tidied = Map::new();
    for (key, value) in map {
        let value = match value {
            Value::Null => continue,
            Value::String(text) if text.trim().is_empty() && key != "header_prefix" => continue,
            Value::String(text) if SWITCHES.contains(&key.as_str()) => match text.trim() {
                "true" => Value::Bool(true),
                "false" => Value::Bool(false),
                _ => value.clone(),
            },
            Value::String(text) if NUMBERS.contains(&key.as_str()) => {
                text.trim().parse::<u64>().map(Value::from).unwrap_or_else(|_| value.clone())
            }
            Value::String(text) if key == "resource" => {
                text.split_whitespace().map(Value::from).collect::<Vec<_>>().into()
            }
            Value::String(text) if STRUCTURES.contains(&key.as_str()) => {
                serde_json::from_str(text).unwrap_or_else(|_| value.clone())
            }
            Value::Object(inner) if key == "client_key" || key.ends_with("certificate") => {
                Value::Object(inner.iter().filter(|(_, value)| *value != "").map(pair).collect())
            }
            _ => value.clone(),
        };
        tidied.insert(key.clone(), value);
    }
    Value::Object(tidied)
}

fn pair((key, value): (&String, &Value)) -> (String, Value) {
    (key.clone(), value.clone())
}

fn jwk_text<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    Ok(match Option::<Value>::deserialize(deserializer)? {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(Secret::from(text)),
        Some(object) => Some(Secret::from(object.to_string())),
    })
}

impl Default for Secret {
    fn default() -> Self {
        Secret::new("")
    }
}

fn oauth2_type() -> String {
    "oauth2".to_owned()
}
fn default_token_name() -> String {
    "default".to_owned()
}
fn default_redirect_uri() -> String {
    "http://127.0.0.1:{port}/callback".to_owned()
}
fn default_response_type() -> String {
    "code".to_owned()
}
fn default_header_name() -> String {
    "Authorization".to_owned()
}
fn default_header_prefix() -> String {
    "Bearer".to_owned()
}
fn default_parameter_name() -> String {
    "access_token".to_owned()
}
fn default_login_timeout() -> u64 {
    300
}
fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    fn config(value: Value) -> AuthConfig {
        match AuthConfig::from_json(&value) {
            Ok(config) => config,
            Err(failure) => panic!("{}", failure.cause),
        }
    }

    #[test]
    fn an_unknown_key_is_an_error_that_names_it() {
        let failure = AuthConfig::from_json(&json!({"grant": "password", "clinet_id": "x"})).err().unwrap();
        assert!(failure.cause.contains("clinet_id"), "{}", failure.cause);
    }

    #[test]
    fn switches_and_numbers_may_come_as_text_from_variables() {
        let config = config(json!({"grant": "password", "auto_refresh": "false", "max_age": "30"}));
        assert!(!config.auto_refresh);
        assert_eq!(config.max_age, Some(30));
    }

    #[test]
    fn an_empty_text_counts_as_absent() {
        assert!(
            config(json!({"grant": "password", "scope": "", "client_secret": ""})).client_secret.is_none()
        );
    }

    #[test]
    fn the_margin_is_a_fifth_of_a_short_life_and_a_minute_of_a_long_one() {
        let config = config(json!({"grant": "password"}));
        assert_eq!(config.refresh_margin_millis(10_000), 2_000);
        assert_eq!(config.refresh_margin_millis(3_600_000), 60_000);
    }

    #[test]
    fn a_margin_set_by_hand_holds_as_it_is() {
        let config = config(json!({"grant": "password", "refresh_margin_seconds": 5}));
        assert_eq!(config.refresh_margin_millis(10_000), 5_000);
        assert_eq!(config.refresh_margin_millis(3_600_000), 5_000);
    }
}
