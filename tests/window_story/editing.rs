//! Making a request by hand: everything is saved as it is typed.

use gatepass_tests::{
    Browser, Collection, Gatepass, Provider, Window, eventually,
    http::{Answer, Server},
};
use serde_json::json;
use thirtyfour::Key;

use crate::{card_is, send};

async fn echo() -> Server {
    Server::start(|request| Answer::json(200, &json!({ "method": request.method, "body": request.body })))
        .await
}

#[tokio::test]
async fn a_request_is_made_from_nothing_and_is_still_there_after_a_restart() {
    let server = echo().await;
    let home = Gatepass::new();
    let window = Window::open(&home, &Browser::Missing).await;
    window.click("new-collection").await;
    window.click("new-request").await;
    window.enter("url-input", &format!("{}/made?a=1", server.origin())).await;
    window.choose("method-select", "POST").await;
    window.click("editor-tab-headers").await;
    window.enter("headers-name", "X-Made").await;
    window.enter("headers-value", "by hand").await;
    window.click("editor-tab-body").await;
    window.choose("body-kind-select", "json").await;
    window.enter("body-editor", "{\"title\": 1}").await;
    window.wait_for_text("save-state", "Saved").await;
    window.quit().await;
    let window = Window::open(&home, &Browser::Missing).await;
    window.find("url-input").await;
    send(&window, "200").await;
    let seen = &server.seen()[0];
    assert_eq!((seen.method.as_str(), seen.path.as_str(), seen.query.as_str()), ("POST", "/made", "a=1"));
    assert_eq!(seen.headers.get("x-made").map(String::as_str), Some("by hand"));
    assert_eq!(seen.headers["content-type"], "application/json");
    let body: serde_json::Value = serde_json::from_str(&seen.body).unwrap();
    assert_eq!(body, json!({ "title": 1 }));
}

#[tokio::test]
async fn the_url_and_the_table_of_parameters_are_one_thing_seen_twice() {
    let server = echo().await;
    let home = Gatepass::new();
    home.import(&Collection::named("Echo").get("Get", &format!("{}/?a=1", server.origin())).json()).await;
    let window = Window::open(&home, &Browser::Missing).await;
    window.open_node(&["Echo", "Get"]).await;
    window.click("editor-tab-params").await;
    window.enter("params-value", "two").await;
    window.wait_for_attribute("url-input", "data-value", &format!("{}/?a=two", server.origin())).await;
    send(&window, "200").await;
    assert_eq!(server.seen()[0].query("a").as_deref(), Some("two"));
}

#[tokio::test]
async fn bearer_and_basic_are_typed_and_sent() {
    let server = echo().await;
    let home = Gatepass::new();
    home.import(&Collection::named("Echo").get("Get", &server.origin()).json()).await;
    let window = Window::open(&home, &Browser::Missing).await;
    window.open_node(&["Echo", "Get"]).await;
    window.click("editor-tab-authorization").await;
    window.choose("auth-type-select", "bearer").await;
    window.enter("bearer-token", "from-the-keyboard").await;
    send(&window, "200").await;
    window.choose("auth-type-select", "basic").await;
    window.enter("basic-username", "alice").await;
    window.enter("basic-password", "secret").await;
    window.click("send-button").await;
    eventually("the second request arrives", async || (server.seen().len() == 2).then_some(())).await;
    let seen = server.seen();
    assert_eq!(seen[0].headers["authorization"], "Bearer from-the-keyboard");
    assert_eq!(seen[1].headers["authorization"], "Basic YWxpY2U6c2VjcmV0");
}

#[tokio::test]
async fn oauth_is_set_up_from_an_issuer_and_a_client_id() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    home.import(&Collection::named("Photos").get("List photos", &format!("{}/photos", provider.api)).json())
        .await;
    let window = Window::open(&home, &Browser::SignsInAs("alice")).await;
    window.open_node(&["Photos", "List photos"]).await;
    window.click("editor-tab-authorization").await;
    window.choose("auth-type-select", "oauth2").await;
    window.enter("oauth-issuer", &provider.issuer).await;
    window.click("oauth-discover").await;
    window.click("oauth-endpoints").await;
    window.find("oauth-token-url").await;
    eventually("the endpoints are filled in", async || {
        let text = window.find("oauth-token-url").await.prop("value").await.ok()??;
        let hint = window.attribute("oauth-token-url", "placeholder").await.unwrap_or_default();
        (text.ends_with("/token") || hint.ends_with("/token")).then_some(())
    })
    .await;
    window.enter("oauth-client-id", "native").await;
    for scope in ["openid", "offline_access", "api:read"] {
        window.press("oauth-scope", scope).await;
        window.press("oauth-scope", Key::Enter + "").await;
    }
    let chips = window.find_css("[role=list][aria-label='scopes']").await;
    assert_eq!(chips.attr("data-value").await.unwrap().as_deref(), Some("openid offline_access api:read"));
    window.screenshot("oauth-set-up").await;
    window.click("get-new-token").await;
    card_is(&window, "valid").await;
    send(&window, "200").await;
    let exchange = &provider.token_requests("authorization_code").await[0];
    assert_eq!(exchange.form("client_id").as_deref(), Some("native"));
    assert!(exchange.form("code_verifier").is_some(), "PKCE without asking for it");
}

#[tokio::test]
async fn a_typed_secret_is_stored_and_never_shown_again_unasked() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    home.import(&Collection::named("Photos").get("List photos", &format!("{}/photos", provider.api)).json())
        .await;
    let window = Window::open(&home, &Browser::Missing).await;
    window.open_node(&["Photos", "List photos"]).await;
    window.click("editor-tab-authorization").await;
    window.choose("auth-type-select", "oauth2").await;
    window.choose("oauth-grant-select", "client_credentials").await;
    window.enter("oauth-issuer", &provider.issuer).await;
    window.enter("oauth-client-id", "cc").await;
    window.enter("oauth-client-secret", gatepass_tests::provider::CLIENT_SECRET).await;
    window.wait_for_text("save-state", "Saved").await;
    send(&window, "200").await;
    window.quit().await;
    let window = Window::open(&home, &Browser::Missing).await;
    window.find("url-input").await;
    window.click("editor-tab-authorization").await;
    window.find("oauth-client-secret").await;
    let page = window.web().source().await.unwrap();
    assert!(!page.contains(gatepass_tests::provider::CLIENT_SECRET), "the page does not hold it");
    send(&window, "200").await;
}
