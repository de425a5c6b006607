//! What the provider and the API say about themselves: discovery, keys, protected resource metadata.

use http::StatusCode;
use serde_json::json;

use crate::{
    answer::Answer,
    clients::{DEVICE_CODE, TOKEN_EXCHANGE},
    error::OAuthError,
    incoming::Incoming,
    keys::Algorithm,
    scope::SCOPES,
    visit::Visit,
};

fn scope_names() -> Vec<&'static str> {
    SCOPES.iter().map(|(name, _)| *name).collect()
}

/// Authorization server metadata (OpenID Connect Discovery 1.0 §3, RFC 8414 §2).
pub(crate) fn authorization_server(visit: &mut Visit, _: &Incoming) -> Result<Answer, OAuthError> {
    let authentication = ["none", "client_secret_basic", "client_secret_post"];
    let metadata = json!({
        "issuer": visit.issuer,
        "authorization_endpoint": visit.url("/authorize"),
        "token_endpoint": visit.url("/token"),
        "device_authorization_endpoint": visit.url("/device_authorization"),
        "userinfo_endpoint": visit.url("/userinfo"),
        "introspection_endpoint": visit.url("/introspect"),
        "revocation_endpoint": visit.url("/revoke"),
        "end_session_endpoint": visit.url("/end_session"),
        "jwks_uri": visit.url("/jwks"),
        "service_documentation": visit.url("/"),
        "scopes_supported": scope_names(),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "form_post"],
        "grant_types_supported":
            ["authorization_code", "refresh_token", "client_credentials", "password", DEVICE_CODE, TOKEN_EXCHANGE],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": authentication,
        "introspection_endpoint_auth_methods_supported": authentication,
        "revocation_endpoint_auth_methods_supported": authentication,
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": Algorithm::ALL.map(Algorithm::name),
        "claims_supported": [
            "iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "at_hash", "amr", "jti",
            "name", "given_name", "family_name", "preferred_username", "email", "email_verified",
        ],
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "authorization_response_iss_parameter_supported": true,
        "claims_parameter_supported": false,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
    });
    Ok(Answer::json(StatusCode::OK, &metadata))
}

/// The public halves of the signing keys (RFC 7517).
pub(crate) fn jwks(visit: &mut Visit, _: &Incoming) -> Result<Answer, OAuthError> {
    Ok(Answer::json(StatusCode::OK, &visit.keys.jwk_set()?))
}

/// Protected resource metadata of the API (RFC 9728 §2).
pub(crate) fn protected_resource(visit: &mut Visit, _: &Incoming) -> Result<Answer, OAuthError> {
    let metadata = json!({
        "resource": visit.api(),
        "resource_name": "Gatepass playground API",
        "authorization_servers": [visit.issuer],
        "scopes_supported": ["openid", "profile", "email", "photos.read", "photos.write"],
        "bearer_methods_supported": ["header", "body"],
        "resource_documentation": visit.url("/"),
    });
    Ok(Answer::json(StatusCode::OK, &metadata))
}
