//! Import → export gives the same document; edits and secrets are told apart from it.
#![allow(clippy::unwrap_used)]

use gatepass_core::workspace::{Auth, AuthKind, Body, Branch, KeyValue};
use gatepass_interchange::postman::{Options, write_collection, write_environment};
use gatepass_interchange::read;
use proptest::prelude::*;
use serde_json::{Value, json};

const PHOTOS: &str = include_str!("documents/photos.postman_collection.json");
const WHOLE: Options = Options { secrets: true };

fn branch(json: &Value) -> Branch {
    read(json.to_string().as_bytes(), "").unwrap_or_else(|failure| panic!("{failure}")).branches.remove(0)
}

fn photos() -> (Value, Branch) {
    let source: Value = serde_json::from_str(PHOTOS).unwrap();
    let branch = branch(&source);
    (source, branch)
}

fn assert_same(written: &Value, source: &Value) {
    assert_eq!(difference(written, source, ""), None);
}

/// Where two documents differ first.
fn difference(written: &Value, source: &Value, place: &str) -> Option<String> {
    match (written, source) {
        (Value::Object(written), Value::Object(source)) => {
            let names = source.keys().chain(written.keys());
            names.map(|name| (name, written.get(name), source.get(name))).find_map(
                |(name, written, source)| match (written, source) {
                    (Some(written), Some(source)) => difference(written, source, &format!("{place}/{name}")),
                    _ => Some(format!("{place}/{name}: {written:?} instead of {source:?}")),
                },
            )
        }
        (Value::Array(written), Value::Array(source)) if written.len() == source.len() => written
            .iter()
            .zip(source)
            .enumerate()
            .find_map(|(at, (written, source))| difference(written, source, &format!("{place}/{at}"))),
        _ => (written != source).then(|| format!("{place}: {written} instead of {source}")),
    }
}

#[test]
fn a_collection_goes_back_and_forth_without_loss() {
    let (source, branch) = photos();
    let written = write_collection(&branch, WHOLE);
    assert_same(&written, &source);
    assert_same(&write_collection(&self::branch(&written), WHOLE), &source);
}

#[test]
fn unusual_spellings_stay_as_they_are() {
    let schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json";
    for item in [
        json!({"name": "r", "request": {"method": "get", "url": null, "header": null, "body": null}}),
        json!({"name": "r", "request": "http://h"}),
        json!({"name": "r"}),
        json!({"request": {"url": {"raw": "h?a"}}}),
        json!({"name": "r", "request": {"url": "h/:id?a=b", "header": "A: b", "auth": null}, "event": []}),
        json!({"name": "r", "request": {"url": {"host": "h", "path": "/a/b", "query": "x=1"}, "body": {"mode": "raw"}}}),
        json!({"name": "r", "request": {"url": "h", "body": {"mode": "urlencoded", "urlencoded": "a=b", "disabled": true}}}),
        json!({"name": "r", "request": {"url": "h", "method": "GET", "body": {"mode": "raw", "raw": "x"}}}),
        json!({"name": "r", "request": {"url": "h", "auth": {"type": "oauth2", "oauth2": [{"key": "grantType", "value": "implicit"}, {"key": "username", "type": "any"}]}}}),
        json!({"name": "r", "request": {"url": "h", "auth": {"type": "apikey", "apikey": [{"key": "in", "value": "query", "type": "string"}, {"key": "in", "value": "header"}]}}}),
        json!({"name": "r", "request": {"url": "h"}, "event": [{"listen": "test", "disabled": true, "script": {"exec": "x"}}, {"listen": "odd", "script": {"exec": ["y"]}}, {"listen": "test", "script": {"exec": "a\nb", "src": "f.js"}}]}),
        json!({"name": "f", "item": [], "auth": {"type": "magic", "magic": [1]}, "variable": [{"id": "v", "value": {"a": 1}}]}),
    ] {
        let source = json!({"info": {"name": "c", "schema": schema}, "item": [item]});
        assert_same(&write_collection(&branch(&source), WHOLE), &source);
    }
}

