//! The history, the palette, and putting the tree in order.

use gatepass_tests::{
    Browser, Collection, Gatepass, Window, eventually,
    http::{Answer, Server},
};
use serde_json::json;
use thirtyfour::Key;

use crate::send;

async fn names(window: &Window<'_>) -> Vec<String> {
    let script =
        "return [...document.querySelectorAll('[data-testid=tree-item]')].map((row) => row.dataset.name);";
    window.web().execute(script, Vec::new()).await.unwrap().convert().unwrap()
}

#[tokio::test]
async fn what_was_sent_is_found_again_and_becomes_a_request() {
    let server = Server::start(|_| Answer::json(201, &json!({ "made": true }))).await;
    let home = Gatepass::new();
    let url = format!("{}/albums?page=2", server.origin());
    let request = json!({ "name": "List albums", "request": { "method": "GET", "url": url,
        "header": [{ "key": "X-Trace", "value": "on" }],
        "auth": { "type": "bearer", "bearer": [{ "key": "token", "value": "canary-of-history" }] } } });
    home.import(&Collection::named("Photos").item(request).json()).await;
    let window = Window::open(&home, &Browser::Missing).await;
    window.open_node(&["Photos", "List albums"]).await;
    send(&window, "201").await;
    window.click("sidebar-tab-history").await;
    window.wait_for_text("history-item", "/albums?page=2").await;
    window.press("history-search", "nothing like it").await;
    window.wait_until_gone("history-item").await;
    window.enter("history-search", "201 albums").await;
    window.click("history-item").await;
    let shown = window.find_css("[data-pane=history]").await.text().await.unwrap();
    assert!(shown.contains("X-Trace") && shown.contains("application/json"), "{shown}");
    assert!(!shown.contains("canary-of-history"), "{shown}");
    window.screenshot("history").await;
    window.click("history-save").await;
    window.wait_for_attribute("url-input", "data-value", &url).await;
    window.click("sidebar-tab-collections").await;
    let twice = names(&window).await.into_iter().filter(|name| name == "List albums").count();
    assert_eq!(twice, 2);
}

#[tokio::test]
async fn the_palette_opens_a_request_and_chooses_an_environment() {
    let home = Gatepass::new();
    let deep = Collection::named("Deep").get("Introspect token", "http://127.0.0.1:9/introspect");
    home.import(&Collection::named("Tools").folder(deep).json()).await;
    home.import(&gatepass_tests::collection::environment("Staging", &[("a", "b")])).await;
    let window = Window::open(&home, &Browser::Missing).await;
    window.click("open-command-palette").await;
    window.press("command-palette", "intro").await;
    window.find_where("palette-item", "data-name", "Introspect token").await;
    window.screenshot("palette").await;
    window.press("command-palette", Key::Enter + "").await;
    window.wait_for_attribute("url-input", "data-value", "http://127.0.0.1:9/introspect").await;
    window.press("url-input", Key::Control + "k").await;
    window.press("command-palette", "#stag").await;
    window.press("command-palette", Key::Enter + "").await;
    window.wait_for_text("environment-select", "Staging").await;
}

#[tokio::test]
async fn a_row_is_dragged_to_another_place_and_stays_there() {
    let home = Gatepass::new();
    let inner = Collection::named("Inner").get("Deep", "http://127.0.0.1:9/deep");
    let document = Collection::named("Tree")
        .folder(inner)
        .get("One", "http://127.0.0.1:9/1")
        .get("Two", "http://127.0.0.1:9/2");
    home.import(&document.json()).await;
    let window = Window::open(&home, &Browser::Missing).await;
    window.open_node(&["Tree", "Inner", "Deep"]).await;
    let two = window.find_where("tree-item", "data-name", "Two").await;
    let deep = window.find_where("tree-item", "data-name", "Deep").await;
    let (from, to) = (two.rect().await.unwrap(), deep.rect().await.unwrap());
    let actions = window.web().action_chain();
    actions
        .move_to(from.x as i64 + 60, from.y as i64 + 13)
        .click_and_hold()
        .move_to(to.x as i64 + 60, to.y as i64 + 20)
        .move_to(to.x as i64 + 60, to.y as i64 + 4)
        .release()
        .perform()
        .await
        .unwrap();
    eventually("the row has moved", async || {
        (names(&window).await == ["Tree", "Inner", "Two", "Deep", "One"]).then_some(())
    })
    .await;
    window.quit().await;
    let window = Window::open(&home, &Browser::Missing).await;
    window.find_where("tree-item", "data-name", "Deep").await;
    assert_eq!(names(&window).await, ["Tree", "Inner", "Two", "Deep", "One"]);
}

#[tokio::test]
async fn an_import_is_chosen_from_and_undone_as_a_whole() {
    let home = Gatepass::new();
    let dump = json!({
        "version": 1,
        "collections": [Collection::named("Wanted").get("Get", "http://127.0.0.1:9/").json(),
                        Collection::named("Unwanted").get("Get", "http://127.0.0.1:9/").json()],
        "environments": [gatepass_tests::collection::environment("Staging", &[("a", "b")])],
    });
    let file = home.file("dump.json", &dump);
    let window = Window::open(&home, &Browser::Missing).await;
    window.click("import-button").await;
    window.choose_file("import-file", &file).await;
    window.click_css("[data-testid=import-item][data-name=Unwanted] [data-testid=import-item-tick]").await;
    window.screenshot("import").await;
    window.click("import-confirm").await;
    window.find_where("tree-item", "data-name", "Wanted").await;
    assert!(!names(&window).await.contains(&"Unwanted".to_owned()));
    window.click_css(".toast .btn").await;
    window.find("new-collection").await;
    window.click("sidebar-tab-environments").await;
    window.wait_until_gone("environment-item").await;
}
