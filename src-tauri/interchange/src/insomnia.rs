//! Insomnia: exports of version 4 (JSON, a flat list) and of version 5 (YAML, a tree).
//!
//! Scripts come along: Insomnia's API is that of `pm` by another name. They run only once they are trusted.

mod auth;
mod environment;
mod item;
mod template;
mod version4;

use gatepass_core::workspace::{Branch, Definition, NodeKind};
use serde_json::Value;

use crate::detect::{Answer, Document};
use crate::imported::{Imported, Notes};
use crate::parts::{self, text};

/// Reads an export.
pub(crate) fn read(document: Document) -> Answer {
    let Some(root) = &document.json else { return Answer::NotMine(document) };
    let version4 = root.get("resources").is_some_and(Value::is_array)
        && (root.get("_type").and_then(Value::as_str) == Some("export")
            || root.get("__export_format").is_some());
    let kind = root.get("type").and_then(Value::as_str).unwrap_or_default();
    if !version4 && !kind.contains(".insomnia.rest/") {
        return Answer::NotMine(document);
    }
    let mut notes = Notes::default();
    let mut imported =
        if version4 { version4::read(root, &mut notes) } else { read_version5(root, kind, &mut notes) };
    (imported.warnings, imported.offered_tokens) = notes.finish();
    Answer::Mine(Ok(imported))
}

fn read_version5(root: &Value, kind: &str, notes: &mut Notes) -> Imported {
    let name = text(root.get("name"));
    let mut imported = Imported { format: "Insomnia 5 export".to_owned(), ..Imported::default() };
    notes.enter(&name);
    let base = root.get("environments").unwrap_or(&Value::Null);
    let variables = environment::variables(base, notes);
    if kind.starts_with("collection") || kind.starts_with("spec") {
        let items = root.get("collection").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let children = read_children(items, notes);
        let definition = Definition {
            description: text(root.pointer("/meta/description")),
            variables,
            ..Definition::default()
        };
        imported.branches.push(parts::collection(&name, definition, children));
    } else if kind.starts_with("environment") {
        imported.environments.push(environment::named(&name, variables));
    } else {
        notes.warn("The export holds no requests, but something else", "It is left out");
    }
    for sub in base.get("subEnvironments").and_then(Value::as_array).into_iter().flatten() {
        imported.environments.push(environment::read(sub, notes));
    }
    for (part, what) in [
        ("spec", "An API description"),
        ("testSuites", "Test suites"),
        ("certificates", "Client certificates"),
    ] {
        let empty =
            root.get(part).is_none_or(|part| part.is_null() || part.as_array().is_some_and(Vec::is_empty));
        if !empty {
            notes.warn(format!("{what} stand in the export"), "They are left out; only the requests come in");
        }
    }
    notes.leave();
    imported
}

/// The items of a level in the order of their sort keys. The reader of the document bounds the depth.
fn read_children(items: &[Value], notes: &mut Notes) -> Vec<Branch> {
    let mut items: Vec<&Value> = items.iter().filter(|item| item.is_object()).collect();
    items.sort_by(|one, other| item::sort_key(one).total_cmp(&item::sort_key(other)));
    let branches =
        items.into_iter().filter_map(|item| match item.get("children").and_then(Value::as_array) {
            Some(children) => {
                let name = text(item.get("name"));
                notes.enter(&name);
                let definition = item::read(item, NodeKind::Folder, notes);
                let children = read_children(children, notes);
                notes.leave();
                Some(parts::folder(&name, definition, children))
            }
            None if item.get("method").is_some() => Some(read_request(item, notes)),
            None => {
                left_out(item, notes);
                None
            }
        });
    branches.collect()
}

fn read_request(item: &Value, notes: &mut Notes) -> Branch {
    let name = text(item.get("name"));
    notes.enter(&name);
    let definition = item::read(item, NodeKind::Request, notes);
    notes.leave();
    parts::request(&name, definition)
}

fn left_out(item: &Value, notes: &mut Notes) {
    notes.enter(&text(item.get("name")));
    notes.warn("It is no HTTP request (WebSocket, gRPC or Socket.IO)", "It is left out");
    notes.leave();
}
