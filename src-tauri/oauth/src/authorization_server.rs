//! The authorization server: its metadata (RFC 8414, OpenID Connect Discovery 1.0), the endpoints typed in by hand,
//! and which issuer is accepted as its own.

mod discovery;
mod issuer;

use std::sync::Arc;

pub use discovery::KnownServers;
pub use issuer::IssuerRule;

use serde::Serialize;
use serde_json::{Map, Value};
use url::Url;

use crate::config::AuthConfig;
use crate::failure::{Code, Failure};

/// An authorization server as one auth config sees it: endpoints typed in win over announced ones.
#[derive(Clone)]
pub struct AuthorizationServer {
    issuer: Option<String>,
    typed: Vec<(Endpoint, String)>,
    typed_mtls_aliases: Map<String, Value>,
    metadata: Option<Arc<Metadata>>,
}

/// The endpoints, by their names in metadata and in configs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Endpoint {
    Authorization,
    Token,
    DeviceAuthorization,
    PushedAuthorizationRequest,
    BackchannelAuthentication,
    Registration,
    Jwks,
    Userinfo,
    Introspection,
    Revocation,
    EndSession,
}

impl Endpoint {
    /// All of them.
    pub const ALL: [Endpoint; 11] = [
        Endpoint::Authorization,
        Endpoint::Token,
        Endpoint::DeviceAuthorization,
        Endpoint::PushedAuthorizationRequest,
        Endpoint::BackchannelAuthentication,
        Endpoint::Registration,
        Endpoint::Jwks,
        Endpoint::Userinfo,
        Endpoint::Introspection,
        Endpoint::Revocation,
        Endpoint::EndSession,
    ];

    /// The name in metadata, which is also the setting's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Endpoint::Authorization => "authorization_endpoint",
            Endpoint::Token => "token_endpoint",
            Endpoint::DeviceAuthorization => "device_authorization_endpoint",
            Endpoint::PushedAuthorizationRequest => "pushed_authorization_request_endpoint",
            Endpoint::BackchannelAuthentication => "backchannel_authentication_endpoint",
            Endpoint::Registration => "registration_endpoint",
            Endpoint::Jwks => "jwks_uri",
            Endpoint::Userinfo => "userinfo_endpoint",
            Endpoint::Introspection => "introspection_endpoint",
            Endpoint::Revocation => "revocation_endpoint",
            Endpoint::EndSession => "end_session_endpoint",
        }
    }

    fn typed_in(self, config: &AuthConfig) -> Option<&String> {
        match self {
            Endpoint::Authorization => config.authorization_endpoint.as_ref(),
            Endpoint::Token => config.token_endpoint.as_ref(),
            Endpoint::DeviceAuthorization => config.device_authorization_endpoint.as_ref(),
            Endpoint::PushedAuthorizationRequest => config.pushed_authorization_request_endpoint.as_ref(),
            Endpoint::BackchannelAuthentication => config.backchannel_authentication_endpoint.as_ref(),
            Endpoint::Registration => config.registration_endpoint.as_ref(),
            Endpoint::Jwks => config.jwks_uri.as_ref(),
            Endpoint::Userinfo => config.userinfo_endpoint.as_ref(),
            Endpoint::Introspection => config.introspection_endpoint.as_ref(),
            Endpoint::Revocation => config.revocation_endpoint.as_ref(),
            Endpoint::EndSession => config.end_session_endpoint.as_ref(),
        }
    }
}

/// What a provider announces about itself, kept whole. Fields of an unexpected type count as absent.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Metadata(Map<String, Value>);

impl Metadata {
    /// Takes over a metadata document.
    pub fn new(document: Map<String, Value>) -> Self {
        Self(document)
    }

    /// The document as it came.
    pub fn document(&self) -> &Map<String, Value> {
        &self.0
    }

    /// A text field.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str().filter(|text| !text.is_empty())
    }

    /// A list of texts; `None` if the provider does not say.
    pub fn list(&self, name: &str) -> Option<Vec<&str>> {
        Some(self.0.get(name)?.as_array()?.iter().filter_map(Value::as_str).collect())
    }

    /// A switch: false unless the provider says true.
    pub fn flag(&self, name: &str) -> bool {
        self.0.get(name).and_then(Value::as_bool).unwrap_or(false)
    }
}

impl AuthorizationServer {
    /// The server of this config, with its metadata where it was discovered.
    pub fn new(config: &AuthConfig, metadata: Option<Arc<Metadata>>) -> Self {
        let typed = Endpoint::ALL
            .into_iter()
            .filter_map(|endpoint| Some((endpoint, endpoint.typed_in(config)?.trim().to_owned())))
            .collect();
        Self {
            issuer: config.issuer.clone(),
            typed,
            typed_mtls_aliases: config.mtls_endpoint_aliases.clone(),
            metadata,
        }
    }

    /// The issuer identifier of the config, if it names one.
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// What the provider announced, where it was discovered.
    pub fn metadata(&self) -> Option<&Metadata> {
        self.metadata.as_deref()
    }

    /// An endpoint as text, typed in or announced.
    pub fn endpoint(&self, endpoint: Endpoint) -> Option<&str> {
        let typed = self.typed.iter().find(|(typed, _)| *typed == endpoint).map(|(_, url)| url.as_str());
        typed.or_else(|| self.metadata()?.text(endpoint.as_str()))
    }

