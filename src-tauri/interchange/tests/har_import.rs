//! HTTP archives, and what becomes of them.
#![allow(clippy::unwrap_used)]

use gatepass_core::workspace::{Body, Branch, FormPart, RequestDefinition};
use gatepass_interchange::{Imported, read};

const CHECKOUT: &str = include_str!("documents/checkout.har");

fn checkout() -> Imported {
    read(CHECKOUT.as_bytes(), "").unwrap_or_else(|failure| panic!("{failure}"))
}

fn request(folder: &str, name: &str) -> RequestDefinition {
    let child =
        |branch: Branch, name: &str| branch.children.into_iter().find(|child| child.name == name).unwrap();
    let collection = checkout().branches.remove(0);
    child(child(collection, folder), name).definition.request.unwrap()
}

#[test]
fn requests_stand_in_a_folder_for_each_host_in_their_order() {
    let imported = checkout();
    assert_eq!(imported.format, "HTTP archive (HAR) of Example Browser");
    let collection = &imported.branches[0];
    assert_eq!(collection.name, "Checkout");
    let shape: Vec<(&str, usize)> =
        collection.children.iter().map(|folder| (folder.name.as_str(), folder.children.len())).collect();
    assert_eq!(shape, [("shop.example.com", 1), ("api.example.com", 4)]);
}

#[test]
fn recorded_credentials_come_in_switched_off_and_headers_of_the_connection_not_at_all() {
    let cart = request("shop.example.com", "GET /cart");
    assert_eq!(cart.url, "https://shop.example.com/cart?lang=de");
    let headers: Vec<_> = cart.headers.iter().map(|header| (header.name.as_str(), header.enabled)).collect();
    assert_eq!(headers, [("accept", true), ("cookie", false)]);
    let order = request("api.example.com", "POST /v1/orders");
    let headers: Vec<_> = order.headers.iter().map(|header| (header.name.as_str(), header.enabled)).collect();
    assert_eq!(headers, [("Content-Type", true), ("Authorization", false)]);
    let imported = checkout();
    let said: Vec<String> = imported.warnings.iter().map(|warning| format!("{warning:?}")).collect();
    assert!(said.iter().any(|said| said.contains("credentials (Authorization)")), "{said:#?}");
    assert!(!said.iter().any(|said| said.contains("recorded-")), "{said:#?}");
}

#[test]
fn bodies_come_as_text_or_in_rows() {
    let order = request("api.example.com", "POST /v1/orders");
    assert!(
        matches!(order.body, Body::Raw { language, text } if language == "json" && text == "{\"item\": 17}\n")
    );
    let Body::UrlEncoded { fields } = request("api.example.com", "POST /v1/login").body else {
        panic!("a form")
    };
    let fields: Vec<_> = fields.iter().map(|field| (field.name.as_str(), field.value.as_str())).collect();
    assert_eq!(fields, [("user", "alice@example.com"), ("note", "50 percent")]);
    let photos = request("api.example.com", "POST /v1/photos");
    let Body::FormData { fields } = &photos.body else { panic!("form data") };
    assert_eq!(fields[1].part, FormPart::Files(vec!["lake.jpg".into()]));
    assert!(photos.headers.is_empty());
}

#[test]
fn what_the_recording_lacks_is_said() {
    let warnings = checkout().warnings;
    let said = |item: &str, part: &str| {
        warnings.iter().any(|warning| warning.item == item && warning.reason.contains(part))
    };
    assert!(said("POST /v1/photos", "lake.jpg"));
    assert!(said("PUT /v1/photos/1", "not recorded"));
}

#[test]
fn an_archive_of_nothing_is_an_empty_collection() {
    let imported = read(br#"{"log": {"entries": [{}, 1, {"request": {}}]}}"#, "a.har").ok().unwrap();
    assert_eq!(imported.branches[0].children.len(), 1);
    assert_eq!(imported.warnings.len(), 2);
}
