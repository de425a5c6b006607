//! What goes wrong is said where it happens, with the reason and the next step.

use gatepass_tests::{
    Browser, Collection, Gatepass, Misbehaving, Provider, Window,
    auth_config::{changed, signs_in, signs_in_with_secret},
    misbehaving::id_token,
};
use serde_json::json;

use crate::{Story, card_is, open_authorization};

/// Waits for an error with this code and returns its text.
async fn error(window: &Window<'_>, code: &str) -> String {
    window.wait_for_attribute("error-message", "data-code", code).await;
    window.text("error-message").await
}

#[tokio::test]
async fn a_wrong_client_secret() {
    let config = |provider: &Provider| {
        changed(&signs_in_with_secret(provider, "basic"), json!({ "client_secret": "wrong" }))
    };
    let story = Story::new(3600, config).await;
    let window = story.window(&Browser::SignsInAs("alice")).await;
    window.click("get-new-token").await;
    let said = error(&window, "provider_error").await;
    assert!(said.contains("invalid_client") && said.contains("secret"), "{said}");
    window.screenshot("wrong-secret").await;
}

#[tokio::test]
async fn a_redirect_uri_that_is_not_registered() {
    let config = |provider: &Provider| {
        changed(
            &signs_in(&provider.issuer, "native"),
            json!({ "redirect_uri": "http://127.0.0.1:{port}/unregistered", "login_timeout_seconds": 3 }),
        )
    };
    let story = Story::new(3600, config).await;
    let window = story.window(&Browser::SignsInAs("alice")).await;
    window.click("get-new-token").await;
    let said = error(&window, "timeout").await;
    assert!(said.contains("/unregistered"), "{said}");
}

#[tokio::test]
async fn consent_that_is_denied() {
    let story = Story::of_a_person(3600).await;
    let window = story.window(&Browser::Refuses).await;
    window.click("get-new-token").await;
    error(&window, "access_denied").await;
    card_is(&window, "none").await;
}

#[tokio::test]
async fn a_sign_in_that_nobody_finishes() {
    let config = |provider: &Provider| {
        changed(&signs_in(&provider.issuer, "native"), json!({ "login_timeout_seconds": 2 }))
    };
    let story = Story::new(3600, config).await;
    let window = story.window(&Browser::Missing).await;
    window.click("get-new-token").await;
    let said = error(&window, "timeout").await;
    assert!(said.contains("2 s"), "{said}");
    window.wait_until_gone("login-waiting").await;
    card_is(&window, "none").await;
}

#[tokio::test]
async fn a_busy_port() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let config = |provider: &Provider| {
        let redirect_uri = format!("http://127.0.0.1:{port}/callback");
        changed(&signs_in(&provider.issuer, "native"), json!({ "redirect_uri": redirect_uri }))
    };
    let story = Story::new(3600, config).await;
    let window = story.window(&Browser::SignsInAs("alice")).await;
    window.click("get-new-token").await;
    let said = error(&window, "port_in_use").await;
    assert!(said.contains(&port.to_string()), "{said}");
}

#[tokio::test]
async fn a_provider_that_is_down() {
    let Story { provider, home } = Story::of_a_person(3600).await.signed_in().await;
    let window = Window::open(&home, &Browser::Missing).await;
    open_authorization(&window, &["Photos", "List photos"]).await;
    card_is(&window, "valid").await;
    let address = provider.issuer.trim_start_matches("http://").to_owned();
    provider.stop();
    window.click("refresh-token").await;
    let said = error(&window, "network").await;
    assert!(said.contains(&address), "{said}");
    card_is(&window, "failed").await;
}

#[tokio::test]
async fn a_refresh_token_that_was_revoked() {
    let story = Story::of_a_person(3600).await.signed_in().await;
    let window = story.window(&Browser::SignsInAs("alice")).await;
    card_is(&window, "valid").await;
    story.provider.revoke_refresh_tokens("native").await;
    window.click("refresh-token").await;
    card_is(&window, "sign-in-needed").await;
    window.screenshot("sign-in-needed").await;
    // One click is enough to go on.
    window.click("get-new-token").await;
    card_is(&window, "valid").await;
}

#[tokio::test]
async fn an_id_token_for_another_client() {
    let provider = Misbehaving::start(id_token::for_another_client()).await;
    let home = Gatepass::new();
    let url = format!("{}/api/photos", provider.issuer);
    home.import(
        &Collection::named("Photos").oauth2(&signs_in(&provider.issuer, "app")).get("List", &url).json(),
    )
    .await;
    let window = Window::open(&home, &Browser::SignsInAs("alice")).await;
    open_authorization(&window, &["Photos", "List"]).await;
    window.click("get-new-token").await;
    error(&window, "id_token_invalid").await;
    let verdict = window.find_where("claim-check", "data-check", "aud").await;
    assert_eq!(verdict.attr("data-result").await.unwrap().as_deref(), Some("fail"));
    window.screenshot("id-token-for-another-client").await;
}

#[tokio::test]
async fn an_issuer_that_is_a_web_page() {
    let provider = Misbehaving::start(gatepass_tests::misbehaving::discovery::html()).await;
    let home = Gatepass::new();
    let config = signs_in(&provider.issuer, "app");
    home.import(&Collection::named("Photos").oauth2(&config).get("List", "http://127.0.0.1:9/").json()).await;
    let window = Window::open(&home, &Browser::Missing).await;
    window.open_node(&["Photos"]).await;
    window.click("editor-tab-authorization").await;
    window.click("oauth-discover").await;
    error(&window, "invalid_response").await;
}
