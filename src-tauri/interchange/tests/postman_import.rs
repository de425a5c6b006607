//! Postman's documents, and what becomes of them.
#![allow(clippy::unwrap_used)]

use gatepass_core::workspace::{AuthKind, Body, Branch, Definition, FormPart, NodeKind, ScriptEvent};
use gatepass_interchange::{Counts, Imported, ReadFailureKind, Warning, read};
use gatepass_oauth::AuthConfig;
use gatepass_oauth::config::{ClientAuthentication, Grant, Pkce};
use serde_json::{Value, json};

const PHOTOS: &str = include_str!("documents/photos.postman_collection.json");

fn imported(json: &Value) -> Imported {
    read(json.to_string().as_bytes(), "").unwrap_or_else(|failure| panic!("{failure}"))
}

fn photos() -> Imported {
    read(PHOTOS.as_bytes(), "photos.json").unwrap_or_else(|failure| panic!("{failure}"))
}

/// The only collection, with its items.
fn collection(items: Value) -> Branch {
    let schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json";
    imported(&json!({"info": {"name": "c", "schema": schema}, "item": items})).branches.remove(0)
}

fn at<'a>(branch: &'a Branch, path: &[&str]) -> &'a Branch {
    path.iter().fold(branch, |branch, name| branch.children.iter().find(|child| child.name == *name).unwrap())
}

/// The definition of the only request.
fn request(request: Value) -> Definition {
    collection(json!([{"name": "r", "request": request}])).children.remove(0).definition
}

/// What becomes of an `auth.oauth2`, with the warnings.
fn oauth2(rows: Value) -> (serde_json::Map<String, Value>, Vec<Warning>) {
    let imported = imported(&json!({
        "info": {"name": "c", "schema": "…/v2.1.0/…"}, "item": [], "auth": {"type": "oauth2", "oauth2": rows}
    }));
    let auth = imported.branches[0].definition.auth.clone().unwrap();
    assert_eq!(auth.kind, AuthKind::OAuth2);
    (auth.params, imported.warnings)
}

fn row(key: &str, value: impl Into<Value>) -> Value {
    json!({"key": key, "value": value.into(), "type": "string"})
}

#[test]
fn folders_and_requests_keep_their_order_and_nesting() {
    let photos = &photos().branches[0];
    let names: Vec<&str> = photos.children.iter().map(|child| child.name.as_str()).collect();
    assert_eq!(names, ["Albums", "Search", "Form", "Binary"]);
    assert_eq!(at(photos, &["Albums", "Deep", "Upload"]).kind, NodeKind::Request);
    assert_eq!(at(photos, &["Albums", "Deep"]).kind, NodeKind::Folder);
    assert_eq!(photos.definition.description, "All about *photos*");
}

#[test]
fn the_preview_counts_what_comes_in() {
    let counts = photos().counts();
    assert_eq!(
        counts,
        Counts {
            collections: 1,
            folders: 2,
            requests: 6,
            environments: 0,
            variables: 4,
            scripts: 2,
            oauth_configs: 1
        }
    );
}

#[test]
fn a_request_comes_with_url_rows_headers_and_body() {
    let photos = &photos().branches[0];
    let list = at(photos, &["Albums", "List"]).definition.request.as_ref().unwrap();
    assert_eq!(list.url, "{{base}}/albums/:album?page=1&size=20#top");
    assert_eq!((list.disabled_query[0].0, list.disabled_query[0].1.name.as_str()), (1, "debug"));
    assert_eq!(list.path_variables[0].value, "{{album id}}");
    assert_eq!((list.headers[0].enabled, list.headers[1].enabled), (true, false));
    assert!(matches!(&list.body, Body::Raw { language, .. } if language == "json"));
    let upload = at(photos, &["Albums", "Deep", "Upload"]).definition.request.as_ref().unwrap();
    let Body::FormData { fields } = &upload.body else { panic!("it is form data") };
    assert_eq!(fields[0].part, FormPart::Files(vec!["a.png".into(), "b.png".into()]));
    assert_eq!(fields[1].content_type.as_deref(), Some("application/json"));
    let url_alone = at(photos, &["Albums", "Only a URL"]).definition.request.as_ref().unwrap();
    assert_eq!((url_alone.method.as_str(), url_alone.url.as_str()), ("GET", "https://example.com/a?b=c"));
}

