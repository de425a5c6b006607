//! OpenAPI and Swagger descriptions, and what becomes of them.
#![allow(clippy::unwrap_used)]

use gatepass_core::workspace::{Auth, AuthKind, Body, Branch, Definition, FormPart, RequestDefinition};
use gatepass_interchange::{Imported, ReadFailureKind, read};
use gatepass_oauth::AuthConfig;
use serde_json::{Value, json};

const LIBRARY: &str = include_str!("documents/library.openapi.yaml");
const STOCK: &str = include_str!("documents/stock.swagger.json");

fn imported(text: &str) -> Imported {
    read(text.as_bytes(), "").unwrap_or_else(|failure| panic!("{failure}"))
}

fn named(branch: &Branch, path: &[&str]) -> Definition {
    let found = path.iter().fold(branch, |branch, name| {
        branch.children.iter().find(|child| child.name == *name).unwrap_or_else(|| panic!("no {name}"))
    });
    found.definition.clone()
}

fn library(path: &[&str]) -> Definition {
    named(&imported(LIBRARY).branches[0], path)
}

fn library_request(path: &[&str]) -> RequestDefinition {
    library(path).request.unwrap()
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
fn operations_stand_in_the_folders_of_their_tags() {
    let imported = imported(LIBRARY);
    assert_eq!(imported.format, "OpenAPI 3.1.0");
    let collection = &imported.branches[0];
    let shape: Vec<(&str, usize)> =
        collection.children.iter().map(|child| (child.name.as_str(), child.children.len())).collect();
    assert_eq!(shape, [("Loans", 1), ("Books", 3), ("Untagged", 0), ("Upload", 0)]);
    assert_eq!(collection.name, "Library");
    assert_eq!(collection.definition.description, "Books, and who has them.");
    assert_eq!(collection.children[0].definition.description, "Who has which book.");
}

#[test]
fn servers_become_variables_of_which_one_is_switched_on() {
    let variables = imported(LIBRARY).branches.remove(0).definition.variables;
    let shown: Vec<_> = variables
        .iter()
        .map(|variable| (variable.key.as_str(), variable.value.as_str(), variable.enabled))
        .collect();
    assert_eq!(
        shown[..3],
        [
            ("baseUrl", "https://{{region}}.library.example.com/v1", true),
            ("baseUrl", "http://localhost:8080/v1", false),
            ("region", "eu", true)
        ]
    );
    assert_eq!(library_request(&["Loans", "Lend"]).url, "https://loans.example.com/loans");
}

#[test]
fn parameters_come_with_their_examples_and_optional_ones_switched_off() {
    let list = library_request(&["Books", "List books"]);
    assert_eq!(list.url, "{{baseUrl}}/books?author=Le%20Guin%20%26%20co&shelf=a&shelf=b");
    assert_eq!((list.disabled_query[0].0, list.disabled_query[0].1.name.as_str()), (1, "page"));
    let headers: Vec<_> =
        list.headers.iter().map(|header| (header.name.as_str(), header.value.as_str())).collect();
    assert_eq!(headers, [("X-Tenant", "main"), ("Accept", "application/json")]);
    let cover = library_request(&["Books", "Set the cover"]);
    assert_eq!(cover.url, "{{baseUrl}}/books/:id/cover.{{format}}");
    assert_eq!(cover.path_variables[0].value, "b-17");
    let variables = imported(LIBRARY).branches.remove(0).definition.variables;
    assert!(variables.iter().any(|variable| variable.key == "format" && variable.value == "png"));
}

#[test]
fn bodies_have_examples_that_fit_the_schema() {
    let add = library_request(&["Books", "addBook"]);
    let Body::Raw { language, text } = add.body else { panic!("it is raw") };
    assert_eq!(language, "json");
    assert_eq!(
        serde_json::from_str::<Value>(&text).unwrap(),
        json!({"weight": 0, "title": "The Dispossessed", "tags": ["string"], "added": "2026-01-01T00:00:00Z"})
    );
    let Body::UrlEncoded { fields } = library_request(&["Loans", "Lend"]).body else {
        panic!("it is a form")
    };
    assert_eq!((fields[1].name.as_str(), fields[1].value.as_str()), ("days", "14"));
    let Body::FormData { fields } = library_request(&["Upload"]).body else { panic!("it is form data") };
    assert_eq!(
        (&fields[0].part, fields[0].content_type.as_deref()),
        (&FormPart::Files(vec![]), Some("application/pdf"))
    );
    assert_eq!((&fields[1].part, fields[1].enabled), (&FormPart::Text("hello".into()), false));
    assert!(
        matches!(library_request(&["Books", "Set the cover"]).body, Body::File { path } if path.is_empty())
    );
}

#[test]
fn a_security_scheme_becomes_an_auth_config_with_the_scopes_of_all_operations() {
    let collection = library(&[]);
    assert_eq!(
        oauth2(collection.auth),
        json!({"grant": "authorization_code", "authorization_endpoint": "https://id.example.com/authorize",
            "token_endpoint": "https://eu.library.example.com/oauth/token",
            "refresh_endpoint": "https://id.example.com/refresh", "scope": "books.read books.write"})
    );
    for inherited in [&["Books", "List books"][..], &["Books", "addBook"], &["Upload"]] {
        assert!(library(inherited).auth.is_none(), "{inherited:?}");
    }
    assert_eq!(library(&["Books", "Set the cover"]).auth.unwrap().kind, AuthKind::NoAuth);
    assert_eq!(library(&["Untagged"]).auth.unwrap().kind, AuthKind::Basic);
    let lend = library(&["Loans", "Lend"]);
    assert_eq!(
        oauth2(lend.auth),
        json!({"grant": "authorization_code", "issuer": "https://login.example.com/realms/library",
            "scope": "openid loans"})
    );
    let headers = lend.request.unwrap().headers;
    assert_eq!((headers[0].name.as_str(), headers[0].value.as_str()), ("X-Api-Key", "{{key}}"));
}

#[test]
fn what_is_not_carried_over_is_said() {
    let warnings = imported(LIBRARY).warnings;
    let said = |item: &str, part: &str| {
        warnings.iter().any(|warning| warning.item == item && warning.reason.contains(part))
    };
    assert!(said("Library/Untagged", "other.yaml#/body"), "{warnings:#?}");
    assert!(said("Library", "other flows, too (implicit)"), "{warnings:#?}");
}

#[test]
fn swagger_says_the_same_in_its_own_words() {
    let imported = imported(STOCK);
    let stock = &imported.branches[0];
    assert_eq!(imported.format, "Swagger 2.0");
    let variables: Vec<_> = stock
        .definition
        .variables
        .iter()
        .map(|variable| (variable.value.as_str(), variable.enabled))
        .collect();
    assert_eq!(variables, [("https://stock.example.com/api", true), ("http://stock.example.com/api", false)]);
    assert_eq!(
        oauth2(stock.definition.auth.clone()),
        json!({"grant": "authorization_code", "authorization_endpoint": "https://id.example.com/authorize",
            "token_endpoint": "https://id.example.com/token", "scope": "stock:write stock:read"})
    );
    let add = named(stock, &["Add an item"]);
    assert!(add.auth.is_none());
    assert!(matches!(add.request.unwrap().body, Body::Raw { text, .. } if text.contains("\"sku\"")));
    let photo = named(stock, &["Photo"]);
    let auth = photo.auth.unwrap();
    assert_eq!((auth.kind, auth.text("key"), auth.text("in")), (AuthKind::ApiKey, "api_key", "query"));
    let photo = photo.request.unwrap();
    assert_eq!(
        (photo.url.as_str(), photo.path_variables[0].value.as_str()),
        ("{{baseUrl}}/items/:sku/photo", "A-1")
    );
    let Body::FormData { fields } = photo.body else { panic!("it is form data") };
    assert_eq!((fields[1].name.as_str(), &fields[1].part), ("title", &FormPart::Text("front".into())));
    assert_eq!(named(stock, &["Health"]).auth.unwrap().kind, AuthKind::NoAuth);
}

#[test]
fn yaml_and_json_of_the_same_description_are_the_same() {
    let yaml =
        "openapi: 3.0.3\ninfo: {title: A}\nservers: [{url: 'https://h'}]\npaths: {/a: {get: {summary: A}}}\n";
    let json = json!({"openapi": "3.0.3", "info": {"title": "A"}, "servers": [{"url": "https://h"}],
        "paths": {"/a": {"get": {"summary": "A"}}}});
    let [from_yaml, from_json] = [imported(yaml), imported(&json.to_string())];
    assert!(from_yaml.branches == from_json.branches);
}

#[test]
fn broken_yaml_and_other_versions_are_refused() {
    let kind = |text: &str| read(text.as_bytes(), "").err().map(|failure| failure.kind);
    assert_eq!(kind("openapi: 3.0.0\n  info: ["), Some(ReadFailureKind::Broken));
    assert_eq!(kind("swagger: '1.2'\n"), Some(ReadFailureKind::Unsupported));
}

#[test]
fn references_that_multiply_come_to_an_end() {
    let wide: serde_json::Map<String, Value> =
        (0..40).map(|at| (format!("p{at}"), json!({"$ref": "#/components/schemas/B"}))).collect();
    let mut schemas = json!({"A": {"properties": wide}, "B": {"properties": {}}});
    for (from, to) in [("B", "C"), ("C", "D"), ("D", "E"), ("E", "F"), ("F", "G")] {
        let wide: serde_json::Map<String, Value> = (0..40)
            .map(|at| (format!("p{at}"), json!({"$ref": format!("#/components/schemas/{to}")})))
            .collect();
        schemas[from] = json!({"properties": wide});
    }
    schemas["G"] = json!({"example": "x".repeat(10_000)});
    let item = json!({"post": {"description": "y".repeat(10_000), "requestBody": {"content": {"application/json": {
        "schema": {"$ref": "#/components/schemas/A"}}}}}});
    let paths: serde_json::Map<String, Value> =
        (0..10_000).map(|at| (format!("/{at}"), json!({"$ref": "#/components/pathItems/I"}))).collect();
    let document = json!({"openapi": "3.1.0", "info": {"title": "Bomb"}, "servers": [{"url": "https://h"}],
        "paths": paths, "components": {"schemas": schemas, "pathItems": {"I": item}}});
    let imported = imported(&document.to_string());
    assert!(imported.warnings.iter().any(|warning| warning.reason.contains("grows without end")));
}
