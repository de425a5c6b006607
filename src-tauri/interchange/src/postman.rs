//! Postman: collections v2.0 and v2.1, environments, globals, data dumps; collections back out as v2.1.
//!
//! Whatever of a document is not understood, or would be written differently, is kept under `postman` in
//! `Definition::unknown` and merged back on export (see [`keep`]): import → export gives the same document.

mod auth;
mod body;
mod collection;
mod environment;
mod export;
mod item;
mod keep;
mod oauth2;
mod rows;
mod scripts;
mod settings;
mod url;

pub use environment::{write_environment, write_globals};
pub use export::{Options, write_collection};

use serde_json::Value;

use crate::detect::{Answer, Document};
use crate::failure::{ReadFailure, ReadFailureKind};
use crate::imported::{Imported, Notes};

/// The name in `Definition::unknown` of what was kept from a Postman document.
pub(crate) const KEPT: &str = "postman";

/// Reads any of Postman's documents.
pub(crate) fn read(document: Document) -> Answer {
    let Document { text, json, file_name } = document;
    let back = |json| Answer::NotMine(Document { text, json, file_name });
    let Some(json) = json else { return back(None) };
    match Kind::of(&json) {
        None => back(Some(json)),
        Some(kind) => Answer::Mine(kind.read(json)),
    }
}

/// What a document of Postman's is.
#[derive(Clone, Copy)]
enum Kind {
    Collection,
    CollectionV1,
    Environment,
    Globals,
    Dump,
    /// `{"collection": {…}}` or `{"environment": {…}}`, as Postman's own API answers.
    Wrapped(&'static str),
}

impl Kind {
    fn of(json: &Value) -> Option<Self> {
        let has = |name: &str| json.get(name).is_some();
        let list = |name: &str| json.get(name).is_some_and(Value::is_array);
        let schema = json.pointer("/info/schema").and_then(Value::as_str).unwrap_or_default();
        if list("item") && (json.get("info").is_some_and(Value::is_object))
            || schema.contains("getpostman.com")
        {
            Some(Kind::Collection)
        } else if list("requests") && (has("order") || list("folders")) {
            Some(Kind::CollectionV1)
        } else if list("collections") && (list("environments") || has("globals") || has("headerPresets")) {
            Some(Kind::Dump)
        } else if list("values")
            && json.get("_postman_variable_scope").and_then(Value::as_str) == Some("globals")
        {
            Some(Kind::Globals)
        } else if list("values") && has("name") {
            Some(Kind::Environment)
        } else {
            ["collection", "environment"]
                .into_iter()
                .find(|name| json.get(name).is_some_and(|inner| Kind::of(inner).is_some_and(Kind::is_bare)))
                .map(Kind::Wrapped)
        }
    }

    fn is_bare(self) -> bool {
        !matches!(self, Kind::Wrapped(_))
    }

    fn read(self, mut json: Value) -> Result<Imported, ReadFailure> {
        let mut notes = Notes::default();
        let mut imported = Imported::default();
        match self {
            Kind::CollectionV1 => return Err(version_1()),
            Kind::Wrapped(name) => {
                let inner = json.get_mut(name).map(Value::take).unwrap_or_default();
                return Kind::of(&inner).map_or_else(|| Err(version_1()), |kind| kind.read(inner));
            }
            Kind::Collection => {
                let (branch, version) = collection::read(json, &mut notes);
                imported.format = format!("Postman collection {}", version.as_str());
                imported.branches.push(branch);
            }
            Kind::Environment => {
                imported.format = "Postman environment".to_owned();
                imported.environments.push(environment::read(&json, &mut notes));
            }
            Kind::Globals => {
                imported.format = "Postman globals".to_owned();
                imported.globals = environment::read(&json, &mut notes).variables;
            }
            Kind::Dump => {
                imported.format = "Postman data dump".to_owned();
                read_dump(json, &mut imported, &mut notes);
            }
        }
        (imported.warnings, imported.offered_tokens) = notes.finish();
        Ok(imported)
    }
}

fn read_dump(mut json: Value, imported: &mut Imported, notes: &mut Notes) {
    let mut list = |name: &str| match json.get_mut(name).map(Value::take) {
        Some(Value::Array(items)) => items,
        _ => Vec::new(),
    };
    for collection in list("collections") {
        match Kind::of(&collection) {
            Some(Kind::Collection) => imported.branches.push(collection::read(collection, notes).0),
            _ => {
                let name = collection.get("name").and_then(Value::as_str).unwrap_or("(without a name)");
                notes.enter(name);
                notes.warn(
                    "This collection is in Postman's format 1, which Postman itself no longer writes",
                    "It is left out; export it from Postman as v2.1",
                );
                notes.leave();
            }
        }
    }
    imported.environments =
        list("environments").iter().map(|environment| environment::read(environment, notes)).collect();
    imported.globals = environment::variables(&Value::Array(list("globals")));
}

fn version_1() -> ReadFailure {
    ReadFailure::new(
        ReadFailureKind::Unsupported,
        "Postman collections of version 1 cannot be imported",
        "The document is a Postman collection in format 1, which Postman itself no longer writes",
        "Import it into Postman and export it as v2.1, or convert it with postman-collection-transformer.",
    )
}
