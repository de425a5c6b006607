//! `.http` and `.rest` files, as VS Code's REST Client and JetBrains' HTTP Client write them.
//!
//! Scripts of JetBrains' (`> {% … %}`) use an API of its own: they are kept with the request, and not run.

mod body;
mod lines;
mod variables;

use gatepass_core::workspace::{AuthKind, Branch, Definition, KeyValue, RequestDefinition, Variable};
use serde_json::{Value, json};

use crate::detect::{Answer, Document};
use crate::imported::{Imported, Notes};
use crate::parts::{self, row};
use lines::Block;

/// The name in `Definition::unknown` of what was kept from such a file.
const KEPT: &str = "http_file";
const METHODS: [&str; 13] = [
    "GET",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "HEAD",
    "OPTIONS",
    "TRACE",
    "CONNECT",
    "QUERY",
    "GRAPHQL",
    "WEBSOCKET",
    "GRPC",
];

/// Reads a file of requests, told by its name or by how it begins.
pub(crate) fn read(document: Document) -> Answer {
    if document.json.is_some() || !(is_named_so(&document.file_name) || begins_so(&document.text)) {
        return Answer::NotMine(document);
    }
    let mut notes = Notes::default();
    let file = lines::split(&document.text);
    let requests: Vec<Branch> =
        file.blocks.into_iter().filter_map(|block| read_request(block, &mut notes)).collect();
    if requests.is_empty() && !is_named_so(&document.file_name) {
        return Answer::NotMine(document);
    }
    let variables = file.variables.into_iter().map(|(name, value)| {
        notes.enter(&name);
        let variable = Variable::new(name, variables::translate(&value, &mut notes));
        notes.leave();
        variable
    });
    let definition = Definition { variables: variables.collect(), ..Definition::default() };
    let stem = document.file_name.rsplit_once('.').map_or("", |(stem, _)| stem);
    let name = if stem.trim().is_empty() { "HTTP requests" } else { stem };
    let branches = vec![parts::collection(name, definition, requests)];
    let (warnings, offered_tokens) = notes.finish();
    Answer::Mine(Ok(Imported {
        format: ".http file".to_owned(),
        branches,
        warnings,
        offered_tokens,
        ..Imported::default()
    }))
}

fn is_named_so(file_name: &str) -> bool {
    let extension = file_name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    matches!(extension.as_deref(), Some("http" | "rest"))
}

/// `###`, or a request line behind comments and variables.
fn begins_so(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim);
    let first = lines.find(|line| {
        let passed_over = line.is_empty()
            || line.starts_with("//")
            || line.starts_with('@') && line.contains('=')
            || line.starts_with('#') && !line.starts_with("###");
        !passed_over
    });
    first.is_some_and(|line| line.starts_with("###") || is_request_line(line))
}

fn is_request_line(line: &str) -> bool {
    let Some((method, target)) = line.split_once(char::is_whitespace) else { return false };
    let target = target.trim_start();
    METHODS.contains(&method) && (target.contains("://") || target.starts_with(['/', '{']))
}

fn read_request(block: Block, notes: &mut Notes) -> Option<Branch> {
    let line = block.request_line.as_deref()?;
    let (method, url, http_version) = read_request_line(line);
    let url = format!("{url}{}", block.more_url);
    let mut request = RequestDefinition { method, url, ..RequestDefinition::default() };
    notes.enter(if block.name.is_empty() { line } else { &block.name });
    if matches!(request.method.as_str(), "WEBSOCKET" | "GRPC") {
        notes
            .warn(format!("{} requests are not sent by Gatepass", request.method), "The request is left out");
        notes.leave();
        return None;
    }
    request.url = variables::translate(&request.url, notes);
    request.headers = block
        .headers
        .iter()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| row(name.trim(), variables::translate(value.trim(), notes)))
        .collect();
    request.body = body::read(&block.body, &mut request, notes);
    let mut definition = Definition { description: block.description, ..Definition::default() };
    definition.auth =
        parts::take_authorization(&mut request.headers).or_else(|| take_digest(&mut request.headers));
    parts::without_implied_content_type(&mut request);
    read_settings(&block.tags, http_version, &mut definition, notes);
    if !block.scripts.is_empty() {
        notes.warn(
            "The request has scripts of JetBrains' HTTP Client, or files that hold them",
            "They are kept with the request, and not run: rewrite them with pm",
        );
        definition.unknown.insert(KEPT.to_owned(), json!({"scripts": block.scripts}));
    }
    if block.keeps_response {
        notes.warn("The response is to be written to a file", "It is shown, and not written");
    }
    definition.request = Some(request);
    notes.leave();
    Some(parts::request(&block.name, definition))
}

/// `GET https://… HTTP/1.1`, or the URL alone.
fn read_request_line(line: &str) -> (String, String, Option<&str>) {
    let line = line.trim();
    let (line, version) = match line.rsplit_once(char::is_whitespace) {
        Some((rest, version)) if version.starts_with("HTTP/") => (rest.trim_end(), Some(version)),
        _ => (line, None),
    };
    match line.split_once(char::is_whitespace) {
        Some((method, url)) if method.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-') => {
            (method.to_ascii_uppercase(), url.trim().to_owned(), version)
        }
        _ => ("GET".to_owned(), line.to_owned(), version),
    }
}

/// `Authorization: Digest name password`.
fn take_digest(headers: &mut Vec<KeyValue>) -> Option<gatepass_core::workspace::Auth> {
    let at = headers.iter().position(|header| header.name.eq_ignore_ascii_case("authorization"))?;
    let words: Vec<&str> = headers[at].value.split_whitespace().collect();
    let [scheme, username, password] = words[..] else { return None };
    if !scheme.eq_ignore_ascii_case("digest") {
        return None;
    }
    let auth = parts::auth(AuthKind::Digest, [("username", username), ("password", password)]);
    headers.remove(at);
    Some(auth)
}

/// Switches in comments: `# @no-redirect`.
fn read_settings(
    tags: &[(String, String)],
    http_version: Option<&str>,
    definition: &mut Definition,
    notes: &mut Notes,
) {
    let mut set = |name: &str, value: Value| drop(definition.settings.insert(name.to_owned(), value));
    match http_version {
        Some("HTTP/1.0" | "HTTP/1.1") => set("http_version", json!("http1")),
        Some("HTTP/2" | "HTTP/2.0") => set("http_version", json!("http2")),
        _ => {}
    }
    for (tag, value) in tags {
        match tag.as_str() {
            "no-redirect" => set("follow_redirects", json!(false)),
            "no-cookie-jar" => set("cookies", json!(false)),
            "timeout" => match milliseconds(value) {
                Some(millis) => set("timeout_ms", json!(millis)),
                None => notes.warn("The timeout cannot be read", "The usual one is used"),
            },
            "prompt" => notes.warn(
                format!("The value of {} is asked for before sending", parts::shown(value)),
                "It is a variable: give it a value",
            ),
            "name" | "no-log" | "note" | "title" => {}
            other => {
                notes.warn(format!("The setting @{} is not known", parts::shown(other)), "It has no effect")
            }
        }
    }
}

/// `30`, `30 s`, `500 ms`, `2 m`.
fn milliseconds(text: &str) -> Option<u64> {
    let digits = text.len() - text.trim_start_matches(|character: char| character.is_ascii_digit()).len();
    let number: u64 = text[..digits].parse().ok()?;
    let factor = match text[digits..].trim() {
        "ms" => 1,
        "" | "s" => 1000,
        "m" => 60_000,
        _ => return None,
    };
    number.checked_mul(factor)
}
