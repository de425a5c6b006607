//! The real provider and the people who sign in to it.

use gatepass_tests::{Chromium, Person, Provider};
use serde_json::json;

use crate::client::Client;

async fn client(provider: &Provider, id: &'static str) -> Client {
    Client::of(&provider.issuer, id, "/auth").await
}

#[tokio::test]
async fn signs_a_person_in_and_gives_tokens_of_the_clients_lifetime() {
    let provider = Provider::start(&[]).await;
    let tokens = client(&provider, "native-10s").await.obtain(&[]).await;
    assert_eq!(tokens["expires_in"], 10, "{tokens}");
    assert!(tokens["id_token"].is_string() && tokens["refresh_token"].is_string(), "{tokens}");
}

#[tokio::test]
async fn a_person_who_refuses_brings_back_an_error() {
    let provider = Provider::start(&[]).await;
    let client = client(&provider, "native").await;
    let landing = Person::named("alice").who_refuses().sign_in(&client.authorization_url(&[])).await.unwrap();
    assert!(landing.redirect.query().unwrap().contains("error=access_denied"), "{}", landing.redirect);
}

#[tokio::test]
async fn a_wrong_password_does_not_get_in() {
    let provider = Provider::start(&[]).await;
    let client = client(&provider, "native").await;
    let stranger = Person { password: "wrong".into(), ..Person::named("alice") };
    let error = stranger.sign_in(&client.authorization_url(&[])).await.unwrap_err();
    assert!(error.contains("Wrong user name or password"), "{error}");
}

#[tokio::test]
async fn a_real_browser_signs_in_too() {
    let provider = Provider::start(&[]).await;
    let client = client(&provider, "native").await;
    let browser = Chromium::start().await;
    let page = browser.sign_in(&client.authorization_url(&[]), &Person::named("alice")).await;
    assert_eq!(page, "Signed in");
}

#[tokio::test]
async fn the_api_says_which_kind_of_token_it_saw() {
    let provider = Provider::start(&[]).await;
    let opaque = client(&provider, "native").await;
    let tokens = opaque.obtain(&[]).await;
    let (status, seen) = opaque.api("photos", &tokens["access_token"]).await;
    assert_eq!(
        (status, &seen["kind"], &seen["format"]),
        (200, &json!("access_token"), &json!("opaque")),
        "{seen}"
    );
    let (status, seen) = opaque.api("photos", &tokens["id_token"]).await;
    assert_eq!((status, &seen["kind"], &seen["aud"]), (200, &json!("id_token"), &json!("native")), "{seen}");
    let signed = client(&provider, "native-jwt").await;
    let tokens = signed.obtain(&[]).await;
    let (status, seen) = signed.api("photos", &tokens["access_token"]).await;
    assert_eq!(
        (status, &seen["kind"], &seen["aud"]),
        (200, &json!("access_token"), &json!("urn:api:jwt")),
        "{seen}"
    );
}

#[tokio::test]
async fn the_api_refuses_the_other_kind_where_one_is_asked_for() {
    let provider = Provider::start(&[]).await;
    let client = client(&provider, "native").await;
    let tokens = client.obtain(&[]).await;
    assert_eq!(client.api("id-token/me", &tokens["access_token"]).await.0, 401);
    assert_eq!(client.api("id-token/me", &tokens["id_token"]).await.0, 200);
    assert_eq!(client.api("access-token/me", &tokens["id_token"]).await.0, 401);
    assert_eq!(client.api("scope/api:read/me", &tokens["access_token"]).await.0, 200);
    assert_eq!(client.api("scope/api:write/me", &tokens["access_token"]).await.0, 403);
}

#[tokio::test]
async fn a_tampered_id_token_is_refused() {
    let provider = Provider::start(&[]).await;
    let client = client(&provider, "native").await;
    let tokens = client.obtain(&[]).await;
    let text = tokens["id_token"].as_str().unwrap();
    let (head, signature) = text.rsplit_once('.').unwrap();
    let turned: String = signature.chars().rev().collect();
    assert_eq!(client.api("photos", &json!(format!("{head}.{turned}"))).await.0, 401);
}

#[tokio::test]
async fn revoking_access_tokens_leaves_refresh_tokens_alone() {
    let provider = Provider::start(&[]).await;
    for id in ["native", "native-jwt"] {
        let client = client(&provider, id).await;
        let tokens = client.obtain(&[]).await;
        assert_eq!(provider.revoke_access_tokens(id).await, 1);
        assert_eq!(client.api("photos", &tokens["access_token"]).await.0, 401, "{id}");
        let (status, renewed) = client.refresh(&tokens).await;
        assert_eq!(status, 200, "{renewed}");
        assert_eq!(client.api("photos", &renewed["access_token"]).await.0, 200, "{id}");
    }
}

#[tokio::test]
async fn revoking_refresh_tokens_leaves_access_tokens_alone() {
    let provider = Provider::start(&[]).await;
    let client = client(&provider, "native").await;
    let tokens = client.obtain(&[]).await;
    assert_eq!(provider.revoke_refresh_tokens("native").await, 1);
    assert_eq!(client.api("photos", &tokens["access_token"]).await.0, 200);
    let (status, answer) = client.refresh(&tokens).await;
    assert_eq!((status, &answer["error"]), (400, &json!("invalid_grant")));
}

#[tokio::test]
async fn a_refresh_token_used_twice_ends_the_whole_grant() {
    let provider = Provider::start(&[]).await;
    let client = client(&provider, "native").await;
    let tokens = client.obtain(&[]).await;
    let (_, renewed) = client.refresh(&tokens).await;
    assert_ne!(renewed["refresh_token"], tokens["refresh_token"]);
    assert_eq!(client.refresh(&tokens).await.0, 400);
    assert_eq!(client.refresh(&renewed).await.0, 400, "reuse takes the new token back too");
}

#[tokio::test]
async fn a_grace_window_forgives_a_second_use() {
    let provider = Provider::start(&["--rotation-grace", "30"]).await;
    let client = client(&provider, "native").await;
    let tokens = client.obtain(&[]).await;
    let (_, first) = client.refresh(&tokens).await;
    let (status, second) = client.refresh(&tokens).await;
    assert_eq!(status, 200, "{second}");
    assert_ne!(first["access_token"], second["access_token"]);
}

#[tokio::test]
async fn a_fault_happens_as_often_as_asked() {
    let provider = Provider::start(&[]).await;
    let client = client(&provider, "native").await;
    let tokens = client.obtain(&[]).await;
    provider.fault(json!({ "path": "/token", "status": 503, "times": 2 })).await;
    assert_eq!(client.refresh(&tokens).await.0, 503);
    assert_eq!(client.refresh(&tokens).await.0, 503);
    assert_eq!(client.refresh(&tokens).await.0, 200);
    assert_eq!(provider.token_requests("refresh_token").await.len(), 3);
}
