//! Authorization code (RFC 6749 section 4.1) with PKCE (RFC 7636).

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL};
use gatepass_tests::{
    Browser, Misbehaving, Person, Provider, TokenCommand,
    auth_config::{changed, signs_in, signs_in_with_secret},
    token::check,
};
use serde_json::json;

use crate::token_request;

fn hash(verifier: &str) -> String {
    BASE64URL.encode(digest(&SHA256, verifier.as_bytes()))
}

/// A parameter of the authorization request that the provider saw.
async fn asked(provider: &Provider, name: &str) -> Option<String> {
    let log = provider.log().await;
    let seen = log.iter().find(|seen| seen.path() == "/auth").unwrap();
    let query = seen.url.split_once('?').unwrap().1.to_owned();
    url::form_urlencoded::parse(query.as_bytes())
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

#[tokio::test]
async fn a_code_is_redeemed_with_the_verifier_behind_its_challenge() {
    let provider = Provider::start(&[]).await;
    let tokens = TokenCommand::on(&signs_in(&provider.issuer, "native")).get().await;
    assert_eq!(tokens["id_token_claims"]["sub"], "alice");
    assert_eq!(check(&tokens, "nonce"), "pass");
    assert_eq!(asked(&provider, "code_challenge_method").await.as_deref(), Some("S256"));
    let request = token_request(&provider, "authorization_code").await;
    let verifier = request.form("code_verifier").unwrap();
    assert!((43..=128).contains(&verifier.len()), "{verifier}");
    assert_eq!(asked(&provider, "code_challenge").await, Some(hash(&verifier)));
    assert_eq!(request.form("redirect_uri"), asked(&provider, "redirect_uri").await);
    assert_eq!(request.form("scope"), None, "it was settled when the code was granted");
    assert_eq!(request.headers.get("authorization"), None, "a public client proves nothing");
}

#[tokio::test]
async fn a_verifier_of_ones_own_is_used() {
    let provider = Provider::start(&[]).await;
    let verifier = "my-own.verifier_~".repeat(3);
    let config = changed(&signs_in(&provider.issuer, "native-auto"), json!({ "code_verifier": verifier }));
    TokenCommand::on(&config).get().await;
    assert_eq!(asked(&provider, "code_challenge").await, Some(hash(&verifier)));
    assert_eq!(token_request(&provider, "authorization_code").await.form("code_verifier"), Some(verifier));
    let config = changed(&config, json!({ "code_verifier": "too short" }));
    let error = TokenCommand::on(&config).refused().await;
    assert_eq!(error["code"], "configuration", "{error}");
}

#[tokio::test]
async fn pkce_can_be_plain() {
    let provider = Misbehaving::honest().await;
    let config = changed(&signs_in(&provider.issuer, "app"), json!({ "pkce": "plain" }));
    TokenCommand::on(&config).get().await;
    let request = provider.seen_at("/authorize").remove(0);
    assert_eq!(request.query("code_challenge_method").as_deref(), Some("plain"));
    let verifier = provider.token_requests("authorization_code")[0].form("code_verifier");
    assert_eq!(request.query("code_challenge"), verifier);
}

#[tokio::test]
async fn pkce_can_be_off_where_the_provider_allows_it() {
    let provider = Provider::start(&[]).await;
    let config = changed(&signs_in_with_secret(&provider, "basic"), json!({ "pkce": "off" }));
    TokenCommand::on(&config).get().await;
    assert_eq!(asked(&provider, "code_challenge").await, None);
    assert_eq!(token_request(&provider, "authorization_code").await.form("code_verifier"), None);
    let public = changed(&signs_in(&provider.issuer, "native-auto"), json!({ "pkce": "off" }));
    let error = TokenCommand::on(&public).refused().await;
    assert_eq!(error["oauth_error"], "invalid_request", "{error}");
    assert!(error["next_step"].as_str().unwrap().contains("PKCE"), "{error}");
}

#[tokio::test]
async fn the_answer_comes_in_the_query_the_fragment_or_a_form() {
    let provider = Provider::start(&[]).await;
    for mode in ["query", "fragment", "form_post"] {
        provider.forget_log().await;
        let config = changed(&signs_in(&provider.issuer, "native-auto"), json!({ "response_mode": mode }));
        let tokens = TokenCommand::on(&config).get().await;
        assert_eq!(tokens["id_token_claims"]["sub"], "alice", "{mode}");
        assert_eq!(asked(&provider, "response_mode").await.as_deref(), Some(mode));
    }
}

#[tokio::test]
async fn the_optional_parameters_reach_the_provider() {
    let provider = Provider::start(&[]).await;
    let wanted = json!({
        "prompt": "login consent", "login_hint": "alice@example.test", "max_age": 600, "ui_locales": "de en",
        "acr_values": "0 1", "claims": { "id_token": { "email": null } },
    });
    let config = changed(&signs_in(&provider.issuer, "native-auto"), wanted);
    let tokens = TokenCommand::on(&config).get().await;
    for (name, value) in [
        ("prompt", "login consent"),
        ("login_hint", "alice@example.test"),
        ("max_age", "600"),
        ("ui_locales", "de en"),
        ("acr_values", "0 1"),
        ("claims", r#"{"id_token":{"email":null}}"#),
    ] {
        assert_eq!(asked(&provider, name).await.as_deref(), Some(value), "{name}");
    }
    assert_eq!(tokens["id_token_claims"]["email"], "alice@example.test", "as `claims` asked for");
    assert_eq!(check(&tokens, "auth_time"), "pass", "max_age was asked for: {tokens}");
}

#[tokio::test]
async fn a_redirect_uri_that_cannot_be_served_works_by_pasting() {
    let provider = Provider::start(&[]).await;
    let redirect = json!({ "redirect_uri": "com.example.app:/callback" });
    let token = TokenCommand::on(&changed(&signs_in(&provider.issuer, "native"), redirect));
    let token = token.options(&["--no-browser"]);
    let mut waiting = token.command("get").start();
    let url = gatepass_tests::process::line_of(&mut waiting, &provider.issuer).await;
    let callback = Person::named("bob").callback_url(&url.parse().unwrap()).await.unwrap();
    let mut input = waiting.stdin.take().unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut input, format!("{callback}\n").as_bytes()).await.unwrap();
    let output = waiting.wait_with_output().await.unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(token.show().await["id_token_claims"]["sub"], "bob");
}

#[tokio::test]
async fn a_person_who_refuses_ends_it() {
    let provider = Provider::start(&[]).await;
    let token = TokenCommand::on(&signs_in(&provider.issuer, "native")).browser(Browser::Refuses);
    let error = token.refused().await;
    assert_eq!((&error["code"], &error["oauth_error"]), (&json!("access_denied"), &json!("access_denied")));
    assert_eq!(token.show().await["status"], "none");
}
