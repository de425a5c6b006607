//! OpenCollection: the same in YAML.

use gatepass_core::workspace::{
    Auth, Body, Branch, Environment, FormField, FormPart, Id, KeyValue, RequestDefinition, Variable,
};
use serde_json::{Map, Value, json};

use super::auth;
use super::folder::{inheritable, sort};
use super::sheet::{Sheet, set_url, translate};
use crate::imported::{Imported, Notes};
use crate::parts::{self, shown, text};

/// Members of the OAuth 2.0 auth, and Bruno's other names for them.
const OAUTH2: [(&str, &str); 17] = [
    ("/flow", "grant_type"),
    ("/authorizationUrl", "authorization_url"),
    ("/accessTokenUrl", "access_token_url"),
    ("/refreshTokenUrl", "refresh_token_url"),
    ("/callbackUrl", "callback_url"),
    ("/credentials/clientId", "client_id"),
    ("/credentials/clientSecret", "client_secret"),
    ("/credentials/placement", "credentials_placement"),
    ("/resourceOwner/username", "username"),
    ("/resourceOwner/password", "password"),
    ("/scope", "scope"),
    ("/state", "state"),
    ("/tokenConfig/id", "credentials_id"),
    ("/tokenConfig/source", "token_source"),
    ("/tokenConfig/placement/header", "token_header_prefix"),
    ("/tokenConfig/placement/query", "token_query_key"),
    ("/settings/autoRefreshToken", "auto_refresh_token"),
];

/// A collection in one document.
pub(super) fn read_bundle(root: &Value, notes: &mut Notes) -> Imported {
    let mut sheet = read_sheet(root, notes);
    let headers = inheritable(std::mem::take(&mut sheet.headers), &[], notes);
    let name = sheet.name.clone();
    notes.enter(&name);
    let children = read_items(root.get("items"), &headers, notes);
    let definition = sheet.into_definition(notes);
    let listed = root.pointer("/config/environments").or_else(|| root.get("environments"));
    let environments =
        list(listed).iter().map(|environment| self::environment(environment, "", notes)).collect();
    notes.leave();
    Imported {
        format: "OpenCollection".to_owned(),
        branches: vec![parts::collection(&name, definition, children)],
        environments,
        ..Imported::default()
    }
}

/// The reader of the document bounds the depth.
fn read_items(items: Option<&Value>, inherited: &[KeyValue], notes: &mut Notes) -> Vec<Branch> {
    let mut branches = Vec::new();
    for item in list(items) {
        let mut sheet = read_sheet(item, notes);
        let position = sheet.position;
        if item.get("items").is_some() {
            let name = sheet.name.clone();
            notes.enter(&name);
            let headers = inheritable(std::mem::take(&mut sheet.headers), inherited, notes);
            let children = read_items(item.get("items"), &headers, notes);
            branches.push((position, parts::folder(&name, sheet.into_definition(notes), children)));
            notes.leave();
        } else {
            branches.extend(sheet.into_request(inherited, notes).map(|request| (position, request)));
        }
    }
    sort(branches)
}

/// What a request, folder or collection says.
pub(super) fn read_sheet(item: &Value, notes: &mut Notes) -> Sheet {
    let info = item.get("info").unwrap_or(item);
    let name = text(info.get("name"));
    notes.enter(&name);
    let kind = text(info.get("type"));
    let defaults = item.get("request");
    let http = item.get("http").or_else(|| item.get("graphql"));
    let part = |name: &str| {
        let runtime = item.get("runtime").and_then(|runtime| runtime.get(name));
        runtime.or_else(|| http?.get(name)).or_else(|| defaults?.get(name))
    };
    let mut sheet = Sheet {
        name,
        position: info.get("seq").and_then(Value::as_f64).unwrap_or(0.0),
        auth: read_auth(part("auth"), notes),
        variables: variables(part("variables"), notes),
        description: match item.get("docs") {
            Some(docs) if docs.is_object() => text(docs.get("content")),
            docs => text(docs),
        },
        ..Sheet::default()
    };
    for kept in ["scripts", "assertions", "actions"] {
        if let Some(value) = part(kept).filter(|value| !list(Some(value)).is_empty()) {
            sheet.kept.insert(kept.to_owned(), value.clone());
        }
    }
    match http {
        Some(http) => sheet.request = Some(read_request(http, item.get("graphql").is_some(), notes)),
        None => {
            sheet.headers = rows(defaults.and_then(|defaults| defaults.get("headers")), notes);
            sheet.foreign_kind = Some(kind).filter(|kind| !kind.is_empty());
        }
    }
    read_settings(item.get("settings"), &mut sheet.settings);
    notes.leave();
    sheet
}

