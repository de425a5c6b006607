#![allow(clippy::unwrap_used)]
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::*;
use crate::jwt::{Jwk, Jwt, PrivateKey, VerificationKey};
use crate::testing::{Counting, StoppedClock, keys};

const ISSUER: &str = "https://id.example.com";
const TOKEN_ENDPOINT: &str = "https://id.example.com/token";

fn config(extra: Value) -> AuthConfig {
    let mut value = json!({"grant": "client_credentials", "client_id": "photos"});
    value.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    AuthConfig::from_json(&value).unwrap()
}

fn provider<'a>() -> Provider<'a> {
    Provider { issuer: Some(ISSUER), token_endpoint: Some(TOKEN_ENDPOINT), ..Provider::default() }
}

fn attempt(config: &AuthConfig, provider: &Provider<'_>) -> Result<Authenticated, Failure> {
    authenticate(config, provider, &StoppedClock::at(1_700_000_000), &Counting::default())
}

fn authenticated(extra: Value) -> Authenticated {
    attempt(&config(extra), &provider()).unwrap()
}

fn params(authenticated: &Authenticated) -> Vec<(&str, &str)> {
    authenticated.params.iter().map(|(name, value)| (*name, value.expose())).collect()
}

fn basic(extra: Value) -> (String, Vec<String>) {
    let authenticated = authenticated(extra);
    assert!(authenticated.params.is_empty());
    let (name, value) = &authenticated.headers[0];
    assert_eq!(name, http::header::AUTHORIZATION);
    let credentials = STANDARD.decode(value.expose().strip_prefix("Basic ").unwrap()).unwrap();
    (String::from_utf8(credentials).unwrap(), authenticated.notices)
}

fn assertion(authenticated: &Authenticated) -> Jwt {
    let (_, value) = authenticated.params.iter().find(|(name, _)| *name == "client_assertion").unwrap();
    Jwt::decode(value).unwrap()
}

#[test]
fn a_public_client_sends_its_id_and_neither_secret_nor_header() {
    let authenticated = authenticated(json!({"client_authentication": "none", "client_secret": "unused"}));
    assert_eq!(params(&authenticated), [("client_id", "photos")]);
    assert!(authenticated.headers.is_empty());
}

#[test]
fn an_empty_secret_is_no_secret() {
    let authenticated = authenticated(json!({"client_secret": ""}));
    assert_eq!(authenticated.method, ClientAuthentication::None);
}

#[test]
fn post_sends_id_and_secret_in_the_body_alone() {
    let authenticated =
        authenticated(json!({"client_authentication": "client_secret_post", "client_secret": "s3cret"}));
    assert_eq!(params(&authenticated), [("client_id", "photos"), ("client_secret", "s3cret")]);
    assert!(authenticated.headers.is_empty());
}

#[test]
fn basic_sends_the_client_id_once_and_in_the_header() {
    let (credentials, notices) = basic(json!({"client_secret": "s3cret"}));
    assert_eq!(credentials, "photos:s3cret");
    assert!(notices.is_empty());
}

#[test]
fn basic_credentials_are_form_urlencoded_and_auto_says_so() {
    let secret = "p@ss w/+%ü:=";
    let encoded = "photos:p%40ss+w%2F%2B%25%C3%BC%3A%3D";
    let (credentials, notices) = basic(json!({ "client_secret": secret }));
    assert_eq!(credentials, encoded);
    assert_eq!(notices.len(), 1);
    assert!(notices[0].contains("RFC 6749") && !notices[0].contains("p@ss"));
    let (credentials, notices) = basic(json!({"client_secret": secret, "basic_encoding": "rfc6749"}));
    assert_eq!((credentials.as_str(), notices.len()), (encoded, 0));
}

#[test]
fn basic_credentials_can_be_sent_raw() {
    let (credentials, _) = basic(json!({"client_secret": "p@ss w/+%:=", "basic_encoding": "raw"}));
    assert_eq!(credentials, "photos:p@ss w/+%:=");
}

#[test]
fn a_client_id_with_a_colon_is_not_sent_raw() {
    let config = config(json!({"client_id": "urn:photos", "client_secret": "s", "basic_encoding": "raw"}));
    let failure = attempt(&config, &provider()).err().unwrap();
    assert_eq!(failure.fix.unwrap().value, "rfc6749");
}

