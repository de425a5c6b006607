//! Any text as a JWT. The keys are those of the examples in RFC 7515 and RFC 8037; nobody can sign with them here, so
//! that whatever verifies must be one of the examples, as it is.
#![no_main]

use std::sync::LazyLock;

use gatepass_oauth::authorization_server::IssuerRule;
use gatepass_oauth::id_token::{Expectations, Keys, Source, verify_with};
use gatepass_oauth::jwe::{self, DecryptionKeys};
use gatepass_oauth::jwt::{Jwk, Jwt, VerificationKey};
use gatepass_oauth::{AuthConfig, Secret};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

const RSA: &str = include_str!("../../src/testing/keys/rfc7515-a2-rsa.jwk.json");
const P256: &str = include_str!("../../src/testing/keys/rfc7515-a3-p256.jwk.json");
const P521: &str = include_str!("../../src/testing/keys/rfc7515-a4-p521.jwk.json");
const ED25519: &str = include_str!("../../src/testing/keys/rfc8037-a1-ed25519.jwk.json");

/// What the examples sign: header and payload.
const RS256_EXAMPLE: &str = include_str!("../seeds/jwt/rfc7515-a2-rs256");
const ES256_EXAMPLE: &str = include_str!("../seeds/jwt/rfc7515-a3-es256");

static PUBLIC: LazyLock<Vec<Jwk>> = LazyLock::new(|| {
    let read = |text| Jwk::from_json(&serde_json::from_str(text).expect("JSON")).expect("a public key");
    [RSA, P256, P521, ED25519].map(read).into()
});

static CONFIG: LazyLock<AuthConfig> = LazyLock::new(|| {
    let config =
        json!({"grant": "authorization_code", "client_id": "photos", "issuer": "https://id.example.com"});
    AuthConfig::from_json(&config).expect("a config that is in order")
});

fuzz_target!(|input: &[u8]| {
    let text = String::from_utf8_lossy(input);
    let token = Secret::from(text.as_ref());
    judge_as_id_token(&token);
    open_as_jwe(&token);
    if let Ok(jwt) = Jwt::decode(&token) {
        verify(&jwt, &text);
        if let Some(key) = jwt.header().get("jwk").or_else(|| jwt.claims().get("jwk")) {
            read_as_key(key);
        }
    }
});

fn verify(jwt: &Jwt, text: &str) {
    let signed = text.rsplit_once('.').map_or("", |(signed, _)| signed);
    let is_example = [RS256_EXAMPLE, ES256_EXAMPLE]
        .iter()
        .any(|example| example.rsplit_once('.').is_some_and(|(known, _)| known == signed));
    for key in PUBLIC.iter() {
        assert!(
            jwt.verify(VerificationKey::Public(key)).is_err() || is_example,
            "a forged token is believed"
        );
    }
    assert!(jwt.verify(VerificationKey::Secret(&Secret::from("open-sesame"))).is_err(), "a guessed MAC");
}

/// No token here passes: none is from the issuer that is asked.
fn judge_as_id_token(token: &Secret) {
    let issuer = IssuerRule::of(&CONFIG);
    let expectations = Expectations::of(&CONFIG, &issuer, Source::TokenEndpoint, 1_767_225_600_000);
    let verdict = verify_with(token, &expectations, Keys::Unknown);
    assert!(!verdict.checks.is_empty());
    for check in verdict.checks {
        assert!(
            !check.detail.contains(['\u{1b}', '\n', '\u{202e}']),
            "{} could steer a terminal",
            check.check
        );
    }
}

fn open_as_jwe(token: &Secret) {
    let _ = jwe::describe(token);
    let secret = Secret::from("open-sesame");
    let keys = DecryptionKeys { private: None, secret: Some(&secret) };
    assert!(jwe::decrypt(token, keys).is_err(), "a guessed encryption");
}

fn read_as_key(key: &Value) {
    if let Ok(jwk) = Jwk::from_json(key) {
        assert_eq!(jwk.key.thumbprint().len(), 43);
        let again =
            Jwk::from_json(&Value::Object(jwk.key.to_members())).expect("what was read can be written");
        assert_eq!(again.key, jwk.key);
    }
}