#[test]
fn the_oauth_config_becomes_ours_and_can_be_used() {
    let auth = photos().branches[0].definition.auth.clone().unwrap();
    let config = AuthConfig::from_json(&Value::Object(auth.params))
        .unwrap_or_else(|failure| panic!("{}", failure.cause));
    assert_eq!((config.grant, config.pkce), (Grant::AuthorizationCode, Pkce::S256));
    assert_eq!(config.client_authentication, ClientAuthentication::ClientSecretPost);
    assert_eq!(config.token_name, "Alice");
    assert_eq!(config.refresh_endpoint.as_deref(), Some("https://id.example.com/refresh"));
    assert_eq!(config.issuer.as_deref(), Some("https://id.example.com"));
    assert_eq!(config.audience.as_deref(), Some("https://api.example.com"));
    assert!(config.dpop);
    assert_eq!((config.extra.token.len(), config.extra.token[1].enabled), (2, false));
    assert_eq!(config.extra.refresh[0].name, "origin");
}

#[test]
fn every_grant_of_postman_is_known() {
    for (theirs, challenge, grant, pkce) in [
        ("authorization_code", "", "authorization_code", Some("off")),
        ("authorization_code_with_pkce", "", "authorization_code", Some("S256")),
        ("authorization_code_with_pkce", "plain", "authorization_code", Some("plain")),
        ("implicit", "", "implicit", None),
        ("password_credentials", "", "password", None),
        ("client_credentials", "", "client_credentials", None),
    ] {
        let (params, warnings) =
            oauth2(json!([row("grant_type", theirs), row("challengeAlgorithm", challenge)]));
        assert_eq!(params["grant"], grant);
        assert_eq!(params.get("pkce").and_then(Value::as_str), pkce, "{theirs}");
        assert!(warnings.is_empty(), "{warnings:?}");
    }
}

#[test]
fn a_client_without_a_secret_does_not_authenticate_with_an_empty_one() {
    let (params, _) = oauth2(json!([row("client_authentication", "header"), row("clientSecret", "")]));
    assert!(!params.contains_key("client_authentication") && !params.contains_key("client_secret"));
    let (params, _) = oauth2(json!([row("client_authentication", "header"), row("clientSecret", "{{s}}")]));
    assert_eq!(params["client_authentication"], "client_secret_basic");
}

#[test]
fn the_object_form_of_version_2_0_is_understood() {
    let imported = imported(&json!({
        "info": {"name": "c", "schema": "https://schema.getpostman.com/json/collection/v2.0.0/collection.json"},
        "auth": {"type": "oauth2", "oauth2": {"clientId": "photos", "grant_type": "client_credentials"}},
        "item": [{"name": "r", "request": {"method": "GET", "header": "Accept: */*\n// X-Off: 1",
            "auth": {"type": "basic", "basic": {"username": "alice", "password": "p"}}, "url": "http://h/a"}}]
    }));
    assert_eq!(imported.format, "Postman collection 2.0");
    let collection = &imported.branches[0];
    assert_eq!(collection.definition.auth.as_ref().unwrap().text("client_id"), "photos");
    let request = &collection.children[0].definition;
    assert_eq!(request.auth.as_ref().unwrap().text("password"), "p");
    let headers = &request.request.as_ref().unwrap().headers;
    assert_eq!((headers[0].name.as_str(), headers[1].enabled), ("Accept", false));
}

#[test]
fn a_stored_token_is_offered_and_not_used() {
    let photos = photos();
    let offered = &photos.offered_tokens[0];
    assert_eq!((offered.item.as_str(), offered.token_name.as_str()), ("Photos API", "Alice"));
    assert_eq!(offered.access_token.expose(), "stored-token-value");
    let params = &photos.branches[0].definition.auth.as_ref().unwrap().params;
    assert!(!Value::Object(params.clone()).to_string().contains("stored-token-value"));
    assert!(!format!("{:?}", photos.warnings).contains("stored-token-value"));
}