#[test]
fn a_method_without_its_credential_fails_before_anything_is_sent() {
    for method in [
        "client_secret_basic",
        "client_secret_post",
        "client_secret_jwt",
        "private_key_jwt",
        "tls_client_auth",
        "self_signed_tls_client_auth",
    ] {
        let failure =
            attempt(&config(json!({ "client_authentication": method })), &provider()).err().unwrap();
        assert_eq!(failure.code, Code::Configuration);
        assert!(failure.cause.contains(method), "{}", failure.cause);
    }
}

#[test]
fn the_assertion_names_the_client_one_audience_and_a_short_life() {
    let authenticated =
        authenticated(json!({"client_authentication": "client_secret_jwt", "client_secret": "s3cret"}));
    let jwt = assertion(&authenticated);
    let claims = jwt.claims();
    assert_eq!((claims["iss"].as_str(), claims["sub"].as_str()), (Some("photos"), Some("photos")));
    assert_eq!(claims["aud"], ISSUER);
    assert_eq!(claims["iat"], 1_700_000_000);
    assert_eq!(claims["exp"], 1_700_000_120);
    assert!(claims["jti"].as_str().unwrap().len() >= 22);
    assert_eq!(jwt.verify(VerificationKey::Secret(&Secret::from("s3cret"))), Ok(()));
    let sent = params(&authenticated);
    assert_eq!(sent[0], ("client_id", "photos"));
    assert_eq!(sent[1], ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"));
    assert!(authenticated.headers.is_empty());
    assert!(!sent.iter().any(|(name, _)| *name == "client_secret"));
}

#[test]
fn each_assertion_has_an_identifier_of_its_own() {
    let config = config(json!({"client_authentication": "client_secret_jwt", "client_secret": "s3cret"}));
    let randomness = Counting::default();
    let of = || {
        let done = authenticate(&config, &provider(), &StoppedClock::at(0), &randomness).unwrap();
        assertion(&done).claims()["jti"].clone()
    };
    assert_ne!(of(), of());
}

#[test]
fn the_audience_of_an_assertion_can_be_chosen() {
    for (chosen, expected) in [
        (json!(null), ISSUER),
        (json!("issuer"), ISSUER),
        (json!("token_endpoint"), TOKEN_ENDPOINT),
        (json!("https://other.example"), "https://other.example"),
    ] {
        let authenticated = authenticated(json!({
            "client_authentication": "client_secret_jwt", "client_secret": "s", "assertion_audience": chosen
        }));
        assert_eq!(assertion(&authenticated).claims()["aud"], expected);
    }
}

#[test]
fn without_an_issuer_the_assertion_is_for_the_token_endpoint() {
    let config = config(json!({"client_authentication": "client_secret_jwt", "client_secret": "s"}));
    let provider = Provider { issuer: None, ..provider() };
    assert_eq!(assertion(&attempt(&config, &provider).unwrap()).claims()["aud"], TOKEN_ENDPOINT);
    assert!(attempt(&config, &Provider::default()).is_err());
}

#[test]
fn a_private_key_signs_and_is_named_by_kid_and_certificate() {
    let authenticated = authenticated(json!({
        "client_authentication": "private_key_jwt",
        "client_key": {"pem": keys::P256_WITH_CERTIFICATE, "kid": "key-1"}
    }));
    let jwt = assertion(&authenticated);
    assert_eq!((jwt.alg(), jwt.kid()), (Some("ES256"), Some("key-1")));
    assert_eq!(jwt.header()["x5t#S256"], keys::CERTIFICATE_THUMBPRINT);
    let key = PrivateKey::from_pem(&Secret::from(keys::P256_WITH_CERTIFICATE), None).unwrap().public_key();
    let public = Jwk::from_json(&Value::Object(key.to_members())).unwrap();
    assert_eq!(jwt.verify(VerificationKey::Public(&public)), Ok(()));
}

#[test]
fn a_jwk_brings_its_own_kid_and_algorithm() {
    let mut jwk: Value = serde_json::from_str(keys::RFC_7515_A2_RSA).unwrap();
    jwk["kid"] = "rsa-1".into();
    jwk["alg"] = "PS384".into();
    let authenticated = authenticated(json!({ "client_key": {"jwk": jwk} }));
    let jwt = assertion(&authenticated);
    assert_eq!((jwt.alg(), jwt.kid()), (Some("PS384"), Some("rsa-1")));
}

#[test]
fn the_algorithm_of_an_assertion_is_one_that_the_provider_takes() {
    let offered = ["HS512", "PS256"];
    let provider = Provider { signing_algorithms: Some(&offered), ..provider() };
    let secret = config(json!({"client_authentication": "client_secret_jwt", "client_secret": "s"}));
    assert_eq!(assertion(&attempt(&secret, &provider).unwrap()).alg(), Some("HS512"));
    let key = config(json!({"client_key": {"pem": keys::RSA_PKCS8}}));
    assert_eq!(assertion(&attempt(&key, &provider).unwrap()).alg(), Some("PS256"));
}

#[test]
fn mutual_tls_presents_the_certificate_and_says_whose_it_is() {
    let authenticated = authenticated(json!({
        "client_authentication": "self_signed_tls_client_auth",
        "client_certificate": {"pem": keys::P256_WITH_CERTIFICATE}
    }));
    assert_eq!(params(&authenticated), [("client_id", "photos")]);
    assert!(authenticated.headers.is_empty());
    assert!(matches!(authenticated.client_certificate, Some(ClientCertificate::Pem(_))));
}

#[test]
fn a_certificate_is_presented_with_other_methods_too() {
    let authenticated = authenticated(json!({
        "client_authentication": "client_secret_post", "client_secret": "s",
        "client_certificate": {"pkcs12": keys::P256_PKCS12, "password": keys::PKCS12_PASSWORD}
    }));
    assert!(matches!(authenticated.client_certificate, Some(ClientCertificate::Pkcs12 { .. })));
}

#[test]
fn a_certificate_without_a_key_goes_with_the_client_key() {
    let presented = |extra: Value| match authenticated(extra).client_certificate {
        Some(ClientCertificate::Pem(pem)) => pem.expose().to_owned(),
        _ => panic!("a certificate as PEM"),
    };
    let certificate = keys::P256_WITH_CERTIFICATE.split_once("-----END PRIVATE KEY-----").unwrap().1;
    let method = "tls_client_auth";
    let joined = presented(json!({
        "client_authentication": method, "client_certificate": {"pem": certificate},
        "client_key": {"pem": keys::P256_SEC1}
    }));
    assert!(joined.contains("BEGIN CERTIFICATE") && joined.contains("BEGIN EC PRIVATE KEY"));
    let whole = presented(json!({
        "client_authentication": method, "client_certificate": {"pem": keys::P256_WITH_CERTIFICATE},
        "client_key": {"pem": keys::P256_SEC1}
    }));
    assert_eq!(whole, keys::P256_WITH_CERTIFICATE);
}

#[test]
fn auto_goes_by_what_the_provider_supports_and_the_config_holds() {
    use ClientAuthentication as Method;
    let secret = json!({"client_secret": "s"});
    let key = json!({"client_key": {"pem": "k"}});
    let certificate = json!({"client_certificate": {"pem": "c"}});
    let both = json!({"client_secret": "s", "client_key": {"pem": "k"}});
    for (extra, supported, expected) in [
        (json!({}), None, Method::None),
        (json!({}), Some(vec!["client_secret_basic"]), Method::None),
        (secret.clone(), None, Method::ClientSecretBasic),
        (secret.clone(), Some(vec!["none", "client_secret_post"]), Method::ClientSecretPost),
        (secret.clone(), Some(vec!["client_secret_post", "client_secret_basic"]), Method::ClientSecretBasic),
        (secret.clone(), Some(vec!["client_secret_jwt"]), Method::ClientSecretJwt),
        (secret, Some(vec!["private_key_jwt"]), Method::ClientSecretBasic),
        (key.clone(), None, Method::PrivateKeyJwt),
        (key, Some(vec!["client_secret_basic"]), Method::PrivateKeyJwt),
        (both.clone(), Some(vec!["client_secret_basic", "private_key_jwt"]), Method::PrivateKeyJwt),
        (both, Some(vec!["client_secret_post"]), Method::ClientSecretPost),
        (certificate.clone(), None, Method::TlsClientAuth),
        (certificate, Some(vec!["self_signed_tls_client_auth"]), Method::SelfSignedTlsClientAuth),
    ] {
        let config = config(extra.clone());
        assert_eq!(chosen_method(&config, supported.as_deref()), expected, "{extra} with {supported:?}");
    }
}

#[test]
fn a_method_of_the_config_wins_over_what_the_provider_says() {
    let config = config(json!({"client_authentication": "client_secret_post", "client_secret": "s"}));
    assert_eq!(
        chosen_method(&config, Some(&["client_secret_basic"])),
        ClientAuthentication::ClientSecretPost
    );
}

#[test]
fn failures_hold_no_secret() {
    let config = config(json!({
        "client_id": "a:b", "client_secret": "s3cret-canary", "basic_encoding": "raw"
    }));
    let failure = attempt(&config, &provider()).err().unwrap();
    assert!(!serde_json::to_string(&failure).unwrap().contains("canary"));
}
