//! Bruno's files, and what becomes of them.
#![allow(clippy::unwrap_used)]

use gatepass_core::workspace::{Auth, AuthKind, Body, Branch, Definition, FormPart};
use gatepass_interchange::{Imported, ReadFailureKind, bruno::read_folder, read};
use gatepass_oauth::AuthConfig;
use serde_json::{Value, json};

const COLLECTION: &str = include_str!("documents/bruno/collection.bru");
const SEND: &str = include_str!("documents/bruno/send.bru");
const LABELS: &str = include_str!("documents/bruno/labels.bru");
const STAGING: &str = include_str!("documents/bruno/staging.bru");
const BUNDLE: &str = include_str!("documents/parcels.opencollection.yml");

fn files(files: &[(&str, &str)]) -> Vec<(String, Vec<u8>)> {
    files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect()
}

fn folder() -> Imported {
    let files = files(&[
        ("depots/send.bru", SEND),
        ("depots\\labels.bru", LABELS),
        ("depots/folder.bru", "meta {\n  name: Depots\n}\n\nauth {\n  mode: inherit\n}\n"),
        ("collection.bru", COLLECTION),
        ("environments/Staging.bru", STAGING),
        ("bruno.json", r#"{"name": "Parcels", "version": "1"}"#),
        ("README.md", "# not ours"),
        ("node_modules/x/y.bru", SEND),
        ("broken.yml", "info: ["),
    ]);
    read_folder(&files).unwrap_or_else(|failure| panic!("{failure}"))
}

fn bundle() -> Imported {
    read(BUNDLE.as_bytes(), "").unwrap_or_else(|failure| panic!("{failure}"))
}

fn named(imported: Imported, path: &[&str]) -> Definition {
    let branch = imported.branches.into_iter().next().unwrap();
    let child =
        |branch: Branch, name: &&str| branch.children.into_iter().find(|child| child.name == **name).unwrap();
    path.iter().fold(branch, child).definition
}

/// The parameters; they are an auth config that the engine takes.
fn oauth2(auth: Option<Auth>) -> Value {
    let auth = auth.unwrap();
    assert_eq!(auth.kind, AuthKind::OAuth2);
    let params = Value::Object(auth.params);
    assert!(AuthConfig::from_json(&params).is_ok(), "{params}");
    params
}

#[test]
fn the_files_of_a_folder_become_a_collection_in_their_order() {
    let imported = folder();
    let collection = &imported.branches[0];
    assert_eq!(collection.name, "Parcels");
    let depots: Vec<&str> = collection.children[0].children.iter().map(|child| child.name.as_str()).collect();
    assert_eq!((collection.children.len(), depots), (1, vec!["Print labels", "Send a parcel"]));
    let staging = &imported.environments[0];
    let variables: Vec<_> = staging
        .variables
        .iter()
        .map(|variable| (variable.key.as_str(), variable.secret, variable.enabled))
        .collect();
    assert_eq!(staging.name, "Staging");
    assert_eq!(
        variables,
        [("base", false, true), ("old", false, false), ("password", true, true), ("token", true, false)]
    );
}

#[test]
fn the_oauth_settings_of_bru_come_along_by_our_names() {
    assert_eq!(
        oauth2(named(folder(), &[]).auth),
        json!({"grant": "authorization_code", "pkce": "S256", "redirect_uri": "http://127.0.0.1:8765/callback",
            "authorization_endpoint": "{{id}}/authorize", "token_endpoint": "{{id}}/token",
            "refresh_endpoint": "{{id}}/refresh", "client_id": "parcels", "client_secret": "{{PARCELS_SECRET}}",
            "scope": "openid parcels", "token_name": "carrier", "client_authentication": "client_secret_basic",
            "auto_refresh": false, "extra": {"token": [
                {"name": "audience", "value": "https://parcels.example.com", "in": "body", "enabled": true},
                {"name": "debug", "value": "1", "in": "body", "enabled": false}]}})
    );
    assert!(named(folder(), &["Depots"]).auth.is_none());
}

#[test]
fn a_bru_request_comes_with_rows_body_and_documentation() {
    let send = named(folder(), &["Depots", "Send a parcel"]);
    assert_eq!(send.description, "Hands a parcel over.");
    assert_eq!(send.unknown["bruno"]["script:post-response"], r#"bru.setVar("parcel", res.body.id);"#);
    let request = send.request.unwrap();
    assert_eq!(
        (request.method.as_str(), request.url.as_str()),
        ("POST", "{{base}}/parcels/:depot?express=true")
    );
    assert_eq!((request.disabled_query[0].0, request.disabled_query[0].1.name.as_str()), (1, "trace"));
    assert_eq!(request.path_variables[0].value, "lyon");
    let headers: Vec<_> =
        request.headers.iter().map(|header| (header.name.as_str(), header.enabled)).collect();
    assert_eq!(headers, [("X-Client", true), ("X-Old", false), ("Content-Type", true)]);
    assert!(
        matches!(request.body, Body::Raw { text, .. } if text == "{\n  \"to\": \"{{receiver}}\",\n  \"weight\": 2\n}")
    );
    let labels = named(folder(), &["Depots", "Print labels"]);
    assert_eq!(labels.auth.unwrap().text("username"), "printer");
    let Body::FormData { fields } = labels.request.unwrap().body else { panic!("it is form data") };
    assert_eq!(fields[0].part, FormPart::Files(vec!["/tmp/a.pdf".into(), "/tmp/b.pdf".into()]));
    assert_eq!(fields[0].content_type.as_deref(), Some("application/pdf"));
    assert_eq!(fields[1].part, FormPart::Text("two\nlines".into()));
}

#[test]
fn one_file_is_a_collection_of_one_request_or_an_environment() {
    let request = read(SEND.as_bytes(), "").ok().unwrap();
    assert_eq!(request.format, "Bruno request");
    assert_eq!(request.branches[0].children[0].name, "Send a parcel");
    let environment = read(STAGING.as_bytes(), "Staging.bru").ok().unwrap();
    assert_eq!(environment.environments[0].name, "Staging");
    let yaml = "info:\n  name: Send\n  type: http\nhttp:\n  method: GET\n  url: https://h/\n";
    assert_eq!(read(yaml.as_bytes(), "send.yml").ok().unwrap().branches[0].children[0].name, "Send");
}

#[test]
fn a_bundled_open_collection_says_the_same() {
    let imported = bundle();
    let names: Vec<&str> = imported.branches[0].children.iter().map(|child| child.name.as_str()).collect();
    assert_eq!((imported.format.as_str(), names), ("OpenCollection", vec!["Query", "Depots"]));
    assert_eq!(
        oauth2(imported.branches[0].definition.auth.clone()),
        json!({"grant": "client_credentials", "token_endpoint": "{{id}}/token", "refresh_endpoint": "{{id}}/refresh",
            "client_id": "batch", "client_secret": "s3cret", "scope": "parcels", "token_name": "carrier",
            "client_authentication": "client_secret_basic", "send_in": "query", "parameter_name": "access",
            "auto_refresh": false, "extra": {"token": [
                {"name": "audience", "value": "https://parcels.example.com", "in": "body", "enabled": true}]}})
    );
    assert!(imported.environments[0].variables[1].secret);
    let send = named(bundle(), &["Depots", "Send"]);
    assert_eq!(Value::Object(send.settings), json!({"follow_redirects": false, "timeout_ms": 500}));
    assert_eq!(send.auth.unwrap().text("password"), "{{password}}");
    let request = send.request.unwrap();
    assert_eq!(request.url, "{{base}}/parcels/:depot?express=true");
    assert_eq!(request.headers[0].name, "X-Client");
    let query = named(bundle(), &["Query"]).request.unwrap();
    assert!(
        query.method == "POST"
            && matches!(query.body, Body::GraphQl { query, .. } if query == "{ depots { name } }")
    );
}

#[test]
fn what_is_not_carried_over_is_said() {
    let said: Vec<String> =
        folder().warnings.iter().chain(&bundle().warnings).map(|warning| format!("{warning:?}")).collect();
    for part in ["PARCELS_SECRET", "script:post-response", "headers for all", "broken", "scripts", "grpc"] {
        assert!(said.iter().any(|said| said.contains(part)), "{part}: {said:#?}");
    }
}

#[test]
fn a_folder_without_a_file_of_brunos_is_refused() {
    let failure = read_folder(&files(&[("a.txt", "x"), ("compose.yml", "services: {}")])).err().unwrap();
    assert_eq!(failure.kind, ReadFailureKind::Unknown);
}
