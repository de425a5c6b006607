//! The relying-party tests of the OpenID Foundation's conformance suite (`oidcc-client-test-…`), by its names. Whatever
//! they want refused is refused by that check alone, with its reason, and nothing in the store is damaged.

use gatepass_tests::{
    Misbehaving, TokenCommand,
    auth_config::{changed, signs_in},
    misbehaving::{CLIENT_SECRET, Case, Signing, discovery, id_token, refresh, userinfo},
    token::check,
};
use serde_json::{Value, json};

use crate::{all_checks_are_told, reason, refused, store};

fn as_it_is(config: Value) -> Value {
    config
}

#[tokio::test]
async fn oidcc_client_test_invalid_iss() {
    let error = refused(id_token::from_another_issuer(), as_it_is, &["iss"]).await;
    assert!(reason(&error, "iss").contains("https://id.example.test"), "{error}");
}

#[tokio::test]
async fn oidcc_client_test_missing_iss() {
    refused(id_token::without_issuer(), as_it_is, &["iss"]).await;
}

#[tokio::test]
async fn oidcc_client_test_missing_sub() {
    refused(id_token::without_subject(), as_it_is, &["sub"]).await;
}

#[tokio::test]
async fn oidcc_client_test_invalid_aud() {
    let error = refused(id_token::for_another_client(), as_it_is, &["aud"]).await;
    let reason = reason(&error, "aud");
    assert!(reason.contains("somebody-else") && reason.contains("app"), "both are named: {reason}");
}

#[tokio::test]
async fn oidcc_client_test_missing_aud() {
    refused(id_token::without_audience(), as_it_is, &["aud"]).await;
}

#[tokio::test]
async fn oidcc_client_test_multiple_aud_with_foreign_azp() {
    refused(id_token::authorized_for_another_party(), as_it_is, &["azp"]).await;
}

#[tokio::test]
async fn oidcc_client_test_missing_iat() {
    refused(id_token::without_issue_time(), as_it_is, &["iat"]).await;
}

#[tokio::test]
async fn oidcc_client_test_expired() {
    refused(id_token::expired(), as_it_is, &["exp"]).await;
}

#[tokio::test]
async fn oidcc_client_test_not_yet_valid_and_from_the_future() {
    refused(id_token::not_yet_valid(), as_it_is, &["nbf"]).await;
    refused(id_token::from_the_future(), as_it_is, &["iat"]).await;
}

// Section 10.1 wants a `kid` where there are several keys. The suite leaves it open whether a client rejects such a
// token or tries each key: we try each, so it is refused only if none verifies it.
#[tokio::test]
async fn oidcc_client_test_kid_absent_multiple_jwks() {
    let several = || id_token::key_set_with_one_more_rsa_key().and(id_token::without_key_id());
    let provider = Misbehaving::start(several()).await;
    let tokens = TokenCommand::on(&signs_in(&provider.issuer, "app")).get().await;
    assert_eq!(check(&tokens, "signature"), "pass", "{tokens}");
    let forged = several().and(Case::default().id_token(|token| {
        token.header.insert("kid".into(), Value::Null);
        token.signing = Signing::Rs256WithForeignKey;
    }));
    let error = refused(forged, as_it_is, &["signature"]).await;
    assert!(reason(&error, "signature").contains("none of the 2 keys"), "{error}");
}

#[tokio::test]
async fn oidcc_client_test_idtoken_sig_none() {
    let error = refused(id_token::unsigned(), as_it_is, &["signature"]).await;
    assert!(reason(&error, "signature").contains("not signed"), "{error}");
}

// `none` holds where it is registered and the token came straight from the token endpoint, and is told as such.
#[tokio::test]
async fn oidcc_client_test_idtoken_sig_none_as_registered() {
    let provider = Misbehaving::start(id_token::unsigned()).await;
    let registered = json!({ "id_token_signed_response_alg": "none" });
    let config = changed(&signs_in(&provider.issuer, "app"), registered);
    let tokens = TokenCommand::on(&config).get().await;
    assert_eq!(check(&tokens, "signature"), "skipped", "{tokens}");
    let through_the_browser = changed(&config, json!({ "response_type": "code id_token" }));
    let error = TokenCommand::on(&through_the_browser).refused().await;
    assert_eq!(error["code"], "id_token_invalid", "{error}");
    assert!(reason(&error, "signature").contains("browser"), "{error}");
}

#[tokio::test]
async fn oidcc_client_test_invalid_sig_rs256() {
    refused(id_token::broken_signature(), as_it_is, &["signature"]).await;
    refused(id_token::signed_by_a_stranger(), as_it_is, &["signature"]).await;
}

#[tokio::test]
async fn oidcc_client_test_invalid_sig_es256() {
    refused(id_token::signed(Signing::Es256Broken), as_it_is, &["signature"]).await;
}

#[tokio::test]
async fn oidcc_client_test_invalid_sig_hs256() {
    let with_secret = |config| changed(&config, json!({ "client_secret": CLIENT_SECRET }));
    refused(id_token::signed(Signing::Hs256Broken), with_secret, &["signature"]).await;
}

// Algorithm confusion: the provider's public key, taken for a shared secret.
#[tokio::test]
async fn oidcc_client_test_public_key_as_hmac_secret() {
    refused(id_token::public_key_as_secret(), as_it_is, &["signature"]).await;
    let with_secret = |config| changed(&config, json!({ "client_secret": CLIENT_SECRET }));
    refused(id_token::public_key_as_secret(), with_secret, &["signature"]).await;
}