#[test]
fn a_collection_of_version_2_0_goes_out_as_2_1() {
    let source = json!({
        "info": {"name": "c", "schema": "https://schema.getpostman.com/json/collection/v2.0.0/collection.json", "x": 1},
        "item": [{"name": "r", "request": {"method": "GET", "header": [], "url": "http://h",
            "auth": {"type": "bearer", "bearer": {"token": "t", "later": null}}}, "response": []}]
    });
    let mut expected = source.clone();
    expected["info"]["schema"] =
        json!("https://schema.getpostman.com/json/collection/v2.1.0/collection.json");
    expected["item"][0]["request"]["auth"]["bearer"] = json!([
        {"key": "token", "value": "t", "type": "string"}, {"key": "later", "value": null, "type": "any"}]);
    assert_same(&write_collection(&branch(&source), WHOLE), &expected);
}

#[test]
fn an_edit_changes_what_was_edited_and_nothing_else() {
    let (mut source, mut branch) = photos();
    let list = &mut branch.children[0].children[0];
    list.name = "List all".to_owned();
    let request = list.definition.request.as_mut().unwrap();
    request.url = "{{base}}/albums/:album?page=2&new=x".to_owned();
    request.headers[0].value = "text/plain".to_owned();
    request.body = Body::None;
    let item = &mut source["item"][0]["item"][0];
    item["name"] = json!("List all");
    let target = item["request"].as_object_mut().unwrap();
    target["header"][0]["value"] = json!("text/plain");
    target.remove("body");
    let url = target["url"].as_object_mut().unwrap();
    url["raw"] = json!("{{base}}/albums/:album?page=2&new=x");
    url.remove("hash");
    url["query"] = json!([
        {"key": "page", "value": "2", "description": "which page"},
        {"key": "debug", "value": "true", "disabled": true},
        {"key": "new", "value": "x"}
    ]);
    assert_same(&write_collection(&branch, WHOLE), &source);
}

#[test]
fn an_edited_auth_config_keeps_the_rows_that_we_do_not_know() {
    let (_, mut branch) = photos();
    let params = &mut branch.definition.auth.as_mut().unwrap().params;
    params.insert("scope".to_owned(), json!("openid"));
    params.insert("auto_refresh".to_owned(), json!(false));
    params.insert("client_authentication".to_owned(), json!("client_secret_basic"));
    params.insert("pkce".to_owned(), json!("off"));
    params.shift_remove("audience");
    let written = write_collection(&branch, WHOLE);
    let rows = written["auth"]["oauth2"].as_array().unwrap();
    let value = |key: &str| rows.iter().find(|row| row["key"] == key).map(|row| row["value"].clone());
    assert_eq!(value("scope"), Some(json!("openid")));
    assert_eq!(value("gatepass.auto_refresh"), Some(json!(false)));
    assert_eq!(value("client_authentication"), Some(json!("header")));
    assert_eq!(value("grant_type"), Some(json!("authorization_code")));
    assert_eq!(value("audience"), None);
    assert_eq!(value("fromTheFuture"), Some(json!("x")));
    assert_eq!(value("state"), Some(json!("fixed")));
    assert_eq!(
        self::branch(&written).definition.auth.unwrap().params,
        branch.definition.auth.unwrap().params
    );
}

#[test]
fn another_kind_of_auth_replaces_the_old_one() {
    let (_, mut branch) = photos();
    let mut auth = Auth::new(AuthKind::Basic);
    auth.params.insert("username".to_owned(), json!("alice"));
    branch.definition.auth = Some(auth);
    let written = write_collection(&branch, WHOLE);
    assert_eq!(
        written["auth"],
        json!({"type": "basic", "basic": [{"key": "username", "value": "alice", "type": "string"}]})
    );
    branch.definition.auth = None;
    assert_eq!(write_collection(&branch, WHOLE).get("auth"), None);
}

