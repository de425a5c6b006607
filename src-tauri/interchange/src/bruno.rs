//! Bruno: `.bru` files and OpenCollection YAML, one by one, bundled in one document, or as the files of a folder.
//!
//! Scripts, assertions and post-response variables use an API of Bruno's own: they are kept with the request, and
//! not run.

mod auth;
mod bru;
mod folder;
mod open_collection;
mod sheet;

pub use folder::read_folder;

use gatepass_core::workspace::Definition;

use crate::detect::{Answer, Document};
use crate::imported::{Imported, Notes};
use crate::parts;
use sheet::Sheet;

/// The name in `Definition::unknown` of what was kept from Bruno.
const KEPT: &str = "bruno";

/// Reads a single file: a request, an environment, or a bundled collection.
pub(crate) fn read(document: Document) -> Answer {
    let mut notes = Notes::default();
    let mut imported = match &document.json {
        Some(root) if root.get("opencollection").is_some() => open_collection::read_bundle(root, &mut notes),
        Some(root)
            if root.get("info").is_some()
                && (root.get("http").is_some() || root.get("graphql").is_some()) =>
        {
            single(open_collection::read_sheet(root, &mut notes), &mut notes)
        }
        None if is_bru(&document) => {
            let blocks = bru::parse(&document.text);
            if blocks.is_environment() {
                let name = document.file_name.rsplit_once('.').map_or("", |(stem, _)| stem);
                let environments = vec![bru::environment(&blocks, name, &mut notes)];
                Imported { environments, ..Imported::default() }
            } else {
                single(bru::read_sheet(&blocks, &mut notes), &mut notes)
            }
        }
        _ => return Answer::NotMine(document),
    };
    if imported.format.is_empty() {
        imported.format = "Bruno request".to_owned();
    }
    (imported.warnings, imported.offered_tokens) = notes.finish();
    Answer::Mine(Ok(imported))
}

fn is_bru(document: &Document) -> bool {
    let named = document.file_name.to_ascii_lowercase().ends_with(".bru");
    named || document.text.trim_start().starts_with("meta {")
}

/// A collection of one request.
fn single(sheet: Sheet, notes: &mut Notes) -> Imported {
    let name = sheet.name.clone();
    let request = sheet.into_request(&[], notes);
    let children = request.into_iter().collect();
    Imported {
        branches: vec![parts::collection(&name, Definition::default(), children)],
        ..Imported::default()
    }
}
