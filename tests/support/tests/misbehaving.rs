//! The misbehaving provider: honest where no case says otherwise, and wrong in exactly one thing where one does.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL};
use gatepass_tests::misbehaving::{Misbehaving, Signing, authorization, id_token, refresh, token_response};
use serde_json::{Value, json};

use crate::client::Client;

async fn client(provider: &Misbehaving) -> Client {
    Client::of(&provider.issuer, "app", "/authorize").await
}

fn decoded(part: &str) -> Vec<u8> {
    BASE64URL.decode(part).unwrap()
}

fn part(token: &Value, at: usize) -> Value {
    serde_json::from_slice(&decoded(token.as_str().unwrap().split('.').nth(at).unwrap())).unwrap()
}

/// Verifies an RS256 or ES256 token against a key set, by `kid`.
fn verifies(token: &Value, jwks: &Value) -> bool {
    let (input, signature) = token.as_str().unwrap().rsplit_once('.').unwrap();
    let kid = &part(token, 0)["kid"];
    let Some(key) = jwks["keys"].as_array().unwrap().iter().find(|key| key["kid"] == *kid) else {
        return false;
    };
    let number = |name: &str| decoded(key[name].as_str().unwrap());
    let signature = decoded(signature);
    if key["kty"] == "RSA" {
        let public = RsaPublicKeyComponents { n: number("n"), e: number("e") };
        public.verify(&RSA_PKCS1_2048_8192_SHA256, input.as_bytes(), &signature).is_ok()
    } else {
        let point = [vec![4], number("x"), number("y")].concat();
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(input.as_bytes(), &signature).is_ok()
    }
}

#[tokio::test]
async fn is_honest_until_told_otherwise() {
    let provider = Misbehaving::honest().await;
    let client = client(&provider).await;
    let tokens = client.obtain(&[]).await;
    assert!(verifies(&tokens["id_token"], &client.fetch("/jwks").await));
    let claims = part(&tokens["id_token"], 1);
    assert_eq!(
        (&claims["aud"], &claims["nonce"], &claims["iss"]),
        (&json!("app"), &json!("the-nonce"), &json!(provider.issuer))
    );
    assert_eq!(client.api("photos", &tokens["access_token"]).await.0, 200);
    let (status, renewed) = client.refresh(&tokens).await;
    assert_eq!(status, 200);
    assert_ne!(renewed["access_token"], tokens["access_token"]);
    assert_eq!(client.refresh(&tokens).await.0, 400, "a refresh token is good once");
    assert_eq!(provider.token_requests("refresh_token").len(), 2);
}

#[tokio::test]
async fn a_code_is_good_once() {
    let provider = Misbehaving::honest().await;
    let client = client(&provider).await;
    client.obtain(&[]).await;
    let code = provider.seen_at("/token")[0].form("code").unwrap();
    assert_eq!(client.exchange(&code).await.0, 400);
}

#[tokio::test]
async fn changes_one_claim_and_keeps_the_signature_good() {
    let provider = Misbehaving::start(id_token::for_another_client()).await;
    let client = client(&provider).await;
    let tokens = client.obtain(&[]).await;
    assert_eq!(part(&tokens["id_token"], 1)["aud"], "somebody-else");
    assert!(verifies(&tokens["id_token"], &client.fetch("/jwks").await));
}

#[tokio::test]
async fn signs_as_the_case_says() {
    let provider = Misbehaving::honest().await;
    let client = client(&provider).await;
    let jwks = client.fetch("/jwks").await;
    for (signing, alg, good) in [
        (Signing::Rs256, "RS256", true),
        (Signing::Es256, "ES256", true),
        (Signing::Rs256Broken, "RS256", false),
        (Signing::Rs256WithForeignKey, "RS256", false),
    ] {
        provider.turn_to(id_token::signed(signing));
        let tokens = client.obtain(&[]).await;
        assert_eq!(part(&tokens["id_token"], 0)["alg"], alg);
        assert_eq!(verifies(&tokens["id_token"], &jwks), good, "{signing:?}");
    }
    provider.turn_to(id_token::unsigned());
    let tokens = client.obtain(&[]).await;
    assert_eq!(part(&tokens["id_token"], 0)["alg"], "none");
    assert!(tokens["id_token"].as_str().unwrap().ends_with('.'));
}

#[tokio::test]
async fn rotated_keys_replace_the_old_ones() {
    let provider = Misbehaving::honest().await;
    let client = client(&provider).await;
    let before = client.fetch("/jwks").await;
    provider.rotate_keys();
    let tokens = client.obtain(&[]).await;
    assert!(!verifies(&tokens["id_token"], &before));
    assert!(verifies(&tokens["id_token"], &client.fetch("/jwks").await));
}

#[tokio::test]
async fn only_refreshes_go_wrong_where_the_case_is_about_them() {
    let provider = Misbehaving::start(refresh::without_a_new_refresh_token()).await;
    let client = client(&provider).await;
    let tokens = client.obtain(&[]).await;
    assert!(tokens["refresh_token"].is_string());
    let (status, renewed) = client.refresh(&tokens).await;
    assert_eq!((status, renewed.get("refresh_token")), (200, None), "{renewed}");
}

#[tokio::test]
async fn half_an_answer_is_not_an_answer() {
    let provider = Misbehaving::start(token_response::cut_in_half()).await;
    let client = client(&provider).await;
    assert_eq!(client.exchange("any").await.1, Value::Null);
}

#[tokio::test]
async fn alters_the_authorization_response() {
    let provider = Misbehaving::start(authorization::wrong_state()).await;
    let client = client(&provider).await;
    let landing =
        gatepass_tests::Person::named("alice").sign_in(&client.authorization_url(&[])).await.unwrap();
    assert!(landing.redirect.query().unwrap().contains("state=somebody-elses"));
}

#[tokio::test]
async fn goes_down_and_comes_back_with_its_tokens() {
    let mut provider = Misbehaving::honest().await;
    let client = client(&provider).await;
    let tokens = client.obtain(&[]).await;
    let address = provider.issuer.trim_start_matches("http://").to_owned();
    provider.go_down().await;
    assert!(tokio::net::TcpStream::connect(&address).await.is_err(), "the port refuses");
    provider.come_back().await;
    assert_eq!(client.refresh(&tokens).await.0, 200);
}
