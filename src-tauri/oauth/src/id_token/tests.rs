#![allow(clippy::unwrap_used)]
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

// The negative modules of the OpenID Foundation's conformance suite for relying parties.

#[test]
fn oidcc_client_test_invalid_iss() {
    let detail = rejected(&Scene::new().claim("iss", json!("https://id.example.com/")), "iss");
    assert!(detail.contains("https://id.example.com/, expected https://id.example.com."), "{detail}");
}

#[test]
fn oidcc_client_test_missing_iss() {
    rejected(&Scene::new().claim("iss", Value::Null), "iss");
}

#[test]
fn oidcc_client_test_missing_sub() {
    rejected(&Scene::new().claim("sub", Value::Null), "sub");
    rejected(&Scene::new().claim("sub", json!("")), "sub");
    rejected(&Scene::new().claim("sub", json!(5)), "sub");
}

#[test]
fn oidcc_client_test_invalid_aud() {
    let detail = rejected(&Scene::new().claim("aud", json!("photos-web")), "aud");
    assert!(detail.contains("photos-web") && detail.contains("photos."), "{detail}");
}

#[test]
fn oidcc_client_test_missing_aud() {
    for aud in [Value::Null, json!([]), json!([5]), json!({})] {
        rejected(&Scene::new().claim("aud", aud), "aud");
    }
}

#[test]
fn oidcc_client_test_missing_iat() {
    rejected(&Scene::new().claim("iat", Value::Null), "iat");
}

#[test]
fn oidcc_client_test_nonce_invalid() {
    let detail = rejected(&Scene::new().claim("nonce", json!("replayed")), "nonce");
    assert!(detail.contains("another sign-in"), "{detail}");
    rejected(&Scene::new().claim("nonce", Value::Null), "nonce");
    rejected(&Scene::new().claim("nonce", json!(["n-0S6_WzA2Mj"])), "nonce");
}

#[test]
fn oidcc_client_test_invalid_sig_rs256() {
    for algorithm in [Algorithm::Rs256, Algorithm::Es256, Algorithm::Hs256] {
        let scene = Scene::new().algorithm(algorithm);
        let forged = Scene::new().algorithm(algorithm).claim("sub", json!("mallory")).token();
        let sound = scene.token();
        let signature = sound.expose().rsplit('.').next().unwrap();
        let (signed, _) = forged.expose().rsplit_once('.').unwrap();
        let verdict = scene.verdict_on(&Secret::new(format!("{signed}.{signature}")), |_| ());
        only_failure(&verdict, "signature");
    }
}

#[test]
fn oidcc_client_test_idtoken_sig_none() {
    let sound = Scene::new().token();
    let payload = sound.expose().split('.').nth(1).unwrap();
    let unsigned =
        Secret::new(format!("{}.{payload}.", base64url::encode(json!({"alg": "none"}).to_string())));
    let detail = only_failure(&Scene::new().verdict_on(&unsigned, |_| ()), "signature");
    assert!(detail.contains("not registered"), "{detail}");
    let registered = Scene::new().config("id_token_signed_response_alg", json!("none"));
    let direct = registered.verdict_on(&unsigned, |_| ());
    assert_eq!(found(&direct, "signature").result, CheckResult::Skipped);
    let by_browser =
        registered.verdict_on(&unsigned, |expectations| expectations.source = Source::AuthorizationEndpoint);
    only_failure(&by_browser, "signature");
    let announced = Scene::new()
        .verdict_on(&unsigned, |expectations| expectations.announced_algorithms = Some(&["none"]));
    only_failure(&announced, "signature");
}

#[test]
fn oidcc_client_test_missing_and_invalid_at_hash() {
    let access_token = Secret::from("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y");
    let by_browser = |scene: &Scene| {
        let access_token = access_token.clone();
        let token = scene.token();
        let config = AuthConfig::from_json(&scene.config).unwrap();
        let rule = IssuerRule::of(&config);
        let mut expectations = Expectations::of(&config, &rule, Source::AuthorizationEndpoint, NOW * 1000);
        expectations.access_token = Some(&access_token);
        verify_with(&token, &expectations, Keys::Published(&scene.jwks))
    };
    // The example of OpenID Connect Core, appendix A.3.
    let right = Scene::new().claim("at_hash", json!("77QmUPtjPfzWtF2AnpK9RQ"));
    assert_eq!(found(&by_browser(&right), "at_hash").result, CheckResult::Pass);
    only_failure(&by_browser(&Scene::new()), "at_hash");
    only_failure(&by_browser(&Scene::new().claim("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA"))), "at_hash");
    only_failure(&by_browser(&Scene::new().claim("at_hash", json!(5))), "at_hash");
}