#[test]
fn a_token_that_is_only_a_variable_with_no_endpoints_becomes_a_bearer_token() {
    let imported = imported(&json!({"info": {"name": "c", "schema": "x"}, "item": [],
        "auth": {"type": "oauth2", "oauth2": [row("accessToken", "{{token}}"), row("addTokenTo", "header")]}}));
    let auth = imported.branches[0].definition.auth.as_ref().unwrap();
    assert_eq!((auth.kind, auth.text("token")), (AuthKind::Bearer, "{{token}}"));
    assert_eq!(imported.warnings.len(), 1);
}

#[test]
fn what_is_not_carried_over_is_said_with_place_and_reason() {
    let warnings = photos().warnings;
    let said = |item: &str, part: &str| {
        assert!(
            warnings.iter().any(|warning| warning.item == item && warning.reason.contains(part)),
            "{item} {part}: {warnings:?}"
        );
    };
    said("Photos API", "fixed state");
    said("Photos API", "“fromTheFuture”");
    said("Photos API", "access token");
    said("Photos API/Binary", "proxy");
    let callback = oauth2(json!([row("redirect_uri", "https://oauth.pstmn.io/v1/callback")])).1;
    assert!(callback[0].reason.contains("Postman's own site"));
    let unknown =
        collection(json!([{"name": "r", "request": {"auth": {"type": "magic", "magic": []}, "url": "x"}}]));
    assert!(unknown.children[0].definition.auth.is_none());
}

#[test]
fn scripts_come_along_and_empty_ones_are_no_scripts() {
    let photos = &photos().branches[0];
    let scripts = &at(photos, &["Albums", "Deep", "Upload"]).definition.scripts;
    assert_eq!(scripts.len(), 1);
    assert_eq!(
        (scripts[0].event, scripts[0].source.as_str()),
        (ScriptEvent::Test, "pm.test('ok', () => {\n});")
    );
}

#[test]
fn settings_are_taken_over_and_a_get_sends_its_body_only_where_postman_would() {
    let photos = photos();
    let list = &at(&photos.branches[0], &["Albums", "List"]).definition;
    assert_eq!(list.settings.get("follow_redirects"), Some(&json!(false)));
    assert_eq!(list.settings.get("send_body"), None);
    let pruned = request(json!({"method": "get", "url": "h", "body": {"mode": "raw", "raw": "x"}}));
    assert_eq!(pruned.settings.get("send_body"), Some(&json!(false)));
}

#[test]
fn variables_keep_their_kind_and_numbers_become_text() {
    let variables = &photos().branches[0].definition.variables;
    let shown: Vec<(&str, &str, bool, bool)> =
        variables.iter().map(|v| (v.key.as_str(), v.value.as_str(), v.secret, v.enabled)).collect();
    assert_eq!(
        shown,
        [
            ("base", "https://api.example.com", false, true),
            ("n", "7", false, true),
            ("token", "hunter3", true, true),
            ("off", "", false, false)
        ]
    );
}

#[test]
fn environments_and_globals_are_read() {
    let environment = json!({"id": "x", "name": "Staging", "_postman_variable_scope": "environment", "values": [
        {"key": "a", "value": "1", "type": "default", "enabled": true},
        {"key": "b", "value": "2", "type": "secret", "enabled": false}, {"value": "no name"}]});
    let read = imported(&environment);
    let staging = &read.environments[0];
    assert_eq!((staging.name.as_str(), staging.variables.len()), ("Staging", 2));
    assert!(staging.variables[1].secret && !staging.variables[1].enabled);
    assert_ne!(
        staging.id,
        imported(&environment).environments[0].id,
        "each import is an environment of its own"
    );
    let globals = imported(
        &json!({"name": "G", "_postman_variable_scope": "globals", "values": [{"key": "a", "value": true}]}),
    );
    assert_eq!(globals.globals[0].value, "true");
}

