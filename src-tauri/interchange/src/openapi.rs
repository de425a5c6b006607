//! OpenAPI 3.0 and 3.1, and Swagger 2.0: an API's description becomes a collection of its operations.
//!
//! The collection gets one authorization, with the scopes of all operations together, which the operations inherit:
//! one sign-in serves them all. References are followed within the document; nothing else is opened or fetched.

mod body;
mod example;
mod operation;
mod parameters;
mod security;
mod servers;
mod specification;

use gatepass_core::workspace::{Branch, Definition};
use indexmap::IndexMap;
use serde_json::Value;

use crate::detect::{Answer, Document};
use crate::failure::{ReadFailure, ReadFailureKind};
use crate::imported::{Imported, Notes};
use crate::parts::{self, shown, text};
use security::Security;
use specification::Specification;

/// Reads a description.
pub(crate) fn read(document: Document) -> Answer {
    let Some(root) =
        document.json.as_ref().filter(|root| root.get("openapi").or(root.get("swagger")).is_some())
    else {
        return Answer::NotMine(document);
    };
    Answer::Mine(read_description(root))
}

fn read_description(root: &Value) -> Result<Imported, ReadFailure> {
    let swagger = root.get("swagger").is_some();
    let version = text(root.get(if swagger { "swagger" } else { "openapi" }));
    if !version.starts_with(if swagger { "2" } else { "3." }) {
        return Err(ReadFailure::new(
            ReadFailureKind::Unsupported,
            "This version of the description cannot be imported",
            format!("It says version {}; Swagger 2.0 and OpenAPI 3.x are read", shown(&version)),
            "Convert it to OpenAPI 3.",
        ));
    }
    let mut notes = Notes::default();
    let info = root.get("info");
    let title = text(info.and_then(|info| info.get("title")));
    notes.enter(&title);
    let specification = Specification::new(root, swagger);
    let mut variables = servers::variables(&specification, &mut notes);
    let security = Security::survey(&specification);
    let mut by_tag = tags(root);
    let mut untagged = Vec::new();
    operation::each(&specification, &mut notes, |operation, notes| {
        let request = operation.read(&specification, &security, &mut variables, notes);
        match operation.tag() {
            Some(tag) => by_tag.entry(tag).or_default().1.push(request),
            None => untagged.push(request),
        }
    });
    for ignored in ["webhooks", "x-webhooks"] {
        if root.get(ignored).is_some() {
            notes.warn("Webhooks are described", "They are requests to you, and left out");
        }
    }
    if specification.is_exhausted() {
        notes.warn(
            "The description refers to its own parts so often that it grows without end",
            "What came after the limit is left out",
        );
    }
    let auth = security.of_collection(&specification, &mut notes);
    notes.leave();
    let definition = Definition {
        description: text(info.and_then(|info| info.get("description"))),
        auth,
        variables,
        ..Definition::default()
    };
    let folders = by_tag.into_iter().filter(|(_, (_, requests))| !requests.is_empty());
    let children: Vec<Branch> = folders
        .map(|(tag, (definition, requests))| parts::folder(&tag, definition, requests))
        .chain(untagged)
        .collect();
    let (warnings, offered_tokens) = notes.finish();
    Ok(Imported {
        format: format!("{} {}", if swagger { "Swagger" } else { "OpenAPI" }, shown(&version)),
        branches: vec![parts::collection(&title, definition, children)],
        warnings,
        offered_tokens,
        ..Imported::default()
    })
}

/// The tags that the description lists, in its order; each becomes a folder.
fn tags(root: &Value) -> IndexMap<String, (Definition, Vec<Branch>)> {
    let listed = root.get("tags").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let named = listed.iter().map(|tag| (text(tag.get("name")), text(tag.get("description"))));
    let folders = named
        .filter(|(name, _)| !name.is_empty())
        .map(|(name, description)| (name, (Definition { description, ..Definition::default() }, Vec::new())));
    folders.collect()
}
