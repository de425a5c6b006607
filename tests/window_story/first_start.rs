//! What a newcomer sees: the first start, the playground, an import, the tree, environments.

use gatepass_tests::{
    Browser, Collection, Gatepass, Provider, Window,
    auth_config::machine,
    collection::environment,
    http::{Answer, Server},
};
use serde_json::{Value, json};
use thirtyfour::Key;

use crate::{card_is, open_authorization, send};

#[tokio::test]
async fn the_first_start_offers_import_a_new_collection_and_the_playground() {
    let home = Gatepass::new();
    let window = Window::open(&home, &Browser::Missing).await;
    for offer in ["import-button", "new-collection", "open-playground"] {
        window.find(offer).await;
    }
    window.screenshot("first-start").await;
}

#[tokio::test]
async fn the_playground_takes_a_newcomer_from_a_click_to_a_token_that_renews_itself() {
    let home = Gatepass::new();
    let window = Window::open(&home, &Browser::SignsInAs("alice")).await;
    window.click("open-playground").await;
    open_authorization(&window, &["Playground", "Sign in as a person", "Who am I"]).await;
    card_is(&window, "none").await;
    window.click("get-new-token").await;
    card_is(&window, "valid").await;
    send(&window, "200").await;
    assert!(window.document("response-body").await.contains("alice"));
    window.screenshot("playground").await;
}

#[tokio::test]
async fn a_collection_is_imported_from_a_file() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    let inner = Collection::named("Albums").get("List albums", "{{api}}/albums");
    let document = Collection::named("Photos")
        .oauth2(&machine(&provider, "cc"))
        .variable("api", &provider.api)
        .get("List photos", "{{api}}/photos")
        .folder(inner);
    let file = home.file("photos.json", &document.json());
    let window = Window::open(&home, &Browser::Missing).await;
    window.click("import-button").await;
    window.choose_file("import-file", &file).await;
    window.wait_for_text("import-preview", "Photos").await;
    window.click("import-confirm").await;
    window.open_node(&["Photos", "Albums", "List albums"]).await;
    assert_eq!(window.document("url-input").await, "{{api}}/albums");
    send(&window, "200").await;
    assert_eq!(provider.api_requests().await[0].path(), "/api/albums", "the variable was resolved");
    window.screenshot("imported").await;
}

#[tokio::test]
async fn a_collection_is_imported_from_pasted_text() {
    let home = Gatepass::new();
    let window = Window::open(&home, &Browser::Missing).await;
    window.click("import-button").await;
    let text = Collection::named("Pasted").get("Get", "http://127.0.0.1:9/").json().to_string();
    window.press("import-text", text).await;
    window.click("import-confirm").await;
    window.find_where("tree-item", "data-name", "Pasted").await;
}

#[tokio::test]
async fn what_cannot_be_imported_is_said_before_anything_happens() {
    let home = Gatepass::new();
    let window = Window::open(&home, &Browser::Missing).await;
    window.click("import-button").await;
    window.press("import-text", "{ \"compilerOptions\": {} }").await;
    let said = window.find("error-message").await.text().await.unwrap();
    assert!(!said.is_empty());
    assert!(!window.find("import-confirm").await.is_enabled().await.unwrap());
}

#[tokio::test]
async fn the_tree_is_walked_by_keyboard() {
    let home = Gatepass::new();
    let inner = Collection::named("Inner").get("Deep", "http://127.0.0.1:9/deep");
    let document = Collection::named("Tree").folder(inner).get("Shallow", "http://127.0.0.1:9/shallow");
    home.import(&document.json()).await;
    let window = Window::open(&home, &Browser::Missing).await;
    window.find_where("tree-item", "data-name", "Tree").await;
    let tree = window.find_css("[role=tree]").await;
    tree.focus().await.unwrap();
    // To the collection, open it, to the folder, open it, to the request, and into the editor.
    for key in [Key::Home, Key::Right, Key::Down, Key::Right, Key::Down, Key::Enter] {
        tree.send_keys(key + "").await.unwrap();
    }
    window.wait_for_attribute("url-input", "data-value", "http://127.0.0.1:9/deep").await;
}

#[tokio::test]
async fn requests_show_the_authorization_that_they_inherit() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    let basic = json!({ "type": "basic", "basic": [{ "key": "username", "value": "alice" }] });
    let document = Collection::named("Photos")
        .oauth2(&machine(&provider, "cc"))
        .get("Inherits", &provider.api)
        .folder(Collection::named("Other").auth(basic).get("Nearer", &provider.api));
    home.import(&document.json()).await;
    let window = Window::open(&home, &Browser::Missing).await;
    open_authorization(&window, &["Photos", "Inherits"]).await;
    assert_eq!(window.attribute("auth-type-select", "data-value").await.as_deref(), Some("inherit"));
    window.wait_for_text("auth-edit-owner", "Photos").await;
    window.open_node(&["Photos", "Other", "Nearer"]).await;
    window.click("editor-tab-authorization").await;
    window.wait_for_text("auth-edit-owner", "Other").await;
    assert!(!window.has("token-card").await, "Basic has no token");
}

#[tokio::test]
async fn the_chosen_environment_decides_about_values_and_tokens() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    let document = Collection::named("Photos")
        .oauth2(&machine(&provider, "cc"))
        .get("List photos", &format!("{}/{{{{folder}}}}", provider.api));
    home.import(&document.json()).await;
    let mut environments = Vec::new();
    for name in ["Staging", "Production"] {
        let told = home.import(&environment(name, &[("folder", name)])).await;
        environments.push((name, told["environments"][0]["id"].as_str().unwrap().to_owned()));
    }
    let window = Window::open(&home, &Browser::Missing).await;
    window.open_node(&["Photos", "List photos"]).await;
    for (sent, (name, id)) in environments.iter().enumerate() {
        window.choose("environment-select", id).await;
        window.wait_for_text("environment-select", name).await;
        window.click("send-button").await;
        gatepass_tests::eventually("the request arrives", async || {
            (provider.api_requests().await.len() == sent + 1).then_some(())
        })
        .await;
        window.wait_for_text("response-status", "200").await;
    }
    let sent = provider.api_requests().await;
    assert_eq!((sent[0].path(), sent[1].path()), ("/api/Staging", "/api/Production"));
    assert_ne!(sent[0].token(), sent[1].token(), "each environment has its own token");
}

#[tokio::test]
async fn an_environment_is_made_in_the_window() {
    let server = Server::start(|_| Answer::json(200, &json!({}))).await;
    let home = Gatepass::new();
    home.import(&Collection::named("Names").get("Get", "{{base}}/here").json()).await;
    let window = Window::open(&home, &Browser::Missing).await;
    window.click("sidebar-tab-environments").await;
    window.click("new-environment").await;
    window.enter("environment-name", "Local").await;
    window.enter("environment-variables-name", "base").await;
    window.enter("environment-variables-value", &server.origin()).await;
    window.click("environment-choose").await;
    window.click("sidebar-tab-collections").await;
    window.open_node(&["Names", "Get"]).await;
    send(&window, "200").await;
    assert_eq!(server.seen()[0].path, "/here");
    let listed: Value =
        home.run(&["send", "Names", "Get", "-e", "Local", "--json"]).await.expect_code(0).json();
    assert_eq!(listed["status"], 200, "the command line knows it too");
}