    /// An endpoint that the flow cannot do without, as a URL.
    ///
    /// # Errors
    /// [`Code::Configuration`] if it is missing, is no URL, or is neither http nor https.
    pub fn require(&self, endpoint: Endpoint) -> Result<Url, Failure> {
        let text = self.endpoint(endpoint).ok_or_else(|| self.missing(endpoint))?;
        endpoint_url(endpoint.as_str(), text)
    }

    /// The same, by its alias for mutual TLS (RFC 8705 §5) where there is one.
    ///
    /// # Errors
    /// As [`Self::require`].
    pub fn require_mtls(&self, endpoint: Endpoint) -> Result<Url, Failure> {
        let name = endpoint.as_str();
        let announced = || self.metadata()?.document().get("mtls_endpoint_aliases")?.get(name)?.as_str();
        match self.typed_mtls_aliases.get(name).and_then(Value::as_str).or_else(announced) {
            Some(alias) => endpoint_url(name, alias),
            None => self.require(endpoint),
        }
    }

    /// A list in the metadata, for example `token_endpoint_auth_methods_supported`; `None` if nothing is known.
    pub fn supported(&self, name: &str) -> Option<Vec<&str>> {
        self.metadata()?.list(name)
    }

    /// A switch in the metadata, for example `require_pushed_authorization_requests`.
    pub fn flag(&self, name: &str) -> bool {
        self.metadata().is_some_and(|metadata| metadata.flag(name))
    }

    fn missing(&self, endpoint: Endpoint) -> Failure {
        let name = endpoint.as_str();
        let cause = match (&self.issuer, &self.metadata) {
            (Some(issuer), Some(_)) => format!("The metadata of {issuer} has no `{name}`, and none is set."),
            (Some(issuer), None) => format!("The metadata of {issuer} could not be read, and none is set."),
            (None, _) => "Neither the endpoint nor an issuer to discover it from is set.".to_owned(),
        };
        Failure::new(
            Code::Configuration,
            format!("The {} is not known", name.replace('_', " ")),
            cause,
            format!("Set `{name}`, or set the issuer and discover it."),
        )
    }
}

/// Reads an endpoint's URL.
///
/// # Errors
/// [`Code::Configuration`] if it is no absolute http or https URL, naming the setting.
pub fn endpoint_url(name: &str, text: &str) -> Result<Url, Failure> {
    let cause = match Url::parse(text.trim()) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => return Ok(url),
        Ok(url) => format!("Its scheme is `{}`; an endpoint is https (or http).", url.scheme()),
        Err(error) => {
            format!("\u{201c}{}\u{201d} is not an absolute URL: {error}.", crate::inert::inert(text, 200))
        }
    };
    Err(Failure::new(
        Code::Configuration,
        format!("The {} cannot be used", name.replace('_', " ")),
        cause,
        format!("Correct `{name}`; variables in it must have a value in the chosen environment."),
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    fn server(config: Value, metadata: Option<Value>) -> AuthorizationServer {
        let config = AuthConfig::from_json(&config).unwrap_or_else(|failure| panic!("{}", failure.cause));
        let metadata = metadata.map(|value| Arc::new(Metadata::new(value.as_object().unwrap().clone())));
        AuthorizationServer::new(&config, metadata)
    }

    #[test]
    fn an_endpoint_typed_in_wins_over_an_announced_one() {
        let server = server(
            json!({"grant": "password", "issuer": "https://id.example.com", "token_endpoint": "https://typed/token"}),
            Some(json!({"token_endpoint": "https://announced/token", "jwks_uri": "https://announced/jwks"})),
        );
        assert_eq!(server.endpoint(Endpoint::Token), Some("https://typed/token"));
        assert_eq!(server.endpoint(Endpoint::Jwks), Some("https://announced/jwks"));
    }

    #[test]
    fn a_missing_endpoint_is_named() {
        let failure = server(json!({"grant": "password"}), None).require(Endpoint::Token).err().unwrap();
        assert_eq!(failure.code, Code::Configuration);
        assert!(failure.next_step.contains("token_endpoint"));
    }

    #[test]
    fn an_endpoint_that_is_no_web_address_is_refused() {
        for text in ["file:///etc/passwd", "javascript:alert(1)", "/token", "{{base}}/token", "https://"] {
            let server = server(json!({"grant": "password", "token_endpoint": text}), None);
            assert_eq!(server.require(Endpoint::Token).err().unwrap().code, Code::Configuration, "{text}");
        }
    }

    #[test]
    fn mutual_tls_uses_the_alias_where_there_is_one() {
        let server = server(
            json!({"grant": "password"}),
            Some(json!({
                "token_endpoint": "https://id/token", "revocation_endpoint": "https://id/revoke",
                "mtls_endpoint_aliases": {"token_endpoint": "https://mtls.id/token"}
            })),
        );
        assert_eq!(server.require_mtls(Endpoint::Token).unwrap().as_str(), "https://mtls.id/token");
        assert_eq!(server.require_mtls(Endpoint::Revocation).unwrap().as_str(), "https://id/revoke");
    }

    #[test]
    fn metadata_of_unexpected_types_counts_as_absent() {
        let server = server(
            json!({"grant": "password"}),
            Some(
                json!({"token_endpoint": 5, "scopes_supported": "openid", "require_pushed_authorization_requests": "yes"}),
            ),
        );
        assert_eq!(server.endpoint(Endpoint::Token), None);
        assert_eq!(server.supported("scopes_supported"), None);
        assert!(!server.flag("require_pushed_authorization_requests"));
    }
}
