//! Signature algorithms (RFC 7518 section 3.1, RFC 8037) and encryption (RFC 7516), as the certified provider makes them.

use gatepass_tests::{
    Provider, TokenCommand,
    auth_config::{changed, signs_in},
    token::check,
};
use serde_json::{Value, json};

use crate::all_checks_are_told;

/// The secret of clients whose ID tokens need a long one.
const LONG_SECRET: &str =
    "secret-secret-secret-secret-secret-1234-and-secret-secret-secret-secret-secret-1234";

fn detail<'a>(tokens: &'a Value, name: &str) -> &'a str {
    let checks = tokens["id_token_checks"].as_array().unwrap();
    checks.iter().find(|check| check["check"] == name).unwrap()["detail"].as_str().unwrap()
}

async fn signed_in(config: &Value) -> Value {
    let tokens = TokenCommand::on(config).get().await;
    all_checks_are_told(&tokens);
    for name in ["signature", "iss", "aud", "exp", "iat", "nonce", "sub"] {
        assert_eq!(check(&tokens, name), "pass", "{tokens}");
    }
    assert_eq!(tokens["id_token_claims"]["sub"], "alice");
    tokens
}

#[tokio::test]
async fn every_algorithm_with_a_published_key_is_verified() {
    let provider = Provider::start(&[]).await;
    for name in ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"] {
        // The provider's default is RS256, which is what a client without wishes gets.
        let client = if name == "RS256" { "native-auto".to_owned() } else { format!("idt-{name}") };
        let tokens = signed_in(&signs_in(&provider.issuer, &client)).await;
        let told = detail(&tokens, "signature");
        assert!(told.starts_with(&format!("{name}, verified with")), "{told}");
    }
}

#[tokio::test]
async fn every_algorithm_with_the_client_secret_is_verified() {
    let provider = Provider::start(&[]).await;
    for name in ["HS256", "HS384", "HS512"] {
        let secret = json!({ "client_secret": LONG_SECRET });
        let config = changed(&signs_in(&provider.issuer, &format!("idt-{name}")), secret);
        let tokens = signed_in(&config).await;
        assert_eq!(detail(&tokens, "signature"), format!("{name}, verified with the client secret."));
    }
}

#[tokio::test]
async fn an_id_token_with_the_registered_algorithm_is_accepted_and_with_another_refused() {
    let provider = Provider::start(&[]).await;
    let config = signs_in(&provider.issuer, "idt-ES256");
    signed_in(&changed(&config, json!({ "id_token_signed_response_alg": "ES256" }))).await;
    let other = changed(&config, json!({ "id_token_signed_response_alg": "PS256" }));
    let error = TokenCommand::on(&other).refused().await;
    assert_eq!(error["code"], "id_token_invalid", "{error}");
    let reason = crate::reason(&error, "signature");
    assert!(
        reason.contains("ES256") && reason.contains("PS256"),
        "what came and what was expected: {reason}"
    );
}

#[tokio::test]
async fn every_encryption_is_opened_with_the_clients_key() {
    let provider = Provider::start(&[]).await;
    let rsa = json!({ "id_token_decryption_key": { "jwk": provider.client_jwk("c-enc-rsa") } });
    let ec = json!({ "id_token_decryption_key": { "jwk": provider.client_jwk("c-enc-ec") } });
    let secret = json!({ "client_secret": LONG_SECRET });
    for (client, key, told) in [
        ("idt-enc-rsa", rsa, "RSA-OAEP-256, A256GCM"),
        ("idt-enc-ec", ec, "ECDH-ES, A128CBC-HS256"),
        ("idt-enc-dir", secret, "dir, A256GCM"),
    ] {
        let tokens = signed_in(&changed(&signs_in(&provider.issuer, client), key)).await;
        let signature = detail(&tokens, "signature");
        let (how, signed) = signature.split_once("). ").unwrap_or_else(|| panic!("{client}: {signature}"));
        for part in told.split(", ") {
            assert!(how.contains(part), "{client}: {signature}");
        }
        assert!(signed.contains("verified with"), "encryption is no signature: {signature}");
        assert_eq!(
            tokens["id_token"].as_str().unwrap().split('.').count(),
            5,
            "the token itself is as it came"
        );
    }
}

#[tokio::test]
async fn an_encrypted_id_token_without_its_key_is_refused_and_says_what_is_missing() {
    let provider = Provider::start(&[]).await;
    let other = json!({ "id_token_decryption_key": { "jwk": provider.client_jwk("c-rs") } });
    for key in [json!({}), other] {
        let config = changed(&signs_in(&provider.issuer, "idt-enc-rsa"), key);
        let error = TokenCommand::on(&config).refused().await;
        assert_eq!(error["code"], "id_token_invalid", "{error}");
        all_checks_are_told(&error);
        let reason = crate::reason(&error, "signature");
        assert!(reason.contains("encrypted") && reason.contains("RSA-OAEP-256"), "{reason}");
        assert!(error["next_step"].as_str().unwrap().len() > 10, "{error}");
    }
}
