//! Dynamic client registration (RFC 7591).

use http::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use serde_json::{Map, Value, json};

use super::{Dialogue, unsendable};
use crate::authorization_server::Endpoint;
use crate::client_authentication::{chosen_method, method_name};
use crate::client_keys::public_jwks;
use crate::config::{AuthConfig, Grant};
use crate::failure::{Code, Failure};
use crate::secret::Secret;
use crate::token_response;
use crate::transcript::{Step, StepResult};

/// What the provider made of the registration: `client_id`, `client_secret`, and everything else it sent. It has
/// no `Debug`, as it holds credentials.
pub struct Registration {
    pub client_id: String,
    pub client_secret: Option<Secret>,
    /// For later changes of the registration (RFC 7592).
    pub registration_access_token: Option<Secret>,
    /// Every other field, as sent.
    pub response: Map<String, Value>,
}

/// The client metadata of a registration request (RFC 7591 §2), as this config wants to use the client.
pub fn request(config: &AuthConfig, supported: Option<&[&str]>) -> Value {
    let grant_type = match config.grant {
        Grant::AuthorizationCode => "authorization_code",
        Grant::Implicit => "implicit",
        Grant::Password => "password",
        Grant::ClientCredentials => "client_credentials",
        Grant::DeviceCode => "urn:ietf:params:oauth:grant-type:device_code",
        Grant::JwtBearer => "urn:ietf:params:oauth:grant-type:jwt-bearer",
        Grant::Saml2Bearer => "urn:ietf:params:oauth:grant-type:saml2-bearer",
        Grant::TokenExchange => "urn:ietf:params:oauth:grant-type:token-exchange",
        Grant::Ciba => "urn:openid:params:grant-type:ciba",
        Grant::RefreshToken => "refresh_token",
    };
    let mut metadata = json!({
        "client_name": "Gatepass",
        "application_type": "native",
        "grant_types": [grant_type, "refresh_token"],
        "token_endpoint_auth_method": method_name(chosen_method(config, supported)),
    });
    if matches!(config.grant, Grant::ClientCredentials | Grant::RefreshToken) {
        metadata["grant_types"] = json!([grant_type]);
    }
    if matches!(config.grant, Grant::AuthorizationCode | Grant::Implicit) {
        // A loopback redirect URI is registered without its port: any will do (RFC 8252 §7.3).
        metadata["redirect_uris"] = json!([config.redirect_uri.replace(":{port}", "")]);
        metadata["response_types"] = json!([crate::authorization_request::response_type(config)]);
    }
    if let Some(scope) = config.scope.as_deref().map(str::trim).filter(|scope| !scope.is_empty()) {
        metadata["scope"] = scope.into();
    }
    if config.dpop {
        metadata["dpop_bound_access_tokens"] = true.into();
    }
    if let Some(algorithm) = &config.id_token_signed_response_alg {
        metadata["id_token_signed_response_alg"] = algorithm.as_str().into();
    }
    if let Ok(keys) = public_jwks(config) {
        metadata["jwks"] = keys;
    }
    metadata
}

impl Dialogue<'_> {
    /// Registers a client for this config.
    ///
    /// # Errors
    /// What the provider refused, or [`Code::InvalidResponse`] if it gave no client id.
    pub async fn register(&self) -> Result<Registration, Failure> {
        let url = self.server.require(Endpoint::Registration)?;
        let supported = self.server.supported("token_endpoint_auth_methods_supported");
        let body = request(self.config, supported.as_deref()).to_string().into_bytes();
        let mut request = http::Request::post(url.as_str())
            .body(body)
            .map_err(|error| unsendable("registration_endpoint", &error.to_string()))?;
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let exchanged =
            self.flow.send(Step::Registration, request, None).await.map_err(|lost| lost.failure)?;
        let blanks = self.flow.blanks();
        let circumstances = self.circumstances(Step::Registration, &exchanged, &blanks);
        let read = token_response::read_answer(&exchanged.incoming, &circumstances)
            .map_err(|error| error.failure)
            .and_then(|answer| registration(answer).ok_or_else(|| no_client(&exchanged.place)));
        match read {
            Ok(registration) => {
                let detail = format!("Registered as {}", crate::inert::inert(&registration.client_id, 80));
                exchanged.end(self.flow, StepResult::Ok, detail);
                Ok(registration)
            }
            Err(failure) => {
                exchanged.end(
                    self.flow,
                    StepResult::Failed,
                    format!("{}: {}", failure.message, failure.cause),
                );
                Err(failure)
            }
        }
    }
}

fn registration(mut answer: Map<String, Value>) -> Option<Registration> {
    let mut secret = |name: &str| match answer.shift_remove(name) {
        Some(Value::String(text)) if !text.is_empty() => Some(text),
        _ => None,
    };
    let client_id = secret("client_id")?;
    let client_secret = secret("client_secret").map(Secret::from);
    let registration_access_token = secret("registration_access_token").map(Secret::from);
    Some(Registration { client_id, client_secret, registration_access_token, response: answer })
}

fn no_client(place: &str) -> Failure {
    Failure::new(
        Code::InvalidResponse,
        format!("{place} registered no client"),
        "Its answer has no `client_id` (RFC 7591 §3.2.1).",
        "Check the registration endpoint, or register the client by hand.",
    )
}
