#![allow(clippy::unwrap_used)]

mod encrypted;
mod judgement;
mod key_set;
mod refresh;
mod relying_party;

use aws_lc_rs::digest::{SHA256, SHA512, digest};
use serde_json::json;

use super::*;
use crate::jwt::{Algorithm, PrivateKey, SigningKey, base64url, sign};
use crate::testing::{Answer, World, keys};

const NOW: i64 = 1_767_225_600;
const ISSUER: &str = "https://id.example.com";
const SECRET: &str = "a client secret that is long enough for HS256";

/// A token and what it is held against: sound, until a test changes something.
struct Scene {
    config: Value,
    claims: Map<String, Value>,
    header: Map<String, Value>,
    algorithm: Algorithm,
    jwks: Jwks,
}

impl Scene {
    fn new() -> Self {
        let rsa = PrivateKey::from_jwk(&Secret::from(keys::RFC_7515_A2_RSA)).unwrap();
        let ec = PrivateKey::from_jwk(&Secret::from(keys::RFC_7515_A3_P256)).unwrap();
        let ed25519 = PrivateKey::from_jwk(&Secret::from(keys::RFC_8037_A1)).unwrap();
        let published = [rsa, ec, ed25519].map(|key| Value::Object(key.public_key().to_members()));
        Self {
            config: json!({
                "grant": "authorization_code", "issuer": ISSUER, "client_id": "photos", "client_secret": SECRET
            }),
            claims: json!({
                "iss": ISSUER, "aud": "photos", "sub": "alice", "exp": NOW + 300, "iat": NOW, "nonce": "n-0S6_WzA2Mj"
            })
            .as_object()
            .unwrap()
            .clone(),
            header: Map::new(),
            algorithm: Algorithm::Rs256,
            jwks: Jwks::parse(&json!({ "keys": published })).unwrap(),
        }
    }

    fn claim(mut self, name: &str, value: Value) -> Self {
        if value.is_null() {
            self.claims.remove(name);
        } else {
            self.claims.insert(name.to_owned(), value);
        }
        self
    }

    fn config(mut self, name: &str, value: Value) -> Self {
        self.config[name] = value;
        self
    }

    fn algorithm(mut self, algorithm: Algorithm) -> Self {
        self.algorithm = algorithm;
        self
    }

    fn token(&self) -> Secret {
        let secret = Secret::from(SECRET);
        let text = match self.algorithm {
            Algorithm::Es256 => keys::RFC_7515_A3_P256,
            Algorithm::EdDsa => keys::RFC_8037_A1,
            _ => keys::RFC_7515_A2_RSA,
        };
        let key = PrivateKey::from_jwk(&Secret::from(text)).unwrap();
        let key = if self.algorithm.is_symmetric() {
            SigningKey::Secret(&secret)
        } else {
            SigningKey::Private(&key)
        };
        sign(self.algorithm, key, self.header.clone(), &self.claims).unwrap()
    }

    /// The verdict on the token, held against what `change` makes of the expectations.
    fn verdict(&self, change: impl FnOnce(&mut Expectations<'_>)) -> IdTokenVerdict {
        self.verdict_on(&self.token(), change)
    }

    fn verdict_on(&self, token: &Secret, change: impl FnOnce(&mut Expectations<'_>)) -> IdTokenVerdict {
        let config = AuthConfig::from_json(&self.config).unwrap();
        let rule = IssuerRule::of(&config);
        let nonce = Secret::from("n-0S6_WzA2Mj");
        let mut expectations = Expectations::of(&config, &rule, Source::TokenEndpoint, NOW * 1000);
        expectations.nonce = Some(&nonce);
        change(&mut expectations);
        verify_with(token, &expectations, Keys::Published(&self.jwks))
    }

    fn check(&self, name: &str) -> Check {
        found(&self.verdict(|_| ()), name)
    }
}

fn found(verdict: &IdTokenVerdict, name: &str) -> Check {
    verdict.checks.iter().find(|check| check.check == name).unwrap().clone()
}

/// The one failed check of a verdict.
#[track_caller]
fn only_failure(verdict: &IdTokenVerdict, name: &str) -> String {
    let failed: Vec<&Check> =
        verdict.checks.iter().filter(|check| check.result == CheckResult::Fail).collect();
    let names: Vec<&str> = failed.iter().map(|check| check.check.as_str()).collect();
    assert_eq!(names, [name]);
    failed[0].detail.clone()
}

#[track_caller]
fn rejected(scene: &Scene, name: &str) -> String {
    only_failure(&scene.verdict(|_| ()), name)
}

#[test]
fn a_sound_token_passes_and_each_check_has_a_verdict_with_a_reason() {
    let verdict = Scene::new().verdict(|_| ());
    assert!(verdict.is_sound());
    let names: Vec<&str> = verdict.checks.iter().map(|check| check.check.as_str()).collect();
    assert_eq!(names, CHECKS);
    assert!(verdict.checks.iter().all(|check| check.detail.ends_with('.')));
    for name in ["signature", "iss", "aud", "exp", "iat", "nonce", "sub"] {
        assert_eq!(found(&verdict, name).result, CheckResult::Pass, "{name}");
    }
    for name in ["azp", "nbf", "at_hash", "c_hash", "auth_time", "acr"] {
        assert_eq!(found(&verdict, name).result, CheckResult::Skipped, "{name}");
    }
    assert_eq!(verdict.subject(), Some("alice"));
}

#[test]
fn rsa_ec_and_ed25519_signatures_are_verified() {
    for algorithm in [Algorithm::Rs384, Algorithm::Ps512, Algorithm::Es256, Algorithm::EdDsa] {
        assert!(Scene::new().algorithm(algorithm).verdict(|_| ()).is_sound(), "{algorithm}");
    }
}