#[test]
fn oidcc_client_test_missing_and_invalid_c_hash() {
    let code = Secret::from("Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk");
    let by_browser = |scene: &Scene| {
        let token = scene.token();
        let config = AuthConfig::from_json(&scene.config).unwrap();
        let rule = IssuerRule::of(&config);
        let mut expectations = Expectations::of(&config, &rule, Source::AuthorizationEndpoint, NOW * 1000);
        expectations.code = Some(&code);
        verify_with(&token, &expectations, Keys::Published(&scene.jwks))
    };
    // The example of OpenID Connect Core, appendix A.4.
    let right = Scene::new().claim("c_hash", json!("LDktKdoQak3Pk0cnXxCltA"));
    assert_eq!(found(&by_browser(&right), "c_hash").result, CheckResult::Pass);
    only_failure(&by_browser(&Scene::new()), "c_hash");
    only_failure(&by_browser(&Scene::new().claim("c_hash", json!("AAAAAAAAAAAAAAAAAAAAAA"))), "c_hash");
}

#[test]
fn oidcc_client_test_userinfo_invalid_sub() {
    let verdict = Scene::new().verdict(|expectations| expectations.userinfo_subject = Some("mallory"));
    let detail = only_failure(&verdict, "sub");
    assert!(detail.contains("alice") && detail.contains("mallory"), "{detail}");
    let verdict = Scene::new().verdict(|expectations| expectations.userinfo_subject = Some("alice"));
    assert!(verdict.is_sound());
}

// The must-accept traps.

#[test]
fn an_audience_in_a_list_is_accepted() {
    assert!(Scene::new().claim("aud", json!(["photos"])).verdict(|_| ()).is_sound());
}

#[test]
fn a_hash_is_made_with_the_hash_of_the_signature_algorithm() {
    let token = Secret::from("token");
    for (algorithm, hash) in
        [(Algorithm::Es256, &SHA256), (Algorithm::Rs512, &SHA512), (Algorithm::EdDsa, &SHA512)]
    {
        let full = digest(hash, token.expose().as_bytes());
        let half = base64url::encode(&full.as_ref()[..full.as_ref().len() / 2]);
        let scene = Scene::new().algorithm(algorithm).claim("at_hash", json!(half));
        let config = AuthConfig::from_json(&scene.config).unwrap();
        let rule = IssuerRule::of(&config);
        let mut expectations = Expectations::of(&config, &rule, Source::TokenEndpoint, NOW * 1000);
        expectations.access_token = Some(&token);
        let verdict = verify_with(&scene.token(), &expectations, Keys::Published(&scene.jwks));
        assert_eq!(found(&verdict, "at_hash").result, CheckResult::Pass, "{algorithm}");
    }
}

// Audiences (OpenID Connect Core §3.1.3.7, 3–5).

#[test]
fn several_audiences_need_an_authorized_party_that_is_us() {
    let with = |azp: Value| Scene::new().claim("aud", json!(["photos", "api"])).claim("azp", azp);
    assert!(with(json!("photos")).verdict(|_| ()).is_sound());
    rejected(&with(json!("api")), "azp");
    rejected(&with(Value::Null), "azp");
    rejected(&with(json!(["photos"])), "azp");
    rejected(&Scene::new().claim("azp", json!("somebody-else")), "azp");
}

// Algorithms.

#[test]
fn an_algorithm_that_is_not_announced_is_rejected() {
    let verdict = Scene::new().verdict(|expectations| {
        expectations.announced_algorithms = Some(&["ES256", "PS256"]);
    });
    let detail = only_failure(&verdict, "signature");
    assert!(detail.contains("RS256") && detail.contains("ES256, PS256"), "{detail}");
}

