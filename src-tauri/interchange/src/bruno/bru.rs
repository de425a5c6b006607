//! The language of `.bru` files: blocks of rows, of text, or of names.

use gatepass_core::workspace::{
    Body, Environment, FormField, FormPart, Id, KeyValue, RequestDefinition, Variable,
};
use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::auth;
use super::sheet::{Sheet, set_url, translate};
use crate::imported::Notes;
use crate::parts::shown;

const METHODS: [&str; 9] = ["get", "post", "put", "patch", "delete", "head", "options", "trace", "connect"];
/// Blocks for Bruno's own API.
const KEPT: [&str; 5] =
    ["script:pre-request", "script:post-response", "tests", "assert", "vars:post-response"];

/// The lines of each block, without the indentation that every line of it has.
pub(super) struct Blocks<'a>(IndexMap<&'a str, Vec<&'a str>>);

/// Reads the lines once. What stands outside of blocks is passed over.
pub(super) fn parse(text: &str) -> Blocks<'_> {
    let mut blocks: IndexMap<&str, Vec<&str>> = IndexMap::new();
    let mut open: Option<&str> = None;
    for line in text.lines() {
        match open {
            Some(_) if matches!(line.trim_end(), "}" | "]") => open = None,
            Some(name) => {
                let content = line.strip_prefix("  ").unwrap_or(line);
                blocks.entry(name).or_default().push(content);
            }
            None => {
                let head = line.trim_end();
                let name = head.strip_suffix('{').or_else(|| head.strip_suffix('[')).map(str::trim_end);
                open = name.filter(|name| !name.is_empty());
                if let Some(name) = open {
                    blocks.entry(name).or_default();
                }
            }
        }
    }
    Blocks(blocks)
}

impl Blocks<'_> {
    pub(super) fn is_environment(&self) -> bool {
        let vars = self.0.contains_key("vars") || self.0.contains_key("vars:secret");
        vars && !self.0.contains_key("meta")
    }

    fn text(&self, name: &str) -> String {
        self.0.get(name).map(|lines| lines.join("\n")).unwrap_or_default()
    }

    /// `key: value`, `~key: value` for one that is switched off, `'''` around several lines.
    fn rows(&self, name: &str) -> Vec<KeyValue> {
        let mut rows = Vec::new();
        let mut lines = self.0.get(name).map(Vec::as_slice).unwrap_or_default().iter();
        while let Some(line) = lines.next() {
            let line = line.trim();
            let (line, enabled) = line.strip_prefix('~').map_or((line, true), |line| (line, false));
            let Some((name, value)) = split_row(line) else { continue };
            let mut value = value.trim().to_owned();
            if value == "'''" {
                let more = lines.by_ref().take_while(|line| line.trim() != "'''");
                let more: Vec<&str> = more.map(|line| line.strip_prefix("  ").unwrap_or(line)).collect();
                value = more.join("\n");
            } else if value == "[" {
                let more = lines.by_ref().take_while(|line| line.trim() != "]");
                value = more.map(|line| line.trim()).collect::<Vec<_>>().join(" ");
            }
            rows.push(KeyValue { name, value, enabled, description: String::new() });
        }
        rows
    }

    fn translated(&self, name: &str, notes: &mut Notes) -> Vec<KeyValue> {
        let mut rows = self.rows(name);
        for row in &mut rows {
            row.name = translate(&row.name, notes);
            row.value = translate(&row.value, notes);
        }
        rows
    }

    fn members(&self, name: &str, notes: &mut Notes) -> Map<String, Value> {
        let rows = self.translated(name, notes).into_iter().filter(|row| row.enabled);
        rows.map(|row| (row.name, json!(row.value))).collect()
    }

    fn value(&self, block: &str, name: &str) -> String {
        let mut rows = self.rows(block).into_iter();
        rows.find(|row| row.name == name).map(|row| row.value).unwrap_or_default()
    }
}