#[tokio::test]
async fn oidcc_client_test_unannounced_alg() {
    let announced = discovery::with("id_token_signing_alg_values_supported", json!(["ES256"]));
    let error = refused(announced.and(id_token::signed(Signing::Rs256)), as_it_is, &["signature"]).await;
    let reason = reason(&error, "signature");
    assert!(reason.contains("RS256") && reason.contains("ES256"), "{reason}");
}

#[tokio::test]
async fn oidcc_client_test_nonce_invalid() {
    let error = refused(id_token::nonce_of_another_login(), as_it_is, &["nonce"]).await;
    assert!(reason(&error, "nonce").contains("replayed"), "{error}");
    refused(id_token::without_nonce(), as_it_is, &["nonce"]).await;
}

#[tokio::test]
async fn oidcc_client_test_invalid_at_hash() {
    refused(id_token::for_another_access_token(), as_it_is, &["at_hash"]).await;
}

#[tokio::test]
async fn oidcc_client_test_missing_and_invalid_c_hash() {
    let hybrid = |config| changed(&config, json!({ "response_type": "code id_token" }));
    for case in [id_token::for_another_code(), id_token::claim("c_hash", Value::Null)] {
        let provider = Misbehaving::start(case).await;
        let error = TokenCommand::on(&hybrid(signs_in(&provider.issuer, "app"))).refused().await;
        assert_eq!(error["code"], "id_token_invalid", "{error}");
        all_checks_are_told(&error);
        reason(&error, "c_hash");
        assert!(provider.token_requests("authorization_code").is_empty(), "the code may be another person's");
    }
}

#[tokio::test]
async fn oidcc_client_test_missing_at_hash_beside_a_browser_token() {
    let implicit =
        |config| changed(&config, json!({ "grant": "implicit", "response_type": "id_token token" }));
    let provider = Misbehaving::start(id_token::claim("at_hash", Value::Null)).await;
    let error = TokenCommand::on(&implicit(signs_in(&provider.issuer, "app"))).refused().await;
    assert_eq!(error["code"], "id_token_invalid", "{error}");
    reason(&error, "at_hash");
}

#[tokio::test]
async fn oidcc_client_test_max_age() {
    let asked = |config| changed(&config, json!({ "max_age": 600 }));
    let error = refused(id_token::signed_in_long_ago(), asked, &["auth_time"]).await;
    assert!(reason(&error, "auth_time").contains("max_age is 600 s"), "{error}");
    refused(id_token::claim("auth_time", Value::Null), asked, &["auth_time"]).await;
}

#[tokio::test]
async fn oidcc_client_test_essential_acr() {
    let asked = |config| {
        let claims = json!({ "id_token": { "acr": { "essential": true, "values": ["gold"] } } });
        changed(&config, json!({ "claims": claims }))
    };
    let error = refused(id_token::claim("acr", json!("bronze")), asked, &["acr"]).await;
    let reason = reason(&error, "acr");
    assert!(reason.contains("bronze") && reason.contains("gold"), "{reason}");
}

#[tokio::test]
async fn oidcc_client_test_userinfo_invalid_sub() {
    let provider = Misbehaving::honest().await;
    let token = TokenCommand::on(&signs_in(&provider.issuer, "app"));
    token.get().await;
    let honest = token.succeed("userinfo").await;
    assert_eq!(honest["checks"][0]["result"], "pass", "{honest}");
    let before = token.show().await;
    provider.turn_to(userinfo::about_somebody_else());
    let told = token.succeed("userinfo").await;
    let verdict = told["checks"].as_array().unwrap().iter().find(|check| check["check"] == "sub").unwrap();
    assert_eq!(verdict["result"], "fail", "{told}");
    let detail = verdict["detail"].as_str().unwrap();
    assert!(
        detail.contains("mallory") && detail.contains("alice") && detail.contains("do not use it"),
        "{detail}"
    );
    assert_eq!(token.show().await, before, "the token set in store is as it was");
}

#[tokio::test]
async fn oidcc_client_test_refresh_token_invalid_issuer() {
    store::a_refresh_is_refused(id_token::from_another_issuer(), "iss").await;
}

#[tokio::test]
async fn oidcc_client_test_refresh_token_invalid_sub() {
    store::a_refresh_is_refused(refresh::id_token_of_another_subject(), "sub").await;
}

#[tokio::test]
async fn oidcc_client_test_refresh_token_invalid_aud() {
    store::a_refresh_is_refused(id_token::for_another_client(), "aud").await;
}

#[tokio::test]
async fn oidcc_client_test_discovery_issuer_mismatch() {
    let provider = Misbehaving::start(discovery::of_another_issuer()).await;
    let token = TokenCommand::on(&signs_in(&provider.issuer, "app"));
    let error = token.refused().await;
    assert_eq!(error["code"], "issuer_mismatch", "{error}");
    let told = error.to_string();
    assert!(
        told.contains("https://id.example.test") && told.contains(&provider.issuer),
        "both are named: {error}"
    );
    assert!(provider.seen_at("/authorize").is_empty(), "nobody was sent there");
    assert_eq!(token.show().await["status"], "none", "nothing is stored from a refused answer");
}
