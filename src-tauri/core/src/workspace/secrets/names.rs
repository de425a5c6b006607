//! By which names secrets go, and which names are known to be harmless.

use crate::workspace::AuthKind;

/// Whether a parameter of an authorization may be seen by anybody, whatever its value.
pub fn is_public_parameter(kind: AuthKind, name: &str) -> bool {
    public_parameters(kind).contains(&name)
}

/// Whether a header of that name carries a credential.
pub fn is_secret_header(name: &str) -> bool {
    const NAMES: [&str; 12] = [
        "authorization",
        "proxy-authorization",
        "cookie",
        "set-cookie",
        "dpop",
        "x-api-key",
        "api-key",
        "apikey",
        "x-auth-token",
        "x-access-token",
        "x-csrf-token",
        "x-amz-security-token",
    ];
    NAMES.iter().any(|secret| name.trim().eq_ignore_ascii_case(secret))
}

/// Whether a parameter in a URL or form carries a credential.
pub fn is_secret_field(name: &str) -> bool {
    const NAMES: [&str; 26] = [
        "access_token",
        "oauth_token",
        "oauth_signature",
        "id_token",
        "refresh_token",
        "token",
        "auth_token",
        "api_key",
        "apikey",
        "api-key",
        "x-api-key",
        "key",
        "client_secret",
        "client_assertion",
        "assertion",
        "subject_token",
        "actor_token",
        "code",
        "code_verifier",
        "password",
        "passwd",
        "secret",
        "signature",
        "sig",
        "x-amz-signature",
        "x-amz-security-token",
    ];
    NAMES.iter().any(|secret| name.trim().eq_ignore_ascii_case(secret))
}

fn public_parameters(kind: AuthKind) -> &'static [&'static str] {
    match kind {
        AuthKind::NoAuth | AuthKind::Bearer => &[],
        AuthKind::Basic => &["username"],
        AuthKind::ApiKey => &["key", "in"],
        AuthKind::Digest => &["username", "realm", "algorithm", "qop", "disableRetryRequest"],
        AuthKind::OAuth1 => &[
            "consumerKey",
            "signatureMethod",
            "realm",
            "version",
            "callback",
            "addParamsToHeader",
            "addEmptyParamsToSign",
            "includeBodyHash",
            "disableHeaderEncoding",
        ],
        AuthKind::AwsV4 => &["accessKey", "region", "service", "addAuthDataToQuery"],
        AuthKind::Hawk => &["authId", "algorithm", "user", "app", "delegation", "includePayloadHash"],
        AuthKind::Ntlm => &["username", "domain", "workstation", "disableRetryRequest"],
        AuthKind::EdgeGrid => &["baseURL", "headersToSign", "maxBodySize"],
        AuthKind::Jwt => &[
            "algorithm",
            "isSecretBase64Encoded",
            "addTokenTo",
            "headerPrefix",
            "queryParamKey",
            "header",
            "payload",
        ],
        AuthKind::Asap => &["alg", "kid", "iss", "aud", "sub", "exp", "claims"],
        AuthKind::OAuth2 => OAUTH2_PUBLIC,
    }
}

/// The keys of an auth config whose values are no secret (see `gatepass_oauth::config`).
const OAUTH2_PUBLIC: &[&str] = &[
    "type",
    "grant",
    "token_name",
    "issuer",
    "accepted_issuers",
    "authorization_endpoint",
    "token_endpoint",
    "refresh_endpoint",
    "device_authorization_endpoint",
    "pushed_authorization_request_endpoint",
    "backchannel_authentication_endpoint",
    "registration_endpoint",
    "jwks_uri",
    "userinfo_endpoint",
    "introspection_endpoint",
    "revocation_endpoint",
    "end_session_endpoint",
    "mtls_endpoint_aliases",
    "client_id",
    "client_authentication",
    "basic_encoding",
    "assertion_audience",
    "scope",
    "audience",
    "resource",
    "authorization_details",
    "redirect_uri",
    "response_type",
    "response_mode",
    "pkce",
    "prompt",
    "login_hint",
    "max_age",
    "acr_values",
    "ui_locales",
    "claims",
    "binding_message",
    "username",
    "subject_token_type",
    "actor_token_type",
    "requested_token_type",
    "dpop",
    "par",
    "request_object",
    "id_token_signed_response_alg",
    "origin",
    "use_token",
    "send_in",
    "header_name",
    "header_prefix",
    "parameter_name",
    "auto_refresh",
    "refresh_margin_seconds",
    "silent_renewal",
    "retry_on_401",
    "login_timeout_seconds",
    "allow_invalid_id_token",
];

/// What may be seen of a key, a certificate, and a free parameter.
pub(super) const KEY_PUBLIC: &[&str] = &["alg", "kid"];
pub(super) const EXTRA_PUBLIC: &[&str] = &["name", "in", "enabled", "description"];
/// What may be seen of the certificates for a host.
pub(super) const HOST_PUBLIC: &[&str] = &["host", "certificate", "key", "ca_bundle", "enabled"];
/// Sending settings that are no secret.
pub(super) const SETTINGS_PUBLIC: &[&str] = &[
    "verify_tls",
    "follow_redirects",
    "max_redirects",
    "keep_method_on_redirect",
    "keep_authorization_across_origins",
    "timeout_ms",
    "http_version",
    "cookies",
    "encode_url",
    "ca_bundle",
    "body_limit",
];
