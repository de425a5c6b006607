//! `.http` files, and what becomes of them.
#![allow(clippy::unwrap_used)]

use gatepass_core::workspace::{AuthKind, Body, Branch, Definition, FormPart, RequestDefinition};
use gatepass_interchange::{Imported, read};
use serde_json::json;

const ALBUMS: &str = include_str!("documents/albums.http");

fn imported(text: &str, name: &str) -> Imported {
    read(text.as_bytes(), name).unwrap_or_else(|failure| panic!("{failure}"))
}

fn albums() -> Branch {
    imported(ALBUMS, "albums.http").branches.remove(0)
}

fn definition(name: &str) -> Definition {
    albums().children.into_iter().find(|child| child.name == name).unwrap().definition
}

fn request(name: &str) -> RequestDefinition {
    definition(name).request.unwrap()
}

#[test]
fn every_block_becomes_a_request_by_its_name() {
    let albums = albums();
    let names: Vec<&str> = albums.children.iter().map(|child| child.name.as_str()).collect();
    assert_eq!(names, ["List albums", "addAlbum", "signIn", "Upload", "Replace", "Query"]);
    assert_eq!(albums.name, "albums");
    let variables: Vec<_> = albums
        .definition
        .variables
        .iter()
        .map(|variable| (variable.key.as_str(), variable.value.as_str()))
        .collect();
    assert_eq!(variables, [("host", "https://photos.example.com"), ("base", "{{host}}/v1")]);
}

#[test]
fn a_query_may_go_on_over_lines_and_comments_are_settings() {
    let definition = definition("List albums");
    let request = definition.request.unwrap();
    assert_eq!(request.url, "{{base}}/albums?page=1&size=20");
    assert_eq!(definition.settings.get("follow_redirects"), Some(&json!(false)));
    assert_eq!(definition.settings.get("http_version"), Some(&json!("http1")));
    assert_eq!(definition.description, "All of them, newest first.");
    let auth = definition.auth.unwrap();
    assert_eq!((auth.kind, auth.text("token")), (AuthKind::Bearer, "{{token}}"));
    assert_eq!(request.headers.len(), 1);
}

#[test]
fn bodies_are_what_their_headers_say() {
    let body = request("addAlbum").body;
    let Body::Raw { language, text } = body else { panic!("it is raw") };
    assert_eq!(language, "json");
    assert!(text.contains("{{$isoTimestamp}}") && !text.contains("client.test"), "{text}");
    let Body::UrlEncoded { fields } = request("signIn").body else { panic!("it is a form") };
    let fields: Vec<_> = fields.iter().map(|field| (field.name.as_str(), field.value.as_str())).collect();
    assert_eq!(fields, [("name", "alice"), ("password", "{{PHOTOS_PASSWORD}}")]);
    let Body::FormData { fields } = request("Upload").body else { panic!("it is form data") };
    assert_eq!(fields[0].part, FormPart::Text("The lake".into()));
    assert_eq!(fields[1].part, FormPart::Files(vec!["./lake.jpg".into()]));
    assert_eq!(fields[1].content_type.as_deref(), Some("image/jpeg"));
    assert!(matches!(request("Replace").body, Body::File { path } if path == "./whole.jpg"));
    let query = request("Query");
    let Body::GraphQl { query: text, variables } = query.body else { panic!("it is GraphQL") };
    assert!(text.starts_with("query") && text.ends_with('}'));
    assert_eq!(variables, r#"{ "id": 17 }"#);
    assert!(query.headers.is_empty());
}

#[test]
fn what_is_not_carried_over_is_said() {
    let warnings = imported(ALBUMS, "albums.http").warnings;
    let said: Vec<String> =
        warnings.iter().map(|warning| format!("{}: {}", warning.item, warning.reason)).collect();
    for part in [
        "addAlbum: The request has scripts",
        "PHOTOS_PASSWORD",
        "addAlbum.response.body.id",
        "WEBSOCKET",
        "whole.jpg",
    ] {
        assert!(said.iter().any(|said| said.contains(part)), "{part}: {said:#?}");
    }
    let kept = definition("addAlbum").unknown;
    assert!(kept["http_file"]["scripts"][0].as_str().unwrap().starts_with("client.test"));
}

#[test]
fn pasted_text_is_known_by_its_request_line() {
    let collection = imported("GET https://h/a\nAccept: */*\n\n###\nhttps://h/b", "").branches.remove(0);
    let names: Vec<&str> = collection.children.iter().map(|child| child.name.as_str()).collect();
    assert_eq!(names, ["GET /a", "GET /b"]);
    assert!(read(b"GET well soon", "").is_err());
}