#[test]
fn another_algorithm_than_the_registered_one_is_rejected() {
    rejected(&Scene::new().config("id_token_signed_response_alg", json!("ES256")), "signature");
    assert!(Scene::new().config("id_token_signed_response_alg", json!("RS256")).verdict(|_| ()).is_sound());
}

#[test]
fn hs256_is_verified_with_the_client_secret() {
    assert!(Scene::new().algorithm(Algorithm::Hs256).verdict(|_| ()).is_sound());
    let other = Scene::new().algorithm(Algorithm::Hs256).config("client_secret", json!("another"));
    rejected(&other, "signature");
    let mut public = Scene::new().algorithm(Algorithm::Hs256);
    public.config.as_object_mut().unwrap().remove("client_secret");
    rejected(&public, "signature");
}

#[test]
fn a_public_key_as_the_secret_is_rejected() {
    let scene = Scene::new();
    let key = PrivateKey::from_jwk(&Secret::from(keys::RFC_7515_A2_RSA)).unwrap();
    let public = Secret::new(Value::Object(key.public_key().to_members()).to_string());
    let token = sign(Algorithm::Hs256, SigningKey::Secret(&public), Map::new(), &scene.claims).unwrap();
    only_failure(&scene.verdict_on(&token, |_| ()), "signature");
}

#[test]
fn without_a_key_set_only_a_token_from_the_token_endpoint_is_let_off() {
    let scene = Scene::new();
    let config = AuthConfig::from_json(&scene.config).unwrap();
    let rule = IssuerRule::of(&config);
    for (source, expected) in [
        (Source::TokenEndpoint, CheckResult::Skipped),
        (Source::Refresh, CheckResult::Skipped),
        (Source::AuthorizationEndpoint, CheckResult::Fail),
    ] {
        let expectations = Expectations::of(&config, &rule, source, NOW * 1000);
        let verdict = verify_with(&scene.token(), &expectations, Keys::Unknown);
        assert_eq!(found(&verdict, "signature").result, expected, "{source:?}");
    }
}

// Issuers.

#[test]
fn a_tenant_is_accepted_by_an_override_that_the_verdict_shows() {
    let template = "https://login.microsoftonline.com/{tenantid}/v2.0";
    let scene = Scene::new()
        .config("issuer", json!("https://login.microsoftonline.com/common/v2.0"))
        .claim("iss", json!("https://login.microsoftonline.com/9188040d/v2.0"))
        .claim("tid", json!("9188040d"));
    let accepting = |accepted: Value| Scene {
        config: {
            let mut config = scene.config.clone();
            config["accepted_issuers"] = accepted;
            config
        },
        claims: scene.claims.clone(),
        ..Scene::new()
    };
    let check = accepting(json!([template])).check("iss");
    assert_eq!(check.result, CheckResult::Pass);
    assert!(check.detail.contains("override") && check.detail.contains(template), "{}", check.detail);
    rejected(&accepting(json!([])), "iss");
    rejected(&accepting(json!([template])).claim("tid", json!("another-tenant")), "iss");
}

#[test]
fn without_an_issuer_to_compare_the_check_is_skipped_and_says_so() {
    let mut scene = Scene::new();
    scene.config.as_object_mut().unwrap().remove("issuer");
    let check = scene.check("iss");
    assert_eq!(check.result, CheckResult::Skipped);
    assert!(check.detail.contains(ISSUER), "{}", check.detail);
}

// Times.

#[test]
fn clocks_may_differ_by_a_minute() {
    for (name, offset, sound) in [
        ("exp", -59, true),
        ("exp", -60, false),
        ("exp", -61, false),
        ("nbf", 60, true),
        ("nbf", 61, false),
        ("iat", 60, true),
        ("iat", 61, false),
    ] {
        let scene = Scene::new().claim(name, json!(NOW + offset));
        assert_eq!(scene.check(name).result == CheckResult::Pass, sound, "{name} {offset}");
    }
}

#[test]
fn the_verdict_tells_how_far_off_a_time_is() {
    let detail = rejected(&Scene::new().claim("exp", json!(NOW - 3600)), "exp");
    assert!(detail.contains("2025-12-31T23:00:00Z, 60 min ago"), "{detail}");
}