#[test]
fn every_setting_of_an_auth_config_survives_as_a_row_of_its_own() {
    let (_, mut branch) = photos();
    let params = json!({"grant": "client_credentials", "issuer": "https://i", "resource": ["a", "b"], "use_token": "id_token",
        "client_authentication": "private_key_jwt", "client_key": {"pem": "p"}, "send_in": "body", "pkce": "S256", "max_age": 5,
        "extra": {"token": [{"name": "a", "value": "b", "in": "query", "enabled": true}]}});
    branch.definition.auth =
        Some(Auth { kind: AuthKind::OAuth2, params: params.as_object().unwrap().clone() });
    branch.definition.unknown.clear();
    let again = self::branch(&write_collection(&branch, WHOLE)).definition.auth.unwrap();
    assert_eq!(Value::Object(again.params), params);
}

#[test]
fn secrets_are_left_out_unless_asked_for() {
    let (_, mut branch) = photos();
    let request = branch.children[1].definition.request.as_mut().unwrap();
    request.headers.push(KeyValue {
        name: "X-Api-Key".into(),
        value: "hunter4".into(),
        enabled: true,
        description: String::new(),
    });
    let text = write_collection(&branch, Options::default()).to_string();
    for secret in ["hunter", "stored-token-value"] {
        assert!(!text.contains(secret), "{secret}");
    }
    for harmless in ["https://id.example.com/token", "photos:read", "{{token}}", "tenant", "Alice"] {
        assert!(text.contains(harmless), "{harmless}");
    }
    assert!(write_collection(&branch, WHOLE).to_string().contains("hunter4"));
}

#[test]
fn a_folder_goes_out_as_a_collection_of_its_own() {
    let (source, branch) = photos();
    let written = write_collection(&branch.children[0], WHOLE);
    assert_eq!(written["info"]["name"], "Albums");
    assert_same(&written["item"], &json!([source["item"][0]]));
}

#[test]
fn an_environment_goes_back_and_forth() {
    let source = json!({"name": "Staging", "values": [
        {"key": "a", "value": "1", "type": "default", "enabled": true},
        {"key": "b", "value": "hunter2", "type": "secret", "enabled": false}], "_postman_variable_scope": "environment"});
    let environment = read(source.to_string().as_bytes(), "")
        .unwrap_or_else(|failure| panic!("{failure}"))
        .environments
        .remove(0);
    assert_eq!(write_environment(&environment, WHOLE), source);
    assert!(!write_environment(&environment, Options::default()).to_string().contains("hunter2"));
}

/// Items that are no objects are left out with a warning; everything else has to come back.
fn only_objects(items: &mut Vec<Value>) {
    items.retain(Value::is_object);
    for item in items {
        if let Some(Value::Array(children)) = item.get_mut("item") {
            only_objects(children);
        }
    }
}

/// Any JSON of moderate size, with the names that Postman uses among its members.
fn any_json() -> impl Strategy<Value = Value> {
    let names = prop::sample::select(vec![
        "info",
        "name",
        "schema",
        "item",
        "request",
        "url",
        "raw",
        "host",
        "path",
        "query",
        "variable",
        "key",
        "value",
        "header",
        "body",
        "mode",
        "raw",
        "formdata",
        "src",
        "type",
        "auth",
        "oauth2",
        "bearer",
        "event",
        "listen",
        "script",
        "exec",
        "disabled",
        "description",
        "protocolProfileBehavior",
        "response",
        "graphql",
        "options",
        "x",
        "grant_type",
        "accessToken",
        "tokenRequestParams",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        prop::sample::select(vec![
            "raw",
            "oauth2",
            "bearer",
            "test",
            "{{x}}",
            "a?b&c=d#e",
            "formdata",
            "GET",
            ""
        ])
        .prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((names.clone(), inner), 0..6).prop_map(|members| Value::Object(
                members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
            )),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_document_makes_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&bytes, "");
    }

    #[test]
    fn anything_within_a_collection_is_read_and_goes_out_as_it_came(mut items in prop::collection::vec(any_json(), 0..4), more in any_json()) {
        only_objects(&mut items);
        let mut source = json!({"info": {"name": "c", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"}, "item": items});
        if let Value::Object(more) = more {
            for (name, value) in more {
                source.as_object_mut().unwrap().entry(name).or_insert(value);
            }
        }
        prop_assert_eq!(difference(&write_collection(&branch(&source), WHOLE), &source, ""), None);
    }
}