/// `"a: b": value` or `a: value`.
fn split_row(line: &str) -> Option<(String, &str)> {
    if let Some(quoted) = line.strip_prefix('"') {
        let mut escaped = false;
        for (at, character) in quoted.char_indices() {
            match character {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => {
                    let name = quoted[..at].replace("\\\"", "\"").replace("\\\\", "\\");
                    return Some((name, quoted[at + 1..].trim_start().strip_prefix(':')?));
                }
                _ => {}
            }
        }
        return None;
    }
    let (name, value) = line.split_once(':')?;
    Some((name.trim().to_owned(), value))
}

/// The variables of an environment; secret ones are named, without their values.
pub(super) fn environment(blocks: &Blocks, name: &str, notes: &mut Notes) -> Environment {
    notes.enter(name);
    let mut variables = variables(blocks.translated("vars", notes));
    let secrets = blocks.0.get("vars:secret").into_iter().flatten();
    let names = secrets.flat_map(|line| line.split(',')).map(str::trim).filter(|name| !name.is_empty());
    variables.extend(names.map(|name| Variable {
        key: name.trim_start_matches('~').to_owned(),
        value: String::new(),
        secret: true,
        enabled: !name.starts_with('~'),
    }));
    notes.leave();
    let name = if name.trim().is_empty() { "Imported environment" } else { name };
    Environment { id: Id::generate(), name: name.to_owned(), colour: None, variables }
}

fn variables(rows: Vec<KeyValue>) -> Vec<Variable> {
    let variables = rows.into_iter().map(|row| Variable {
        key: row.name.trim_start_matches('@').to_owned(),
        value: row.value,
        secret: false,
        enabled: row.enabled,
    });
    variables.collect()
}

/// What the file of a request, folder or collection says.
pub(super) fn read_sheet(blocks: &Blocks, notes: &mut Notes) -> Sheet {
    let name = blocks.value("meta", "name");
    notes.enter(&name);
    let position = blocks.value("meta", "seq").parse::<f64>().unwrap_or(0.0);
    let method = METHODS.into_iter().find(|method| blocks.0.contains_key(method));
    let custom = blocks.0.contains_key("http").then(|| blocks.value("http", "method"));
    let block = method.unwrap_or("http");
    let mode = match (method, &custom) {
        (None, None) => blocks.value("auth", "mode"),
        _ => blocks.value(block, "auth"),
    };
    let headers = blocks.translated("headers", notes);
    let mut sheet = Sheet {
        name,
        position,
        variables: variables(blocks.translated("vars:pre-request", notes)),
        description: blocks.text("docs"),
        ..Sheet::default()
    };
    sheet.auth = read_auth(blocks, &mode, notes);
    for name in KEPT.into_iter().filter(|name| blocks.0.contains_key(name)) {
        sheet.kept.insert(name.to_owned(), json!(blocks.text(name)));
    }
    let method = method.map(str::to_ascii_uppercase).or(custom).filter(|method| !method.is_empty());
    match method {
        Some(method) => {
            let mut request = RequestDefinition { method, headers, ..RequestDefinition::default() };
            let query = blocks.translated("params:query", notes);
            let path = blocks.translated("params:path", notes);
            set_url(&mut request, &blocks.value(block, "url"), query, path, notes);
            request.body = read_body(blocks, &blocks.value(block, "body"), notes);
            sheet.request = Some(request);
        }
        None => {
            sheet.headers = headers;
            sheet.foreign_kind = Some(blocks.value("meta", "type")).filter(|kind| !kind.is_empty());
        }
    }
    read_settings(blocks, &mut sheet.settings);
    notes.leave();
    sheet
}

fn read_auth(blocks: &Blocks, mode: &str, notes: &mut Notes) -> Option<gatepass_core::workspace::Auth> {
    let params = blocks.members(&format!("auth:{mode}"), notes);
    let mut extra = Map::new();
    for (request, ours) in
        [("auth_req", "authorization"), ("access_token_req", "token"), ("refresh_token_req", "refresh")]
    {
        let mut list = Vec::new();
        for place in ["headers", "queryparams", "body"] {
            let rows = blocks.translated(&format!("auth:oauth2:additional_params:{request}:{place}"), notes);
            list.extend(rows.into_iter().map(|row| auth::extra(&row.name, &row.value, place, row.enabled)));
        }
        if !list.is_empty() {
            extra.insert(ours.to_owned(), Value::Array(list));
        }
    }
    auth::read(mode, &params, extra, notes)
}