#[test]
fn times_may_have_fractions_but_must_be_numbers() {
    assert!(Scene::new().claim("exp", json!(NOW as f64 + 0.5)).verdict(|_| ()).is_sound());
    rejected(&Scene::new().claim("exp", json!("tomorrow")), "exp");
    rejected(&Scene::new().claim("exp", Value::Null), "exp");
    rejected(&Scene::new().claim("nbf", json!([])), "nbf");
    assert!(Scene::new().claim("exp", json!(1e300)).verdict(|_| ()).is_sound());
    rejected(&Scene::new().claim("exp", json!(-1e300)), "exp");
}

#[test]
fn a_wrong_clock_here_is_forgiven_if_the_providers_agrees_and_is_told() {
    let scene = Scene::new().claim("iat", json!(NOW + 600)).claim("exp", json!(NOW + 900));
    let verdict = scene.verdict(|expectations| expectations.server_time = Some((NOW + 600) * 1000));
    let check = found(&verdict, "iat");
    assert_eq!(check.result, CheckResult::Pass);
    assert!(check.detail.contains("10 min behind"), "{}", check.detail);
    rejected(&scene, "iat");
}

#[test]
fn a_token_that_both_clocks_call_expired_is_rejected() {
    let scene = Scene::new().claim("exp", json!(NOW - 3600));
    let verdict = scene.verdict(|expectations| expectations.server_time = Some((NOW - 600) * 1000));
    let detail = only_failure(&verdict, "exp");
    assert!(detail.contains("ahead"), "{detail}");
}

#[test]
fn max_age_needs_a_recent_authentication_time() {
    let with = |auth_time: Value| Scene::new().config("max_age", json!(300)).claim("auth_time", auth_time);
    assert!(with(json!(NOW - 300)).verdict(|_| ()).is_sound());
    rejected(&with(json!(NOW - 3600)), "auth_time");
    rejected(&with(Value::Null), "auth_time");
}

// Refreshes (OpenID Connect Core §12.2).

fn refreshed(scene: &Scene, former: Value) -> IdTokenVerdict {
    let former = former.as_object().unwrap().clone();
    let config = AuthConfig::from_json(&scene.config).unwrap();
    let rule = IssuerRule::of(&config);
    let nonce = Secret::from("n-0S6_WzA2Mj");
    let mut expectations = Expectations::of(&config, &rule, Source::Refresh, NOW * 1000);
    expectations.nonce = Some(&nonce);
    expectations.former = Some(&former);
    verify_with(&scene.token(), &expectations, Keys::Published(&scene.jwks))
}

fn former() -> Value {
    json!({"iss": ISSUER, "aud": ["photos"], "sub": "alice"})
}

#[test]
fn a_refreshed_token_about_the_same_person_is_sound_without_a_nonce() {
    assert!(refreshed(&Scene::new(), former()).is_sound());
    assert!(refreshed(&Scene::new().claim("nonce", Value::Null), former()).is_sound());
}

#[test]
fn a_refreshed_token_about_somebody_else_is_rejected() {
    let detail = only_failure(&refreshed(&Scene::new().claim("sub", json!("mallory")), former()), "sub");
    assert!(detail.contains("mallory") && detail.contains("alice"), "{detail}");
}

#[test]
fn a_refreshed_token_of_another_issuer_or_audience_is_rejected() {
    let other = json!({"iss": "https://other.example", "aud": "photos", "sub": "alice"});
    only_failure(&refreshed(&Scene::new(), other), "iss");
    let scene = Scene::new().claim("aud", json!(["photos", "api"])).claim("azp", json!("photos"));
    only_failure(&refreshed(&scene, former()), "aud");
    let fewer = json!({"iss": ISSUER, "aud": ["photos", "api"], "sub": "alice"});
    only_failure(&refreshed(&Scene::new(), fewer), "aud");
}

#[test]
fn a_refreshed_token_with_another_nonce_is_rejected() {
    only_failure(&refreshed(&Scene::new().claim("nonce", json!("replayed")), former()), "nonce");
}

// Authentication context.

#[test]
fn an_acr_that_was_asked_for_is_compared() {
    let asked = |acr: Value| Scene::new().config("acr_values", json!("gold silver")).claim("acr", acr);
    assert_eq!(asked(json!("silver")).check("acr").result, CheckResult::Pass);
    assert_eq!(asked(Value::Null).check("acr").result, CheckResult::Skipped);
    let detail = rejected(&asked(json!("bronze")), "acr");
    assert!(detail.contains("bronze") && detail.contains("gold silver"), "{detail}");
}