fn read_request(http: &Value, graphql: bool, notes: &mut Notes) -> RequestDefinition {
    let method = text(http.get("method")).to_ascii_uppercase();
    let method = match method.is_empty() {
        true if graphql => "POST".to_owned(),
        true => "GET".to_owned(),
        false => method,
    };
    let headers = rows(http.get("headers"), notes);
    let mut request = RequestDefinition { method, headers, ..RequestDefinition::default() };
    let of_kind = |kind: &str| {
        let of_kind = list(http.get("params")).iter().filter(|row| text(row.get("type")) == kind);
        Value::Array(of_kind.cloned().collect())
    };
    let (query, path) = (rows(Some(&of_kind("query")), notes), rows(Some(&of_kind("path")), notes));
    set_url(&mut request, &text(http.get("url")), query, path, notes);
    request.body = read_body(http.get("body"), graphql, notes);
    request
}

fn read_body(body: Option<&Value>, graphql: bool, notes: &mut Notes) -> Body {
    let Some(body) = body else { return Body::None };
    // Several variants: the one that is chosen, else the first.
    let variants = list(Some(body));
    let chosen =
        variants.iter().find(|variant| variant.get("selected") == Some(&json!(true))).or(variants.first());
    if let Some(inner) = chosen.and_then(|variant| variant.get("body")) {
        return read_body(Some(inner), graphql, notes);
    }
    let data = body.get("data");
    let kind = text(body.get("type"));
    match kind.as_str() {
        "json" | "xml" | "text" | "sparql" => Body::Raw {
            language: if kind == "sparql" { "text".to_owned() } else { kind },
            text: translate(&text(data), notes),
        },
        "form-urlencoded" => Body::UrlEncoded { fields: rows(data, notes) },
        "multipart-form" => {
            Body::FormData { fields: list(data).iter().map(|row| form_field(row, notes)).collect() }
        }
        "file" => {
            let files = list(data);
            let file = files.iter().find(|file| file.get("selected") == Some(&json!(true))).or(files.first());
            let path = text(file.and_then(|file| file.get("filePath")));
            notes.warn(
                format!("The body is the file {}", shown(&path)),
                "It is opened only when the request is sent",
            );
            Body::File { path }
        }
        _ if graphql || body.get("query").is_some() => Body::GraphQl {
            query: translate(&text(body.get("query")), notes),
            variables: translate(&text(body.get("variables")), notes),
        },
        "" | "none" => Body::None,
        other => {
            notes.warn(
                format!("The body is of the unknown kind “{}”", shown(other)),
                "The request has no body",
            );
            Body::None
        }
    }
}

fn form_field(row: &Value, notes: &mut Notes) -> FormField {
    let value = row.get("value");
    let part = if text(row.get("type")) == "file" {
        FormPart::Files(match value {
            Some(Value::Array(paths)) => paths.iter().map(|path| text(Some(path))).collect(),
            value => vec![text(value)],
        })
    } else {
        FormPart::Text(translate(&text(value), notes))
    };
    FormField {
        name: translate(&text(row.get("name")), notes),
        part,
        content_type: row.get("contentType").and_then(Value::as_str).map(str::to_owned),
        enabled: is_enabled(row),
        description: description(row),
    }
}

