//! Runs in the window: live rows, failures first, what failed once more, and tokens on the way.

use gatepass_tests::{
    Browser, Collection, Gatepass, Provider, Window,
    auth_config::machine,
    http::{Answer, Server},
};
use serde_json::json;
use thirtyfour::Key;

#[tokio::test]
async fn a_collection_is_run_with_its_token_and_what_failed_is_run_again() {
    let provider = Provider::start(&[]).await;
    let server = Server::start(|request| {
        let status = if request.path == "/second" && request.query.is_empty() { 200 } else { 404 };
        Answer::json(if request.path == "/first" { 200 } else { status }, &json!({ "path": request.path }))
    })
    .await;
    let home = Gatepass::new();
    let dead = format!("http://127.0.0.1:{}/", gatepass_tests::process::free_port());
    let document = Collection::named("Photos")
        .oauth2(&machine(&provider, "cc"))
        .get("First", &format!("{}/first", server.origin()))
        .get("Dead", &dead)
        .get("Second", &format!("{}/second", server.origin()));
    home.import(&document.json()).await;
    let window = Window::open(&home, &Browser::Missing).await;
    window.open_node(&["Photos"]).await;
    window.click("open-command-palette").await;
    window.press("command-palette", ">Run Photos").await;
    window.find_where("palette-item", "data-name", "Run Photos").await;
    window.press("command-palette", Key::Enter + "").await;
    window.enter("run-iterations", "2").await;
    window.click("run-start").await;
    window.wait_for_attribute("run-totals", "data-state", "finished").await;
    window.wait_for_text("run-totals", "6 of 6 requests").await;
    window.wait_for_text("run-failed", "2 failed").await;
    window.wait_for_attribute("run-row", "data-name", "Dead").await;
    assert_eq!(provider.token_requests("client_credentials").await.len(), 1);
    assert_eq!(server.seen().len(), 4);

    window.click_where("run-row", "data-name", "First").await;
    assert!(window.text("run-body").await.contains("/first"));

    window.click("run-failed-again").await;
    window.wait_for_text("run-totals", "1 of 1 request").await;
    assert_eq!(server.seen().len(), 4, "what had passed was left alone");
}
