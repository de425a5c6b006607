//! Encrypted tokens, and what is no token.

use super::*;

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
