//! What looks odd and has to be accepted: a client that refuses these locks people out.

use gatepass_tests::{
    Misbehaving, TokenCommand,
    auth_config::{changed, signs_in},
    misbehaving::{CLIENT_SECRET, Case, Signing, id_token, token_response},
    token::check,
};
use serde_json::{Value, json};

use crate::all_checks_are_told;

/// Somebody signs in, all checks are told and none fails, and the token is sent.
async fn accepted(case: Case, changes: Value) -> Value {
    let provider = Misbehaving::start(case).await;
    let token = TokenCommand::on(&changed(&signs_in(&provider.issuer, "app"), changes));
    let tokens = token.get().await;
    all_checks_are_told(&tokens);
    assert_eq!(crate::failed(&tokens), [], "{tokens}");
    tokens
}

#[tokio::test]
async fn oidcc_client_test_kid_absent_single_jwks() {
    let tokens = accepted(id_token::without_key_id(), json!({})).await;
    assert_eq!(check(&tokens, "signature"), "pass");
}

#[tokio::test]
async fn oidcc_client_test_idtoken_sig_es256_and_hs256() {
    let es256 = accepted(id_token::signed(Signing::Es256), json!({})).await;
    assert_eq!(check(&es256, "signature"), "pass");
    let secret = json!({ "client_secret": CLIENT_SECRET });
    let hs256 = accepted(id_token::signed(Signing::Hs256), secret).await;
    assert_eq!(check(&hs256, "signature"), "pass");
    let ps256 = accepted(id_token::signed(Signing::Ps256), json!({})).await;
    assert_eq!(check(&ps256, "signature"), "pass");
}

#[tokio::test]
async fn oidcc_client_test_aud_as_a_list() {
    let tokens = accepted(id_token::audience_as_a_list(), json!({})).await;
    assert_eq!(check(&tokens, "aud"), "pass");
}

#[tokio::test]
async fn oidcc_client_test_signing_key_rotation_just_before_signing() {
    // The browser's ID token is verified with the old keys; those that the token endpoint signs with are new.
    let rotated = Case::default().token(|turn| {
        turn.rotate_keys();
        turn.honest()
    });
    let provider = Misbehaving::start(rotated).await;
    let hybrid = json!({ "response_type": "code id_token" });
    let tokens = TokenCommand::on(&changed(&signs_in(&provider.issuer, "app"), hybrid)).get().await;
    assert_eq!(check(&tokens, "signature"), "pass");
    assert_eq!(provider.seen_at("/jwks").len(), 2, "fetched once more for the unknown key");
}

#[tokio::test]
async fn oidcc_client_test_signing_key_rotation() {
    let provider = Misbehaving::honest().await;
    let token = TokenCommand::on(&signs_in(&provider.issuer, "app"));
    let first = token.get().await;
    provider.rotate_keys();
    let second = token.refresh().await;
    assert_ne!(first["id_token"], second["id_token"]);
    assert_eq!(check(&second, "signature"), "pass", "{second}");
}

#[tokio::test]
async fn two_keys_under_one_name_are_both_tried() {
    let tokens = accepted(id_token::two_keys_of_one_name(), json!({})).await;
    assert_eq!(check(&tokens, "signature"), "pass");
}

#[tokio::test]
async fn clocks_that_differ_by_less_than_a_minute() {
    for seconds in [-50, 50] {
        let tokens = accepted(id_token::clock_ahead_by(seconds), json!({})).await;
        assert_eq!((check(&tokens, "iat"), check(&tokens, "exp")), ("pass", "pass"), "{seconds}");
    }
}

#[tokio::test]
async fn token_answers_in_strange_dress() {
    for case in [
        token_response::token_type(json!("bEARER")),
        token_response::without_token_type(),
        token_response::without_expires_in(),
        token_response::expires_in(json!("3600")),
        token_response::without("scope"),
        token_response::scope(json!(["openid", "api:read"])),
        token_response::form_encoded(),
    ] {
        let tokens = accepted(case, json!({})).await;
        assert_eq!(tokens["status"], "valid", "{tokens}");
    }
}

#[tokio::test]
async fn an_answer_without_the_hoped_for_id_token_is_accepted_and_said() {
    let provider = Misbehaving::start(token_response::without_id_token()).await;
    let tokens = TokenCommand::on(&signs_in(&provider.issuer, "app")).get().await;
    assert!(tokens["access_token"].is_string() && tokens["id_token"].is_null(), "{tokens}");
    let notices = tokens["notices"].to_string();
    assert!(notices.contains("ID token"), "{notices}");
}