#[test]
fn an_essential_acr_has_to_be_there() {
    let essential = json!({"id_token": {"acr": {"essential": true, "values": ["gold"]}}});
    let asked = |acr: Value| Scene::new().config("claims", essential.clone()).claim("acr", acr);
    assert_eq!(asked(json!("gold")).check("acr").result, CheckResult::Pass);
    rejected(&asked(Value::Null), "acr");
    rejected(&asked(json!("silver")), "acr");
}

// Encrypted tokens.

/// The first of the tokens that another implementation encrypted: for the RSA key; unsigned inside.
fn encrypted() -> Secret {
    let rows: Value = serde_json::from_str(keys::ENCRYPTED_TOKENS).unwrap();
    Secret::from(rows[0]["token"].as_str().unwrap())
}

#[test]
fn an_encrypted_token_is_decrypted_and_judged() {
    let scene = Scene::new()
        .config("id_token_decryption_key", json!({"pem": keys::RSA_PKCS8}))
        .config("id_token_signed_response_alg", json!("none"));
    let verdict = scene.verdict_on(&encrypted(), |_| ());
    assert_eq!(verdict.subject(), Some("alice"));
    let signature = found(&verdict, "signature");
    assert_eq!(signature.result, CheckResult::Skipped);
    assert!(signature.detail.starts_with("Decrypted (RSA-OAEP, A256GCM). "), "{}", signature.detail);
}

#[test]
fn encryption_is_no_signature() {
    let scene = Scene::new().config("id_token_decryption_key", json!({"pem": keys::RSA_PKCS8}));
    let signature = found(&scene.verdict_on(&encrypted(), |_| ()), "signature");
    assert_eq!(signature.result, CheckResult::Fail);
}

#[test]
fn an_encrypted_token_without_a_fitting_key_fails_and_says_why() {
    let without = only_failure(&Scene::new().verdict_on(&encrypted(), |_| ()), "signature");
    assert!(without.contains("RSA-OAEP, A256GCM") && without.contains("no key"), "{without}");
    let other = Scene::new().config("id_token_decryption_key", json!({"jwk": keys::RFC_7515_A2_RSA}));
    let wrong = only_failure(&other.verdict_on(&encrypted(), |_| ()), "signature");
    assert!(wrong.contains("does not fit"), "{wrong}");
    let broken = Scene::new().config("id_token_decryption_key", json!({"pem": "hunter2"}));
    let unusable = only_failure(&broken.verdict_on(&encrypted(), |_| ()), "signature");
    assert!(unusable.contains("no PEM block") && !unusable.contains("hunter2"), "{unusable}");
}

// What is no token.

#[test]
fn what_can_not_be_decoded_fails_and_skips_the_rest() {
    for text in ["not.a.jwt", "opaque", "", "a.b.c.d.e"] {
        let verdict = Scene::new().verdict_on(&Secret::from(text), |_| ());
        only_failure(&verdict, "signature");
        assert_eq!(verdict.checks.len(), CHECKS.len());
        assert!(verdict.claims.is_empty());
    }
}

#[test]
fn texts_of_a_token_are_inert_in_the_verdict() {
    let scene = Scene::new().claim("iss", json!("https://evil\u{1b}[2J\u{202e}")).claim("sub", json!("a\nb"));
    for check in scene.verdict(|_| ()).checks {
        assert!(!check.detail.chars().any(|character| character.is_control() || character == '\u{202e}'));
    }
}

#[test]
fn the_verdict_does_not_tell_the_nonce_that_was_sent() {
    let config = AuthConfig::from_json(&Scene::new().config).unwrap();
    let rule = IssuerRule::of(&config);
    let nonce = Secret::from("Zm9vYmFyYmF6cXV4LWNhbmFyeQ");
    let mut expectations = Expectations::of(&config, &rule, Source::TokenEndpoint, NOW * 1000);
    expectations.nonce = Some(&nonce);
    let verdict = verify_with(&Scene::new().token(), &expectations, Keys::Published(&Scene::new().jwks));
    assert!(!found(&verdict, "nonce").detail.contains("canary"));
    assert!(!found(&verdict, "nonce").detail.contains("YmFyYmF6"));
}