fn read_body(blocks: &Blocks, mode: &str, notes: &mut Notes) -> Body {
    let mut raw = |name: &str, language: &str| Body::Raw {
        language: language.to_owned(),
        text: translate(&blocks.text(name), notes),
    };
    match mode {
        "" | "none" => Body::None,
        "json" if blocks.0.contains_key("body") => raw("body", "json"),
        "json" => raw("body:json", "json"),
        "xml" => raw("body:xml", "xml"),
        "text" | "sparql" => raw(&format!("body:{mode}"), "text"),
        "graphql" => Body::GraphQl {
            query: translate(&blocks.text("body:graphql"), notes),
            variables: translate(&blocks.text("body:graphql:vars"), notes),
        },
        "form-urlencoded" | "formUrlEncoded" => {
            Body::UrlEncoded { fields: blocks.translated("body:form-urlencoded", notes) }
        }
        "multipart-form" | "multipartForm" => {
            let rows = blocks.translated("body:multipart-form", notes);
            Body::FormData { fields: rows.into_iter().map(form_field).collect() }
        }
        "file" => {
            let rows = blocks.translated("body:file", notes);
            let chosen = rows.into_iter().find(|row| row.enabled).map(|row| row.value).unwrap_or_default();
            let path = within(&chosen, "@file(").unwrap_or(&chosen).to_owned();
            notes.warn(
                format!("The body is the file {}", shown(&path)),
                "It is opened only when the request is sent",
            );
            Body::File { path }
        }
        other => {
            notes.warn(
                format!("The body is of the unknown kind “{}”", shown(other)),
                "The request has no body",
            );
            Body::None
        }
    }
}

/// `value`, `@file(a|b)`, each with `@contentType(x)`.
fn form_field(row: KeyValue) -> FormField {
    let content_type = within(&row.value, "@contentType(").map(str::to_owned);
    let part = match within(&row.value, "@file(") {
        Some(paths) => FormPart::Files(paths.split('|').map(str::to_owned).collect()),
        None => {
            let text = row.value.split("@contentType(").next().unwrap_or_default();
            FormPart::Text(text.trim().to_owned())
        }
    };
    FormField { name: row.name, part, content_type, enabled: row.enabled, description: String::new() }
}

fn within<'a>(text: &'a str, opening: &str) -> Option<&'a str> {
    let start = text.find(opening)? + opening.len();
    text[start..].find(')').map(|end| &text[start..start + end])
}

fn read_settings(blocks: &Blocks, settings: &mut Map<String, Value>) {
    if let Ok(follow) = blocks.value("settings", "followRedirects").parse::<bool>() {
        settings.insert("follow_redirects".to_owned(), json!(follow));
    }
    for (theirs, ours) in [("maxRedirects", "max_redirects"), ("timeout", "timeout_ms")] {
        if let Ok(number) = blocks.value("settings", theirs).parse::<u64>() {
            settings.insert(ours.to_owned(), json!(number));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_may_be_quoted_switched_off_and_several_lines_long() {
        let blocks =
            parse("headers {\n  a: b:c\n  ~d: e\n  \"x: \\\"y\": z\n  m: '''\n    one\n    two\n  '''\n}\n");
        let rows: Vec<_> =
            blocks.rows("headers").into_iter().map(|row| (row.name, row.value, row.enabled)).collect();
        let row = |name: &str, value: &str, enabled| (name.to_owned(), value.to_owned(), enabled);
        assert_eq!(
            rows,
            [
                row("a", "b:c", true),
                row("d", "e", false),
                row("x: \"y", "z", true),
                row("m", "one\ntwo", true)
            ]
        );
    }
}