fn read_auth(written: Option<&Value>, notes: &mut Notes) -> Option<Auth> {
    let written = written?;
    let mode = written.as_str().map(str::to_owned).unwrap_or_else(|| text(written.get("type")));
    // Some writers put the parameters beside the type, some below it.
    let inner = written.get(&mode).filter(|inner| inner.is_object()).unwrap_or(written);
    let mut params = Map::new();
    let mut extra = Map::new();
    if mode == "oauth2" {
        for (place, name) in OAUTH2 {
            if let Some(value) = inner.pointer(place) {
                params.insert(name.to_owned(), json!(translate(&text(Some(value)), notes)));
            }
        }
        let pkce = inner.get("pkce").is_some_and(|pkce| {
            pkce.as_bool() == Some(true) || pkce.is_object() && pkce.get("enabled") != Some(&json!(false))
        });
        params.insert("pkce".to_owned(), json!(pkce.to_string()));
        if inner.pointer("/tokenConfig/placement/query").is_some() {
            params.insert("token_placement".to_owned(), json!("query"));
        }
        for (theirs, ours) in [
            ("authorizationRequest", "authorization"),
            ("accessTokenRequest", "token"),
            ("refreshTokenRequest", "refresh"),
        ] {
            let rows = list(inner.get("additionalParameters").and_then(|all| all.get(theirs)));
            let rows = rows.iter().map(|row| {
                let [name, value] = ["name", "value"].map(|name| translate(&text(row.get(name)), notes));
                auth::extra(&name, &value, &text(row.get("placement")), is_enabled(row))
            });
            let rows: Vec<Value> = rows.collect();
            if !rows.is_empty() {
                extra.insert(ours.to_owned(), Value::Array(rows));
            }
        }
    } else {
        for (name, value) in inner.as_object().into_iter().flatten() {
            params.insert(name.clone(), json!(translate(&text(Some(value)), notes)));
        }
    }
    auth::read(&mode, &params, extra, notes)
}

pub(super) fn environment(environment: &Value, file_name: &str, notes: &mut Notes) -> Environment {
    let name = text(environment.get("name"));
    let name = [name.as_str(), file_name, "Imported environment"].into_iter().find(|name| !name.is_empty());
    let name = name.unwrap_or_default().to_owned();
    notes.enter(&name);
    let variables = variables(environment.get("variables"), notes);
    notes.leave();
    Environment { id: Id::generate(), name, colour: None, variables }
}

fn variables(rows: Option<&Value>, notes: &mut Notes) -> Vec<Variable> {
    let variables = list(rows).iter().map(|row| {
        let value = match row.get("value") {
            Some(typed) if typed.is_object() => text(typed.get("data")),
            value => text(value),
        };
        Variable {
            key: text(row.get("name")),
            value: translate(&value, notes),
            secret: row.get("secret").and_then(Value::as_bool).unwrap_or(false),
            enabled: is_enabled(row),
        }
    });
    variables.filter(|variable| !variable.key.is_empty()).collect()
}

fn rows(rows: Option<&Value>, notes: &mut Notes) -> Vec<KeyValue> {
    let rows = list(rows).iter().filter(|row| row.is_object()).map(|row| KeyValue {
        name: translate(&text(row.get("name")), notes),
        value: translate(&text(row.get("value")), notes),
        enabled: is_enabled(row),
        description: description(row),
    });
    rows.collect()
}

fn is_enabled(row: &Value) -> bool {
    let disabled = row.get("disabled").and_then(Value::as_bool).unwrap_or(false);
    row.get("enabled").and_then(Value::as_bool).unwrap_or(!disabled)
}

fn description(row: &Value) -> String {
    match row.get("description") {
        Some(description) if description.is_object() => text(description.get("content")),
        description => text(description),
    }
}

fn read_settings(written: Option<&Value>, settings: &mut Map<String, Value>) {
    let member = |name: &str| written.and_then(|written| written.get(name));
    if let Some(follow) = member("followRedirects").and_then(Value::as_bool) {
        settings.insert("follow_redirects".to_owned(), json!(follow));
    }
    for (theirs, ours) in [("maxRedirects", "max_redirects"), ("timeout", "timeout_ms")] {
        if let Some(number) = member(theirs).and_then(Value::as_u64) {
            settings.insert(ours.to_owned(), json!(number));
        }
    }
}

fn list(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}
