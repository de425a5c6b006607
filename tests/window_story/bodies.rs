//! Every kind of body, as a person makes it and as it goes over the wire.

use gatepass_tests::{
    Browser, Collection, Gatepass, Window,
    http::{Answer, Server},
};
use serde_json::json;

use crate::send;

async fn open_body<'a>(home: &'a Gatepass, server: &Server) -> Window<'a> {
    let request = json!({ "name": "Post", "request": { "method": "POST", "url": server.origin() } });
    home.import(&Collection::named("Echo").item(request).variable("who", "alice").json()).await;
    let window = Window::open(home, &Browser::Missing).await;
    window.open_node(&["Echo", "Post"]).await;
    window.click("editor-tab-body").await;
    window
}

async fn echo() -> Server {
    Server::start(|_| Answer::json(200, &json!({ "ok": true }))).await
}

#[tokio::test]
async fn a_form_with_a_text_and_a_file_is_sent_in_parts() {
    let server = echo().await;
    let home = Gatepass::new();
    let file = home.file("a photo.json", &json!({ "of": "the sea" }));
    let window = open_body(&home, &server).await;
    window.choose("body-kind-select", "formdata").await;
    window.enter("form-name", "title").await;
    window.enter("form-value", "by {{who}}").await;
    window.enter("form-content-type", "text/markdown").await;
    let last = "[data-testid=form-row]:last-child ";
    window.click_css(&format!("{last}[data-testid=form-name]")).await;
    window.find_css(&format!("{last}[data-testid=form-name]")).await.send_keys("photo").await.unwrap();
    window.find_css("[data-testid=form-row]:nth-child(3)").await;
    window.click_css("[data-testid=form-row]:nth-child(2) [data-testid=form-kind]").await;
    window.click_where("form-kind-option", "data-value", "file").await;
    window.enter("file-path", &file).await;
    send(&window, "200").await;
    let seen = &server.seen()[0];
    assert!(seen.headers["content-type"].starts_with("multipart/form-data; boundary="));
    for part in ["name=\"title\"", "text/markdown", "by alice", "name=\"photo\"", "a photo.json", "the sea"] {
        assert!(seen.body.contains(part), "{part}: {}", seen.body);
    }
    window.screenshot("form-data").await;
}

#[tokio::test]
async fn a_file_and_graphql_are_sent_as_what_they_are() {
    let server = echo().await;
    let home = Gatepass::new();
    let file = home.file("body.json", &json!({ "whole": "body" }));
    let window = open_body(&home, &server).await;
    window.choose("body-kind-select", "file").await;
    window.enter("file-path", &file).await;
    send(&window, "200").await;
    assert!(server.seen()[0].body.contains("whole"));
    window.choose("body-kind-select", "graphql").await;
    window.enter("graphql-query", "query { user(name: \"{{who}}\") { id } }").await;
    window.enter("graphql-variables", "{\"a\": 1}").await;
    window.click("send-button").await;
    gatepass_tests::eventually("it arrives", async || (server.seen().len() == 2).then_some(())).await;
    let body: serde_json::Value = serde_json::from_str(&server.seen()[1].body).unwrap();
    assert!(body["query"].as_str().unwrap().contains("alice"), "{body}");
    assert_eq!(body["variables"], json!({ "a": 1 }));
    window.screenshot("graphql").await;
}

#[tokio::test]
async fn json_is_checked_while_it_is_typed_and_formatted_when_asked() {
    let server = echo().await;
    let home = Gatepass::new();
    let window = open_body(&home, &server).await;
    window.choose("body-kind-select", "json").await;
    window.enter("body-editor", "{\"a\": 1.50 \"b\": {{who}}}").await;
    window.wait_for_text("body-problem", "a comma is missing").await;
    window.enter("body-editor", "{\"a\":1.50,\"b\":{{who}}}").await;
    window.wait_until_gone("body-problem").await;
    window.click("format-body").await;
    window.wait_for_attribute("body-editor", "data-value", "{\n  \"a\": 1.50,\n  \"b\": {{who}}\n}").await;
}

#[tokio::test]
async fn a_request_is_written_as_code_in_the_window() {
    let server = echo().await;
    let home = Gatepass::new();
    let window = open_body(&home, &server).await;
    window.click("generate-code").await;
    for (language, wanted) in [("curl", "curl"), ("rust-reqwest", "reqwest"), ("go", "package main")] {
        window.choose("code-language", language).await;
        gatepass_tests::eventually(language, async || {
            let code = window.document("code").await;
            (code.contains(wanted) && code.contains(&server.origin())).then_some(())
        })
        .await;
    }
    window.screenshot("code").await;
}
