//! The body, with the content type that goes with it unless the user set one.

use std::path::Path;

use bytes::Bytes;
use serde_json::{Value, json};

use super::Warning;
use crate::exchange::{OutgoingBody, OutgoingPart, PartContent};
use crate::template::Resolver;
use crate::workspace::{Body, FormField, FormPart, KeyValue};

pub(super) struct Written {
    pub(super) body: OutgoingBody,
    /// `None`: no body, or the transport knows better (it makes the boundary of a multipart form).
    pub(super) content_type: Option<String>,
}

pub(super) fn write(body: &Body, resolver: &mut Resolver<'_>, warnings: &mut Vec<Warning>) -> Written {
    let bytes = |text: String, content_type: &str| Written {
        body: OutgoingBody::Bytes(Bytes::from(text)),
        content_type: Some(content_type.to_owned()),
    };
    match body {
        Body::None => nothing(),
        Body::Raw { text, .. } if text.is_empty() => nothing(),
        // Not a byte of it is changed but its variables.
        Body::Raw { language, text } => {
            bytes(resolver.resolve(text, "body").into_owned(), media_type(language))
        }
        Body::UrlEncoded { fields } => {
            bytes(url_encoded(fields, resolver), "application/x-www-form-urlencoded")
        }
        Body::FormData { fields } => {
            Written { body: OutgoingBody::Multipart(parts(fields, resolver, warnings)), content_type: None }
        }
        Body::File { path } => {
            let path = resolver.resolve(path, "body file").into_owned();
            if path.is_empty() {
                warnings.push(Warning::new("The body is a file, and no file is chosen: no body is sent"));
                return nothing();
            }
            let content_type = Some("application/octet-stream".to_owned());
            Written { body: OutgoingBody::File(path.into()), content_type }
        }
        Body::GraphQl { query, variables } => {
            bytes(graphql(query, variables, resolver, warnings), "application/json")
        }
    }
}

/// Relative paths start there; absolute ones stay.
pub(super) fn start_paths_from(folder: &Path, body: &mut OutgoingBody) {
    match body {
        OutgoingBody::Empty | OutgoingBody::Bytes(_) => {}
        OutgoingBody::File(path) => *path = folder.join(&*path),
        OutgoingBody::Multipart(parts) => {
            for part in parts {
                if let PartContent::File(path) = &mut part.content {
                    *path = folder.join(&*path);
                }
            }
        }
    }
}

fn nothing() -> Written {
    Written { body: OutgoingBody::Empty, content_type: None }
}

fn media_type(language: &str) -> &'static str {
    match language {
        "json" => "application/json",
        "xml" => "application/xml",
        "html" => "text/html",
        "javascript" => "application/javascript",
        _ => "text/plain",
    }
}

/// As Postman encodes a form: everything but the unreserved characters of RFC 3986, a space as `%20`.
fn url_encoded(fields: &[KeyValue], resolver: &mut Resolver<'_>) -> String {
    let mut text = String::new();
    for field in fields.iter().filter(|field| field.enabled) {
        if !text.is_empty() {
            text.push('&');
        }
        let place = format!("body field {}", field.name);
        encode(&resolver.resolve(&field.name, &place), &mut text);
        text.push('=');
        encode(&resolver.resolve(&field.value, &place), &mut text);
    }
    text
}

fn encode(text: &str, out: &mut String) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}

fn parts(
    fields: &[FormField],
    resolver: &mut Resolver<'_>,
    warnings: &mut Vec<Warning>,
) -> Vec<OutgoingPart> {
    let mut parts = Vec::new();
    for field in fields.iter().filter(|field| field.enabled) {
        let place = format!("body field {}", field.name);
        let name = resolver.resolve(&field.name, &place).into_owned();
        let content_type =
            field.content_type.as_deref().map(|given| resolver.resolve(given, &place).into_owned());
        let content_type = content_type.filter(|given| !given.is_empty());
        let mut add = |content, file_name: Option<String>| {
            // A file's is told by its name where nobody chose one, as Postman does.
            let guessed = || file_name.as_deref().and_then(|name| mime_guess::from_path(name).first_raw());
            let content_type = content_type.clone().or_else(|| guessed().map(str::to_owned));
            parts.push(OutgoingPart { name: name.clone(), file_name, content_type, content });
        };
        match &field.part {
            FormPart::Text(text) => {
                let text = resolver.resolve(text, &place).into_owned();
                add(PartContent::Bytes(Bytes::from(text)), None);
            }
            FormPart::Files(paths) => {
                let mut chosen = paths.iter().filter(|path| !path.is_empty()).peekable();
                if chosen.peek().is_none() {
                    warnings.push(Warning::new(format!(
                        "No file is chosen for the field “{}”: it is not sent",
                        field.name
                    )));
                }
                for path in chosen {
                    let path = std::path::PathBuf::from(resolver.resolve(path, &place).into_owned());
                    let file_name = path.file_name().map(|name| name.to_string_lossy().into_owned());
                    add(PartContent::File(path), file_name);
                }
            }
        }
    }
    parts
}

fn graphql(query: &str, variables: &str, resolver: &mut Resolver<'_>, warnings: &mut Vec<Warning>) -> String {
    let query = resolver.resolve(query, "GraphQL query");
    let variables = resolver.resolve(variables, "GraphQL variables");
    let variables = match variables.trim() {
        "" => json!({}),
        text => serde_json::from_str(text).unwrap_or_else(|error| {
            warnings.push(Warning::new(format!(
                "The GraphQL variables are no JSON ({error}): they are sent as an empty object"
            )));
            json!({})
        }),
    };
    let mut body = serde_json::Map::new();
    body.insert("query".to_owned(), Value::from(query.into_owned()));
    body.insert("variables".to_owned(), variables);
    Value::Object(body).to_string()
}