#[test]
fn a_data_dump_brings_collections_environments_and_globals() {
    let photos: Value = serde_json::from_str(PHOTOS).unwrap();
    let dump = imported(
        &json!({"version": 1, "collections": [photos, {"name": "old", "requests": [], "order": []}],
        "environments": [{"name": "Staging", "values": []}], "globals": [{"key": "a", "value": "1"}]}),
    );
    assert_eq!((dump.branches.len(), dump.environments.len(), dump.globals.len()), (1, 1, 1));
    assert!(dump.warnings.iter().any(|warning| warning.item == "old"));
}

#[test]
fn the_answers_of_postmans_own_api_are_unwrapped() {
    let photos: Value = serde_json::from_str(PHOTOS).unwrap();
    assert_eq!(imported(&json!({"collection": photos})).branches.len(), 1);
    assert_eq!(imported(&json!({"environment": {"name": "e", "values": []}})).environments.len(), 1);
}

#[test]
fn what_cannot_be_read_says_what_it_looks_like() {
    let failure = |bytes: &[u8], name: &str| read(bytes, name).err().unwrap();
    for (bytes, kind, part) in [
        (&b"  \n"[..], ReadFailureKind::Empty, "empty"),
        (b"<!DOCTYPE html><p>", ReadFailureKind::Unsupported, "an HTML page"),
        (b"PK\x03\x04\xFF", ReadFailureKind::NotText, "ZIP"),
        (b"\xFF\xD8\xFF\xE0 ", ReadFailureKind::NotText, "image"),
        (b"{\"info\": {\"name\": ", ReadFailureKind::Broken, "ends in the middle"),
        (b"{\"info\": nonsense}", ReadFailureKind::Broken, "line 1 column"),
        (b"{\"openapi\": \"4.0.0\"}", ReadFailureKind::Unsupported, "version 4.0.0"),
        (b"{\"requests\": [], \"order\": []}", ReadFailureKind::Unsupported, "format 1"),
        (b"{\"colour\": \"red\"}", ReadFailureKind::Unknown, "colour"),
        (b"[1, 2]", ReadFailureKind::Unknown, "no object"),
        (b"hello", ReadFailureKind::Unknown, "not JSON"),
    ] {
        let failure = failure(bytes, "");
        assert_eq!(failure.kind, kind, "{failure}");
        assert!(failure.cause.contains(part), "{part}: {failure}");
    }
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(failure(deep.as_bytes(), "").cause.contains("nested deeper"));
}

#[test]
fn byte_order_marks_and_utf_16_are_understood() {
    let with_mark = [b"\xEF\xBB\xBF".as_slice(), PHOTOS.as_bytes()].concat();
    assert!(read(&with_mark, "").is_ok());
    for (mark, encode) in
        [([0xFF, 0xFE], u16::to_le_bytes as fn(u16) -> [u8; 2]), ([0xFE, 0xFF], u16::to_be_bytes)]
    {
        let bytes: Vec<u8> = mark.into_iter().chain(PHOTOS.encode_utf16().flat_map(encode)).collect();
        assert_eq!(read(&bytes, "").unwrap_or_else(|failure| panic!("{failure}")).counts().requests, 6);
    }
}

#[test]
fn a_collection_of_ten_thousand_requests_comes_in_whole() {
    let item = json!({"name": "r", "request": {"method": "GET", "header": [{"key": "A", "value": "b"}],
        "url": {"raw": "{{base}}/a?b=c", "host": ["{{base}}"], "path": ["a"], "query": [{"key": "b", "value": "c"}]}}, "response": []});
    let folders: Vec<Value> =
        (0..100).map(|at| json!({"name": format!("f{at}"), "item": vec![item.clone(); 100]})).collect();
    let collection = collection(Value::Array(folders));
    assert_eq!(collection.requests(), 10_000);
    assert!(
        collection.children[7].children[3].definition.unknown.is_empty(),
        "an ordinary request is kept once"
    );
}
