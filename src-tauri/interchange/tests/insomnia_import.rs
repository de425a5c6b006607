//! Insomnia's exports, and what becomes of them.
#![allow(clippy::unwrap_used)]

use gatepass_core::workspace::{Auth, AuthKind, Body, Branch, Definition, FormPart, ScriptEvent};
use gatepass_interchange::{Imported, read};
use gatepass_oauth::AuthConfig;
use serde_json::{Value, json};

const VERSION_5: &str = include_str!("documents/weather.insomnia.yaml");
const VERSION_4: &str = include_str!("documents/weather.insomnia.json");

fn imported(text: &str) -> Imported {
    read(text.as_bytes(), "").unwrap_or_else(|failure| panic!("{failure}"))
}

fn named(text: &str, path: &[&str]) -> Definition {
    let branch = imported(text).branches.remove(0);
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
fn items_stand_in_the_order_of_their_sort_keys() {
    let imported = imported(VERSION_5);
    assert_eq!(imported.format, "Insomnia 5 export");
    let collection = &imported.branches[0];
    let names: Vec<&str> = collection.children.iter().map(|child| child.name.as_str()).collect();
    assert_eq!(names, ["Forecasts", "Later"]);
    assert_eq!(
        (collection.name.as_str(), collection.definition.description.as_str()),
        ("Weather", "Of today and tomorrow")
    );
    assert!(imported.warnings.iter().any(|warning| warning.item == "Weather/Live"));
}

#[test]
fn the_oauth_settings_come_along_by_our_names() {
    assert_eq!(
        oauth2(named(VERSION_5, &["Forecasts"]).auth),
        json!({"grant": "authorization_code", "pkce": "S256", "authorization_endpoint": "{{id}}/authorize",
            "token_endpoint": "{{id}}/token", "client_id": "weather-app", "client_secret": "s3cret",
            "scope": "openid forecast", "redirect_uri": "http://localhost:7777/callback",
            "audience": "https://weather.example.com", "client_authentication": "client_secret_post"})
    );
    assert_eq!(named(VERSION_5, &["Later"]).auth.unwrap().kind, AuthKind::NoAuth);
    assert!(named(VERSION_5, &["Forecasts", "Today"]).auth.is_none());
    let other = named(VERSION_5, &["Forecasts", "Upload"]).auth.unwrap();
    assert_eq!((other.kind, other.text("value")), (AuthKind::ApiKey, "Token abc"));
}

#[test]
fn a_request_comes_with_rows_body_scripts_and_settings() {
    let today = named(VERSION_5, &["Forecasts", "Today"]);
    assert_eq!(today.scripts[0].event, ScriptEvent::Test);
    assert!(today.scripts[0].source.starts_with("var insomnia = pm;\n"));
    assert_eq!(Value::Object(today.settings), json!({"follow_redirects": false, "cookies": false}));
    let request = today.request.unwrap();
    assert_eq!(request.url, "{{host}}/today/:city?unit=celsius");
    assert_eq!((request.disabled_query[0].0, request.disabled_query[0].1.name.as_str()), (1, "debug"));
    assert_eq!(request.path_variables[0].value, "{{city.name}}");
    assert_eq!(request.headers[0].value, "{{$guid}}");
    assert!(matches!(request.body, Body::Raw { text, .. } if text == r#"{"at": "{{at}}"}"#));
    let Body::FormData { fields } = named(VERSION_5, &["Forecasts", "Upload"]).request.unwrap().body else {
        panic!("it is form data")
    };
    assert_eq!(fields[0].part, FormPart::Files(vec!["/tmp/sky.jpg".into()]));
}

#[test]
fn environments_become_variables_by_their_paths() {
    let imported = imported(VERSION_5);
    let collection = &imported.branches[0];
    assert!(
        collection
            .definition
            .variables
            .iter()
            .any(|variable| variable.key == "at" && variable.value == "noon")
    );
    assert_eq!(named(VERSION_5, &["Forecasts"]).variables[0].key, "city.name");
    let staging = &imported.environments[0];
    let shown: Vec<_> =
        staging.variables.iter().map(|variable| (variable.key.as_str(), variable.secret)).collect();
    assert_eq!((staging.name.as_str(), shown), ("Staging", vec![("host", false), ("key", true)]));
}

#[test]
fn version_4_says_the_same_in_a_flat_list() {
    let imported = imported(VERSION_4);
    let names: Vec<&str> = imported.branches[0].children.iter().map(|child| child.name.as_str()).collect();
    assert_eq!(names, ["Stations", "Query"]);
    assert_eq!(imported.environments[0].name, "Local");
    let list = named(VERSION_4, &["Stations", "List"]);
    assert_eq!(list.description, "All of them");
    assert_eq!(list.scripts[0].source, "pm.variables.set('a', 1);");
    assert_eq!(
        oauth2(list.auth),
        json!({"grant": "client_credentials", "token_endpoint": "https://id.example.com/token", "client_id": "batch",
            "client_secret": "s3cret", "scope": "stations", "client_authentication": "client_secret_basic"})
    );
    let Body::GraphQl { query, variables } = named(VERSION_4, &["Query"]).request.unwrap().body else {
        panic!("it is GraphQL")
    };
    assert_eq!((query.as_str(), variables.as_str()), ("{ city { name } }", "{\n  \"n\": 1\n}"));
}

#[test]
fn a_stored_token_is_offered_and_not_used() {
    let imported = imported(VERSION_4);
    assert_eq!(imported.offered_tokens.len(), 1);
    assert_eq!(imported.offered_tokens[0].item, "Weather 4/Stations/List");
    let auth = named(VERSION_4, &["Stations", "List"]).auth.unwrap();
    assert!(!Value::Object(auth.params).to_string().contains("stored-access-token"));
}

#[test]
fn what_is_not_carried_over_is_said() {
    let warnings = imported(VERSION_5).warnings;
    for part in ["fixed state", "response 'body'", "no HTTP request"] {
        assert!(warnings.iter().any(|warning| warning.reason.contains(part)), "{part}: {warnings:#?}");
    }
}

#[test]
fn folders_that_go_on_without_end_are_cut() {
    let folders: Vec<Value> = (0..20_000)
        .map(|at| {
            json!({"_id": format!("f{at}"), "_type": "request_group", "name": "f",
            "parentId": if at == 0 { "w".to_owned() } else { format!("f{}", at - 1) }})
        })
        .chain([json!({"_id": "w", "_type": "workspace", "name": "w"})])
        .collect();
    let imported = imported(&json!({"_type": "export", "resources": folders}).to_string());
    assert!(imported.warnings.iter().any(|warning| warning.reason.contains("more than 100 deep")));
}
