//! Looking at what came back: as text, bytes, an image, a page, a table, a part of it.

use gatepass_tests::{
    Browser, Collection, Gatepass, Window, eventually,
    http::{Answer, Server},
};
use serde_json::{Value, json};
use thirtyfour::{By, Key};

use crate::send;

/// The smallest picture there is: one transparent pixel.
const PIXEL: &[u8] = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;";

async fn answered<'a>(home: &'a Gatepass, server: &Server, path: &str) -> Window<'a> {
    let url = format!("{}{path}", server.origin());
    home.import(&Collection::named("Api").get("Get", &url).json()).await;
    let window = Window::open(home, &Browser::Missing).await;
    window.open_node(&["Api", "Get"]).await;
    send(&window, "200").await;
    window
}

#[tokio::test]
async fn a_document_is_read_filtered_searched_and_shown_as_a_table() {
    let items: Vec<Value> =
        (0..3_000).map(|at| json!({ "id": at, "title": format!("Photo {at}") })).collect();
    let server = Server::start(move |_| Answer::json(200, &json!({ "items": items }))).await;
    let home = Gatepass::new();
    let window = answered(&home, &server, "/photos").await;
    window.find("response-body").await;
    window.press("response-filter", "$.items[2999].title").await;
    window.wait_for_text("filter-matches", "1 match").await;
    // Line numbers are those of the whole document.
    let row = window.find_css("[data-testid=response-body] .ln").await.text().await.unwrap();
    assert!(row.contains("12001") && row.contains("\"Photo 2999\""), "{row}");
    window.press("response-filter", Key::Escape + "").await;
    window.wait_until_gone("filter-matches").await;
    window.click("response-tab-preview").await;
    let table = window.find("response-table").await.prop("textContent").await.unwrap().unwrap_or_default();
    assert!(table.contains("Photo 17"), "{table}");
    window.click("response-tab-body").await;
    window.choose("response-view-select", "hex").await;
    window.wait_for_text("response-body", "7b 22 69 74 65 6d 73").await;
}

#[tokio::test]
async fn a_large_document_is_scrolled_to_its_end_and_searched() {
    let numbers: Vec<u32> = (0..1_000_000).collect();
    let body = serde_json::to_string(&json!({ "numbers": numbers, "last": "needle" })).unwrap();
    let server = Server::start(move |_| Answer::new(200, "application/json", body.clone())).await;
    let home = Gatepass::new();
    let window = answered(&home, &server, "/numbers").await;
    window.wait_for_text("response-body", "\"numbers\": [").await;
    window.click("find-in-response").await;
    window.press("response-find", "NEEDLE").await;
    window.wait_for_text("response-find-count", "1 of 1 lines").await;
    window.wait_for_text("response-body", "\"last\": \"needle\"").await;
    window.wait_for_text("response-body", "1000003").await;
}

#[tokio::test]
async fn images_are_shown_and_pages_run_no_script() {
    let home = Gatepass::new();
    let server = Server::start(|request| match request.path.as_str() {
        "/pixel.gif" => Answer::new(200, "image/gif", PIXEL),
        _ => Answer::html(
            200,
            "<!doctype html><h1>Hello</h1><script>top.document.title = document.title = 'pwned'</script>\
             <img src=/elsewhere.png onerror=\"top.document.title='pwned'\"><a href=/x target=_top>away</a>",
        ),
    })
    .await;
    let window = answered(&home, &server, "/pixel.gif").await;
    let loaded = "const image = document.querySelector('[data-testid=response-image]'); return !!image && image.naturalWidth === 1;";
    eventually("the image is drawn", async || {
        window.web().execute(loaded, Vec::new()).await.ok()?.convert::<bool>().ok()?.then_some(())
    })
    .await;
    window.enter("url-input", &format!("{}/page", server.origin())).await;
    window.click("send-button").await;
    window.wait_for_attribute("response-tab-body", "aria-selected", "true").await;
    window.click("response-tab-preview").await;
    let page = window.find("response-page").await;
    page.clone().enter_frame().await.unwrap();
    eventually("the page is drawn", async || {
        let heading = window.web().find(By::Tag("h1")).await.ok()?;
        (heading.text().await.ok()? == "Hello").then_some(())
    })
    .await;
    window.web().enter_default_frame().await.unwrap();
    assert_eq!(window.web().title().await.unwrap(), "Gatepass");
    let asked: Vec<String> = server.seen().into_iter().map(|seen| seen.path).collect();
    assert_eq!(asked, ["/pixel.gif", "/page"], "a preview asks for nothing");
    window.screenshot("page-preview").await;
}
