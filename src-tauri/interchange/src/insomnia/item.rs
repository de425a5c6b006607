//! A folder or request, in the members of either version.

use gatepass_core::workspace::{
    Body, Definition, FormField, FormPart, KeyValue, NodeKind, RequestDefinition, Script, ScriptEvent,
};
use serde_json::{Map, Value, json};

use super::template::translate;
use super::{auth, environment};
use crate::imported::Notes;
use crate::parts::{self, text};

/// Where it stands among its siblings.
pub(super) fn sort_key(item: &Value) -> f64 {
    let key = item.get("metaSortKey").or_else(|| item.pointer("/meta/sortKey"));
    key.and_then(Value::as_f64).unwrap_or(0.0)
}

/// What an item says, without its children.
pub(super) fn read(item: &Value, kind: NodeKind, notes: &mut Notes) -> Definition {
    let mut request = (kind == NodeKind::Request).then(|| read_request(item, notes));
    let own = auth::read(item.get("authentication"), notes);
    let variables = if kind == NodeKind::Folder {
        environment::flatten(item.get("environment").unwrap_or(&Value::Null), notes)
    } else {
        Vec::new()
    };
    if kind == NodeKind::Folder && !rows(item.get("headers"), notes).is_empty() {
        notes.warn(
            "The folder has headers that all its requests send",
            "They are left out; add them to the requests",
        );
    }
    let auth =
        own.or_else(|| request.as_mut().and_then(|request| parts::take_authorization(&mut request.headers)));
    Definition {
        description: first(item, ["/description", "/meta/description"]),
        auth,
        variables,
        scripts: read_scripts(item),
        settings: read_settings(item),
        request,
        unknown: Map::new(),
    }
}

/// The first of several members that says something.
fn first<const N: usize>(item: &Value, places: [&str; N]) -> String {
    let found = places.into_iter().map(|place| text(item.pointer(place)));
    found.into_iter().find(|text| !text.is_empty()).unwrap_or_default()
}

fn read_request(item: &Value, notes: &mut Notes) -> RequestDefinition {
    let method = text(item.get("method"));
    let mut request = RequestDefinition {
        method: if method.trim().is_empty() { "GET".to_owned() } else { method.to_ascii_uppercase() },
        url: translate(&text(item.get("url")), notes),
        path_variables: rows(item.get("pathParameters"), notes),
        headers: rows(item.get("headers"), notes),
        ..RequestDefinition::default()
    };
    add_query(&mut request, rows(item.get("parameters"), notes));
    request.body = read_body(item.get("body"), &mut request.headers, notes);
    parts::without_implied_content_type(&mut request);
    request
}

/// Rows of the table join the URL; those that are switched off keep their place beside it.
fn add_query(request: &mut RequestDefinition, rows: Vec<KeyValue>) {
    let before = request.url.split_once('?').map_or(0, |(_, query)| query.split('&').count());
    for (at, row) in rows.into_iter().enumerate() {
        if row.enabled {
            let joint = if request.url.contains('?') { '&' } else { '?' };
            request.url.push(joint);
            request.url.push_str(&format!("{}={}", row.name, row.value));
        } else {
            request.disabled_query.push((before + at, row));
        }
    }
}

fn rows(list: Option<&Value>, notes: &mut Notes) -> Vec<KeyValue> {
    let rows = list.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let rows = rows.iter().filter(|row| row.is_object()).map(|row| KeyValue {
        name: translate(&text(row.get("name")), notes),
        value: translate(&text(row.get("value")), notes),
        enabled: !is_disabled(row),
        description: text(row.get("description")),
    });
    rows.filter(|row| !row.name.is_empty() || !row.value.is_empty()).collect()
}

fn is_disabled(row: &Value) -> bool {
    row.get("disabled").and_then(Value::as_bool).unwrap_or(false)
}

fn read_body(body: Option<&Value>, headers: &mut Vec<KeyValue>, notes: &mut Notes) -> Body {
    let Some(body) = body.filter(|body| body.is_object()) else { return Body::None };
    let media_type = text(body.get("mimeType"));
    let content = text(body.get("text"));
    if parts::is_media_type(&media_type, "application/graphql") {
        return graphql(&content, notes);
    }
    if parts::is_media_type(&media_type, parts::URL_ENCODED) && body.get("params").is_some() {
        return Body::UrlEncoded { fields: rows(body.get("params"), notes) };
    }
    if parts::is_media_type(&media_type, parts::MULTIPART) {
        let params = body.get("params").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        return Body::FormData { fields: params.iter().map(|param| form_field(param, notes)).collect() };
    }
    let path = text(body.get("fileName"));
    if !path.is_empty() {
        notes.warn(
            format!("The body is the file {}", parts::shown(&path)),
            "It is opened only when the request is sent",
        );
        return Body::File { path };
    }
    if content.is_empty() {
        return Body::None;
    }
    if parts::header(headers, "content-type").is_none() && !media_type.is_empty() {
        headers.push(parts::row("Content-Type", media_type.as_str()));
    }
    parts::text_body(&media_type, translate(&content, notes))
}

/// The text is the JSON that is sent.
fn graphql(content: &str, notes: &mut Notes) -> Body {
    let sent: Value = serde_json::from_str(content).unwrap_or_else(|_| json!({"query": content}));
    let variables = match sent.get("variables") {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(variables) => serde_json::to_string_pretty(variables).unwrap_or_default(),
    };
    let query = text(sent.get("query"));
    Body::GraphQl { query: translate(&query, notes), variables: translate(&variables, notes) }
}

fn form_field(param: &Value, notes: &mut Notes) -> FormField {
    let part = if param.get("type").and_then(Value::as_str) == Some("file") {
        FormPart::Files(vec![text(param.get("fileName"))])
    } else {
        FormPart::Text(translate(&text(param.get("value")), notes))
    };
    FormField {
        name: translate(&text(param.get("name")), notes),
        part,
        content_type: param.get("contentType").and_then(Value::as_str).map(str::to_owned),
        enabled: !is_disabled(param),
        description: text(param.get("description")),
    }
}

fn read_scripts(item: &Value) -> Vec<Script> {
    let places = [
        (ScriptEvent::PreRequest, ["/preRequestScript", "/scripts/preRequest"]),
        (ScriptEvent::Test, ["/afterResponseScript", "/scripts/afterResponse"]),
    ];
    let scripts = places.into_iter().map(|(event, places)| (event, first(item, places)));
    let scripts = scripts.filter(|(_, source)| !source.trim().is_empty()).map(|(event, source)| {
        let source =
            if source.contains("insomnia") { format!("var insomnia = pm;\n{source}") } else { source };
        Script { event, source, unknown: Map::new() }
    });
    scripts.collect()
}

fn read_settings(item: &Value) -> Map<String, Value> {
    let mut settings = Map::new();
    match first(item, ["/settingFollowRedirects", "/settings/followRedirects"]).as_str() {
        "on" => drop(settings.insert("follow_redirects".to_owned(), json!(true))),
        "off" => drop(settings.insert("follow_redirects".to_owned(), json!(false))),
        _ => {}
    }
    if first(item, ["/settingSendCookies", "/settings/cookies/send"]) == "false" {
        settings.insert("cookies".to_owned(), json!(false));
    }
    settings
}
