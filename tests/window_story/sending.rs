//! What a send puts on the wire, and how the answer is shown.

use gatepass_tests::{
    Browser, Collection, Gatepass, Window,
    http::{Answer, Manner, Server},
};
use serde_json::json;

use crate::{Story, card_is, send};

#[tokio::test]
async fn exactly_the_selected_token_is_sent_and_the_line_says_which() {
    let story = Story::of_a_person(3600).await.signed_in().await;
    let window = story.window(&Browser::Missing).await;
    card_is(&window, "valid").await;
    let shown = story.home.show("Photos").await;
    window.wait_for_text("token-preview", "access token").await;
    send(&window, "200").await;
    assert_eq!(story.provider.api_requests().await[0].token(), shown["access_token"].as_str());
    window.click("token-type-id").await;
    window.wait_for_text("token-preview", "ID token").await;
    window.wait_for_attribute("token-type-id", "aria-checked", "true").await;
    window.wait_for_text("save-state", "Saved").await;
    window.click("send-button").await;
    gatepass_tests::eventually("the API has seen the ID token", async || {
        let sent = story.provider.api_requests().await;
        (sent.len() == 2).then_some(()).filter(|()| sent[1].token() == shown["id_token"].as_str())
    })
    .await;
    window.wait_for_text("response-status", "200").await;
    let body = window.document("response-body").await;
    assert!(body.contains("\"id_token\""), "a resource server verified it: {body}");
}

// Postman's choice falls back each time (pains 41).
#[tokio::test]
async fn the_selector_stays_where_it_is_after_a_refresh_and_a_restart() {
    let story = Story::of_a_person(3600).await.signed_in().await;
    let window = story.window(&Browser::Missing).await;
    window.click("token-type-id").await;
    window.wait_for_attribute("token-type-id", "aria-checked", "true").await;
    window.click("refresh-token").await;
    gatepass_tests::eventually("the token is refreshed", async || {
        (story.refreshes().await == 1).then_some(())
    })
    .await;
    card_is(&window, "valid").await;
    window.wait_for_attribute("token-type-id", "aria-checked", "true").await;
    window.wait_for_text("save-state", "Saved").await;
    window.quit().await;
    let window = story.window(&Browser::Missing).await;
    window.wait_for_attribute("token-type-id", "aria-checked", "true").await;
}

#[tokio::test]
async fn the_answer_is_shown_with_status_time_size_headers_and_pretty_or_raw_body() {
    let text = r#"{"photos":[{"id":1,"title":"Sunset"}],"big":12345678901234567890}"#;
    let server = Server::start(move |_| {
        Answer::new(200, "application/json", text).header("x-answered-by", "the server")
    })
    .await;
    let home = Gatepass::new();
    home.import(&Collection::named("Photos").get("List", &server.origin()).json()).await;
    let window = Window::open(&home, &Browser::Missing).await;
    window.open_node(&["Photos", "List"]).await;
    send(&window, "200").await;
    assert!(window.text("response-time").await.contains('s'), "a duration");
    assert!(window.text("response-size").await.contains('B'), "a size");
    let pretty = window.document("response-body").await;
    assert!(pretty.lines().count() > 3, "{pretty}");
    assert!(pretty.contains("12345678901234567890"), "numbers keep their digits: {pretty}");
    window.screenshot("response").await;
    window.choose("response-view-select", "raw").await;
    window.wait_for_attribute("response-body", "data-value", text).await;
    window.click("response-tab-headers").await;
    window.find_css("[data-testid=response-headers-row]").await;
    let page = window.web().source().await.unwrap();
    assert!(page.contains("x-answered-by") && page.contains("the server"));
}

#[tokio::test]
async fn a_request_that_hangs_can_be_cancelled() {
    let server = Server::start(|_| Answer::json(200, &json!({})).manner(Manner::Never)).await;
    let home = Gatepass::new();
    home.import(&Collection::named("Slow").get("Hangs", &server.origin()).json()).await;
    let window = Window::open(&home, &Browser::Missing).await;
    window.open_node(&["Slow", "Hangs"]).await;
    window.click("send-button").await;
    window.click("cancel-send").await;
    window.find("send-button").await;
}

#[tokio::test]
async fn markup_in_an_answer_is_text() {
    let server = Server::start(|_| {
        Answer::html(
            200,
            "<script>document.title = 'pwned'</script><img src=x onerror=\"document.title='pwned'\">",
        )
    })
    .await;
    let home = Gatepass::new();
    let name = "<img src=x onerror=\"document.title='pwned'\">";
    home.import(&Collection::named(name).get(name, &server.origin()).json()).await;
    let window = Window::open(&home, &Browser::Missing).await;
    window.click_css("[data-testid=tree-item][data-kind=collection] .tw").await;
    window.click_css("[data-testid=tree-item][data-kind=request]").await;
    send(&window, "200").await;
    window.find("response-body").await;
    assert_eq!(window.web().title().await.unwrap(), "Gatepass");
}
