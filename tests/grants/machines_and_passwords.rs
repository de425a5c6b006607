//! Client credentials and the password grant (RFC 6749 sections 4.3 and 4.4).

use gatepass_tests::{
    Provider, TokenCommand,
    auth_config::{changed, machine},
};
use serde_json::{Value, json};

use crate::{token_request, token_requests};

fn password(provider: &Provider) -> Value {
    changed(
        &machine(provider, "basic"),
        json!({ "grant": "password", "username": "alice", "password": "alice", "scope": "openid api:read" }),
    )
}

#[tokio::test]
async fn a_machine_gets_a_token_that_the_api_takes() {
    let provider = Provider::start(&[]).await;
    let token = TokenCommand::on(&machine(&provider, "cc"));
    let tokens = token.get().await;
    assert_eq!((&tokens["scope"], &tokens["has_refresh_token"]), (&json!("api:read"), &json!(false)));
    let request = token_request(&provider, "client_credentials").await;
    assert_eq!(request.form("scope").as_deref(), Some("api:read"));
    assert_eq!(request.form("client_id"), None, "it stands in the Authorization header");
    token.send(&format!("{}/photos", provider.api)).await.expect_code(0);
}

#[tokio::test]
async fn without_a_scope_none_is_sent() {
    let provider = Provider::start(&[]).await;
    for scope in [json!(null), json!("")] {
        TokenCommand::on(&changed(&machine(&provider, "cc"), json!({ "scope": scope }))).get().await;
    }
    for request in token_requests(&provider, "client_credentials").await {
        assert_eq!(request.form("scope"), None);
    }
}

#[tokio::test]
async fn a_machine_is_refreshed_by_asking_again() {
    let provider = Provider::start(&[]).await;
    let token = TokenCommand::on(&machine(&provider, "cc"));
    let (first, second) = (token.get().await, token.refresh().await);
    assert_ne!(first["access_token"], second["access_token"]);
    assert_eq!(token_requests(&provider, "client_credentials").await.len(), 2);
}

#[tokio::test]
async fn a_password_is_changed_for_a_token_of_that_person() {
    let provider = Provider::start(&[]).await;
    let token = TokenCommand::on(&password(&provider));
    let tokens = token.get().await;
    let request = token_request(&provider, "password").await;
    assert_eq!(
        (request.form("username"), request.form("password")),
        (Some("alice".into()), Some("alice".into()))
    );
    let sent = token.send(&format!("{}/photos", provider.api)).await.expect_code(0).json();
    assert!(sent["body"].as_str().unwrap().contains(r#""sub":"alice""#), "{sent}");
    let renewed = token.refresh().await;
    assert_ne!(tokens["refresh_token"], renewed["refresh_token"], "with the refresh token, not the password");
    assert_eq!(token_requests(&provider, "refresh_token").await.len(), 1);
}

#[tokio::test]
async fn passwords_and_names_of_every_kind_arrive_as_they_are() {
    let provider = Provider::start(&[]).await;
    let config = changed(&password(&provider), json!({ "username": "zoë 💥", "password": "pässword" }));
    TokenCommand::on(&config).get().await;
}

#[tokio::test]
async fn a_wrong_password_is_told_and_shown_nowhere() {
    let provider = Provider::start(&[]).await;
    let token = TokenCommand::on(&changed(&password(&provider), json!({ "password": "hunter2-hunter2" })));
    let error = token.refused().await;
    assert_eq!(error["oauth_error"], "invalid_grant", "{error}");
    assert!(!error.to_string().contains("hunter2"), "{error}");
    assert_eq!(token.show().await["status"], "none");
}
