//! Quit and start again, kill and start again: everything is there, and nobody has to sign in.

use gatepass_tests::{
    Browser, Collection, Gatepass, Misbehaving, Window,
    auth_config::signs_in,
    eventually,
    http::{Answer, Manner},
    misbehaving::Case,
};

use crate::{Story, card_is, open_authorization, send};

#[tokio::test]
async fn after_a_restart_selection_tokens_and_settings_are_there_and_the_next_send_works() {
    let story = Story::of_a_person(3600).await;
    let window = story.window(&Browser::SignsInAs("alice")).await;
    window.click("get-new-token").await;
    card_is(&window, "valid").await;
    window.click("auto-refresh-toggle").await;
    window.wait_for_attribute("auto-refresh-toggle", "aria-checked", "false").await;
    window.wait_for_text("save-state", "Saved").await;
    window.quit().await;
    let window = Window::open(&story.home, &Browser::Missing).await;
    // The request that was open is open again, without a click.
    window.wait_for_attribute("url-input", "data-value", &format!("{}/photos", story.provider.api)).await;
    window.click("editor-tab-authorization").await;
    card_is(&window, "valid").await;
    window.wait_for_attribute("auto-refresh-toggle", "aria-checked", "false").await;
    send(&window, "200").await;
    assert_eq!(story.provider.token_requests("authorization_code").await.len(), 1, "one sign-in for both");
}

#[tokio::test]
async fn after_a_kill_everything_that_was_saved_is_there() {
    let story = Story::of_a_person(3600).await;
    let window = story.window(&Browser::SignsInAs("alice")).await;
    window.click("get-new-token").await;
    card_is(&window, "valid").await;
    window.enter("url-input", &format!("{}/edited", story.provider.api)).await;
    window.wait_for_text("save-state", "Saved").await;
    window.kill();
    let window = Window::open(&story.home, &Browser::Missing).await;
    open_authorization(&window, &["Photos", "List photos"]).await;
    card_is(&window, "valid").await;
    window.wait_for_attribute("url-input", "data-value", &format!("{}/edited", story.provider.api)).await;
    send(&window, "200").await;
    assert_eq!(story.provider.api_requests().await[0].path(), "/api/edited");
}

#[tokio::test]
async fn a_kill_in_the_middle_of_a_refresh_loses_nothing() {
    let provider = Misbehaving::honest().await;
    let home = Gatepass::new();
    let url = format!("{}/api/photos", provider.issuer);
    let config = signs_in(&provider.issuer, "app");
    home.import(&Collection::named("Photos").oauth2(&config).get("List photos", &url).json()).await;
    home.run(&["token", "get", "Photos"]).await.expect_code(0);
    // A refresh request that arrives, changes nothing, and is never answered.
    provider.turn_to(Case::default().refresh(|_| Answer::new(503, "text/plain", "").manner(Manner::Never)));
    let window = Window::open(&home, &Browser::Missing).await;
    open_authorization(&window, &["Photos", "List photos"]).await;
    window.click("refresh-token").await;
    let asked = async |times| {
        eventually("the refresh request is out", async || {
            (provider.token_requests("refresh_token").len() == times).then_some(())
        })
        .await;
    };
    asked(1).await;
    card_is(&window, "refreshing").await;
    window.kill();
    provider.turn_to(Case::default());
    let window = Window::open(&home, &Browser::Missing).await;
    open_authorization(&window, &["Photos", "List photos"]).await;
    card_is(&window, "valid").await;
    window.click("refresh-token").await;
    asked(2).await;
    card_is(&window, "valid").await;
    send(&window, "200").await;
}

#[tokio::test]
async fn an_import_of_ten_thousand_requests_is_there_after_a_restart() {
    let home = Gatepass::new();
    let mut collection = Collection::named("Large");
    for folder in 0..100 {
        let mut inner = Collection::named(&format!("Folder {folder}"));
        for request in 0..100 {
            inner = inner.get(&format!("Request {folder}-{request}"), "http://127.0.0.1:9/");
        }
        collection = collection.folder(inner);
    }
    home.import(&collection.json()).await;
    for _ in 0..2 {
        let window = Window::open(&home, &Browser::Missing).await;
        window.open_node(&["Large", "Folder 0", "Request 0-7"]).await;
        window.wait_for_attribute("url-input", "data-value", "http://127.0.0.1:9/").await;
        window.quit().await;
    }
}
