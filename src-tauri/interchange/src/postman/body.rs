//! Bodies.

use gatepass_core::workspace::{Body, FormField, FormPart};
use serde_json::{Map, Value, json};

use super::rows;
use crate::imported::Notes;

pub(super) fn read(body: Option<&Value>, notes: &mut Notes) -> Body {
    let Some(body) = body.filter(|body| body.is_object()) else { return Body::None };
    if rows::is_disabled(body) {
        notes.warn("The body is switched off", "It is not sent, and is kept for export");
        return Body::None;
    }
    let content = |name: &str| body.get(name);
    match body.get("mode").and_then(Value::as_str).unwrap_or_default() {
        "raw" => Body::Raw { language: language(body), text: rows::text(content("raw")) },
        "urlencoded" => Body::UrlEncoded { fields: rows::read(content("urlencoded")) },
        "formdata" => Body::FormData {
            fields: content("formdata")
                .and_then(Value::as_array)
                .map(|fields| fields.iter().filter_map(read_field).collect())
                .unwrap_or_default(),
        },
        "file" => read_file(content("file"), notes),
        "graphql" => {
            let part = |name: &str| rows::text(content("graphql").and_then(|graphql| graphql.get(name)));
            Body::GraphQl { query: part("query"), variables: part("variables") }
        }
        "" => Body::None,
        other => {
            notes.warn(
                format!("The body is of the unknown kind “{other}”"),
                "The request has no body; what was there is kept for export",
            );
            Body::None
        }
    }
}

fn language(body: &Value) -> String {
    let language = body.pointer("/options/raw/language").and_then(Value::as_str);
    language.unwrap_or("text").to_owned()
}

fn read_file(file: Option<&Value>, notes: &mut Notes) -> Body {
    let path = match file {
        Some(Value::String(path)) => path.clone(),
        Some(file) => rows::text(file.get("src")),
        None => String::new(),
    };
    if path.is_empty() && file.is_some_and(|file| file.get("content").is_some_and(Value::is_string)) {
        notes.warn(
            "The body stands in the collection as the content of a file",
            "Choose a file to send; the content is kept for export",
        );
    }
    Body::File { path }
}

fn read_field(row: &Value) -> Option<FormField> {
    let members = row.as_object()?;
    let part = match (members.get("type").and_then(Value::as_str), members.get("src")) {
        (Some("file"), src) | (None, src @ Some(_)) => FormPart::Files(match src {
            Some(Value::Array(paths)) => paths.iter().map(|path| rows::text(Some(path))).collect(),
            Some(Value::String(path)) => vec![path.clone()],
            _ => Vec::new(),
        }),
        _ => FormPart::Text(rows::text(members.get("value"))),
    };
    Some(FormField {
        name: rows::text(members.get("key")),
        part,
        content_type: members.get("contentType").and_then(Value::as_str).map(str::to_owned),
        enabled: !rows::is_disabled(row),
        description: rows::description(members.get("description")),
    })
}

/// `None` for no body.
pub(super) fn write(body: &Body) -> Option<Value> {
    Some(match body {
        Body::None => return None,
        Body::Raw { language, text } if language == "text" => json!({"mode": "raw", "raw": text}),
        Body::Raw { language, text } => {
            json!({"mode": "raw", "raw": text, "options": {"raw": {"language": language}}})
        }
        Body::UrlEncoded { fields } => json!({"mode": "urlencoded", "urlencoded": rows::write(fields)}),
        Body::FormData { fields } => {
            json!({"mode": "formdata", "formdata": fields.iter().map(write_field).collect::<Vec<_>>()})
        }
        Body::File { path } if path.is_empty() => json!({"mode": "file", "file": {}}),
        Body::File { path } => json!({"mode": "file", "file": {"src": path}}),
        Body::GraphQl { query, variables } => {
            json!({"mode": "graphql", "graphql": {"query": query, "variables": variables}})
        }
    })
}

fn write_field(field: &FormField) -> Value {
    let mut members = Map::new();
    members.insert("key".to_owned(), json!(field.name));
    match &field.part {
        FormPart::Text(text) => {
            members.insert("value".to_owned(), json!(text));
            members.insert("type".to_owned(), json!("text"));
        }
        FormPart::Files(paths) => {
            members.insert("type".to_owned(), json!("file"));
            let src = match paths.as_slice() {
                [path] => json!(path),
                paths => json!(paths),
            };
            members.insert("src".to_owned(), src);
        }
    }
    if let Some(content_type) = &field.content_type {
        members.insert("contentType".to_owned(), json!(content_type));
    }
    if !field.description.is_empty() {
        members.insert("description".to_owned(), json!(field.description));
    }
    if !field.enabled {
        members.insert("disabled".to_owned(), json!(true));
    }
    Value::Object(members)
}
