//! HTTP archives (HAR 1.2), as browsers' network panels and proxies save them.
//!
//! An archive is a recording of somebody's session: credentials in it come in switched off.

use gatepass_core::workspace::{
    Body, Branch, Definition, FormField, FormPart, KeyValue, RequestDefinition, secrets::is_secret_header,
};
use indexmap::IndexMap;
use serde_json::Value;

use crate::detect::{Answer, Document};
use crate::imported::{Imported, Notes};
use crate::parts::{self, row, text};

/// Headers that belong to the connection that was recorded, or follow from the body.
const OF_THE_CONNECTION: [&str; 8] = [
    "host",
    "connection",
    "proxy-connection",
    "content-length",
    "transfer-encoding",
    "keep-alive",
    "te",
    "upgrade",
];

/// Reads an archive.
pub(crate) fn read(document: Document) -> Answer {
    let json = document.json.as_ref();
    let Some(entries) = json.and_then(|json| json.pointer("/log/entries")).and_then(Value::as_array) else {
        return Answer::NotMine(document);
    };
    let mut notes = Notes::default();
    let mut recorded = Recorded::default();
    for entry in entries {
        recorded.read(entry, &mut notes);
    }
    let creator = json.and_then(|json| json.pointer("/log/creator/name")).and_then(Value::as_str);
    let title = json.and_then(|json| json.pointer("/log/pages/0/title")).and_then(Value::as_str);
    let stem = document.file_name.rsplit_once('.').map_or("", |(stem, _)| stem);
    let name = [stem, title.unwrap_or_default(), recorded.only_host().unwrap_or_default(), "HTTP archive"];
    let name = name.into_iter().find(|name| !name.trim().is_empty()).unwrap_or_default();
    let branch = parts::collection(&parts::shown(name), Definition::default(), recorded.branches());
    let (warnings, offered_tokens) = notes.finish();
    let format = match creator {
        Some(creator) => format!("HTTP archive (HAR) of {}", parts::shown(creator)),
        None => "HTTP archive (HAR)".to_owned(),
    };
    Answer::Mine(Ok(Imported {
        format,
        branches: vec![branch],
        warnings,
        offered_tokens,
        ..Imported::default()
    }))
}

/// The requests by host, in the order in which they were made.
#[derive(Default)]
struct Recorded {
    hosts: IndexMap<String, Vec<Branch>>,
}

impl Recorded {
    fn read(&mut self, entry: &Value, notes: &mut Notes) {
        let Some(recorded) = entry.get("request").filter(|request| request.is_object()) else {
            notes.warn("One of the entries holds no request", "It is left out");
            return;
        };
        let method = text(recorded.get("method"));
        let mut request = RequestDefinition {
            method: if method.trim().is_empty() { "GET".to_owned() } else { method },
            url: text(recorded.get("url")),
            ..RequestDefinition::default()
        };
        notes.enter(&parts::request_name(&request));
        request.headers = headers(recorded.get("headers"), notes);
        request.body = body(recorded, &mut request.headers, notes);
        parts::without_implied_content_type(&mut request);
        notes.leave();
        let host = parts::host(&request.url).to_owned();
        let description = text(entry.get("comment"));
        let definition = Definition { description, request: Some(request), ..Definition::default() };
        self.hosts.entry(host).or_default().push(parts::request("", definition));
    }

    fn only_host(&self) -> Option<&str> {
        self.hosts.keys().next().filter(|_| self.hosts.len() == 1).map(String::as_str)
    }

    /// A folder for each host, if there are several.
    fn branches(self) -> Vec<Branch> {
        if self.hosts.len() < 2 {
            return self.hosts.into_values().flatten().collect();
        }
        let folders = self
            .hosts
            .into_iter()
            .map(|(host, requests)| parts::folder(&parts::shown(&host), Definition::default(), requests));
        folders.collect()
    }
}

fn headers(list: Option<&Value>, notes: &mut Notes) -> Vec<KeyValue> {
    let rows = list.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut held_back = Vec::new();
    let headers = rows.iter().filter_map(|header| {
        let mut header = row(text(header.get("name")), text(header.get("value")));
        let lower = header.name.trim().to_ascii_lowercase();
        if lower.is_empty() || lower.starts_with(':') || OF_THE_CONNECTION.contains(&lower.as_str()) {
            return None;
        }
        if is_secret_header(&lower) {
            header.enabled = false;
            held_back.push(parts::shown(&header.name));
        }
        Some(header)
    });
    let headers = headers.collect();
    if !held_back.is_empty() {
        notes.warn(
            format!("The recording holds credentials ({})", held_back.join(", ")),
            "They come in switched off; set an authorization, or switch them on",
        );
    }
    headers
}

fn body(request: &Value, headers: &mut Vec<KeyValue>, notes: &mut Notes) -> Body {
    let Some(data) = request.get("postData").filter(|data| data.is_object()) else {
        if request.get("bodySize").and_then(Value::as_i64).unwrap_or(0) > 0 {
            notes.warn("The body was not recorded", "The request has none");
        }
        return Body::None;
    };
    let media_type = text(data.get("mimeType"));
    let content = text(data.get("text"));
    let params = data.get("params").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if parts::is_media_type(&media_type, parts::MULTIPART) && !params.is_empty() {
        return Body::FormData { fields: params.iter().map(|param| form_field(param, notes)).collect() };
    }
    if content.is_empty() && params.is_empty() {
        return Body::None;
    }
    if parts::header(headers, "content-type").is_none() && !media_type.is_empty() {
        headers.push(row("Content-Type", media_type.as_str()));
    }
    if !content.is_empty() {
        return parts::text_body(&media_type, content);
    }
    // Recorded by their names and values alone: encoded by some tools, decoded by others.
    let fields = params.iter().map(|param| row(decoded(param.get("name")), decoded(param.get("value"))));
    Body::UrlEncoded { fields: fields.collect() }
}

fn form_field(param: &Value, notes: &mut Notes) -> FormField {
    let name = text(param.get("name"));
    let file = text(param.get("fileName"));
    let part = if file.is_empty() {
        FormPart::Text(text(param.get("value")))
    } else {
        notes.warn(
            format!("The field {} sent the file {}", parts::shown(&name), parts::shown(&file)),
            "The recording names it without its folder: choose it before sending",
        );
        FormPart::Files(vec![file])
    };
    let content_type = param.get("contentType").and_then(Value::as_str).map(str::to_owned);
    FormField { name, part, content_type, enabled: true, description: text(param.get("comment")) }
}

fn decoded(value: Option<&Value>) -> String {
    let value = text(value);
    if !value.contains('%') {
        return value;
    }
    let mut pairs = url::form_urlencoded::parse(value.as_bytes());
    match (pairs.next(), pairs.next()) {
        (Some((decoded, rest)), None) if rest.is_empty() && !value.contains('=') => decoded.into_owned(),
        _ => value,
    }
}