// With the provider's key set.

fn fetched_verdict(world: &World, key_sets: &KeySets, scene: &Scene) -> IdTokenVerdict {
    let config = AuthConfig::from_json(&scene.config).unwrap();
    let rule = IssuerRule::of(&config);
    let nonce = Secret::from("n-0S6_WzA2Mj");
    let mut expectations = Expectations::of(&config, &rule, Source::TokenEndpoint, NOW * 1000);
    expectations.nonce = Some(&nonce);
    let flow = Flow::new(&world.surroundings(), &config);
    let url = Url::parse("https://id.example.com/jwks").unwrap();
    world.simulation.run(verify(&scene.token(), &expectations, key_sets, Some(&url), &flow))
}

fn published(kid: &str) -> Answer {
    let key = PrivateKey::from_jwk(&Secret::from(keys::RFC_7515_A2_RSA)).unwrap();
    let mut members = key.public_key().to_members();
    members.insert("kid".to_owned(), json!(kid));
    Answer::json(json!({ "keys": [members] }))
}

fn named(kid: &str) -> Scene {
    Scene { header: Map::from_iter([("kid".to_owned(), json!(kid))]), ..Scene::new() }
}

#[test]
fn a_rotated_key_is_found_by_fetching_the_key_set_once_more() {
    let (world, key_sets) = (World::new(), KeySets::default());
    world.provider.on("/jwks", published("1")).on("/jwks", published("2"));
    assert!(fetched_verdict(&world, &key_sets, &named("1")).is_sound());
    assert!(fetched_verdict(&world, &key_sets, &named("2")).is_sound());
    assert_eq!(world.provider.seen("/jwks").len(), 2);
}

#[test]
fn an_unknown_key_is_rejected_after_fetching_once_more() {
    let (world, key_sets) = (World::new(), KeySets::default());
    world.provider.on("/jwks", published("1"));
    assert!(fetched_verdict(&world, &key_sets, &named("1")).is_sound());
    let detail = only_failure(&fetched_verdict(&world, &key_sets, &named("nobody-knows")), "signature");
    assert!(detail.contains("nobody-knows") && detail.contains("“1”"), "{detail}");
    assert_eq!(world.provider.seen("/jwks").len(), 2);
}

#[test]
fn a_key_set_that_can_not_be_read_fails_the_signature() {
    let (world, key_sets) = (World::new(), KeySets::default());
    world.provider.on("/jwks", Answer::raw(500, "text/html", "<h1>Oops</h1>"));
    only_failure(&fetched_verdict(&world, &key_sets, &Scene::new()), "signature");
}

#[test]
fn no_key_set_is_fetched_for_a_token_that_needs_none() {
    let (world, key_sets) = (World::new(), KeySets::default());
    assert!(fetched_verdict(&world, &key_sets, &Scene::new().algorithm(Algorithm::Hs256)).is_sound());
    assert!(world.provider.all_seen().is_empty());
}

mod hostile {
    use proptest::prelude::*;

    use super::*;

    fn value() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "\\PC{0,20}".prop_map(Value::from),
            Just(json!([])),
            Just(json!({"a": [1, "x"]})),
            Just(json!(["photos", 1])),
        ]
    }

    proptest! {
        #[test]
        fn no_claim_makes_it_panic(
            claims in proptest::collection::hash_map(
                prop::sample::select(CHECKS.to_vec()), value(), 0..8
            )
        ) {
            let mut scene = Scene::new().algorithm(Algorithm::Hs256);
            for (name, value) in claims {
                scene.claims.insert(name.to_owned(), value);
            }
            let verdict = scene.verdict(|expectations| expectations.max_age = Some(60));
            prop_assert_eq!(verdict.checks.len(), CHECKS.len());
        }

        #[test]
        fn no_header_makes_it_panic(alg in value(), kid in value(), crit in value()) {
            let header = json!({"alg": alg, "kid": kid, "crit": crit});
            let token = format!("{}.e30.AAAA", base64url::encode(header.to_string()));
            let verdict = Scene::new().verdict_on(&Secret::new(token), |_| ());
            prop_assert!(!verdict.is_sound());
        }
    }
}
