//! A collection: the walk from its root down to the requests.

use gatepass_core::workspace::{Branch, NodeKind};
use serde_json::{Map, Value};

use super::{KEPT, auth, item, keep};
use crate::imported::Notes;

/// The collection, and the version of the format it came in.
pub(super) fn read(mut json: Value, notes: &mut Notes) -> (Branch, Version) {
    let mut root = json.as_object_mut().map(std::mem::take).unwrap_or_default();
    let version = Version::of(&root);
    if let Some(Value::Object(info)) = root.get_mut("info")
        && version == Version::V2_0
    {
        // It goes out in the form of v2.1, so it has to say so.
        info.insert("schema".to_owned(), item::SCHEMA.into());
    }
    (read_node(root, NodeKind::Collection, version, notes), version)
}

/// The versions of the format that are read. They differ in how an auth is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    V2_0,
    V2_1,
}

impl Version {
    fn of(root: &Map<String, Value>) -> Self {
        let schema = root.get("info").and_then(|info| info.get("schema")).and_then(Value::as_str);
        if schema.is_some_and(|schema| schema.contains("/v2.0")) { Version::V2_0 } else { Version::V2_1 }
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Version::V2_0 => "2.0",
            Version::V2_1 => "2.1",
        }
    }
}

/// One node with everything below it. The JSON reader admits 128 levels, so the recursion is bounded by it.
fn read_node(mut source: Map<String, Value>, kind: NodeKind, version: Version, notes: &mut Notes) -> Branch {
    let name = item::name(&source, kind);
    notes.enter(&name);
    let children = match source.get_mut("item") {
        Some(Value::Array(items)) => std::mem::take(items),
        _ => {
            if kind == NodeKind::Collection {
                notes.warn("It has no list of items", "Nothing but its name and settings comes in");
            }
            Vec::new()
        }
    };
    if source.get("item").is_some_and(Value::is_array) {
        source.shift_remove("item");
    }
    if version == Version::V2_0 {
        for place in ["/auth", "/request/auth"] {
            if let Some(auth) = pointer_mut(&mut source, place) {
                auth::to_rows(auth);
            }
        }
    }
    let mut definition = item::read(&source, kind, notes);
    let kept = keep::remainder(source, &item::write(&name, &definition, kind));
    if !kept.is_empty() {
        definition.unknown.insert(KEPT.to_owned(), Value::Object(kept));
    }
    let children = children.into_iter().filter_map(|child| read_child(child, version, notes)).collect();
    notes.leave();
    Branch { kind, name, definition, children }
}

fn read_child(child: Value, version: Version, notes: &mut Notes) -> Option<Branch> {
    let Value::Object(source) = child else {
        notes.warn("One of the items is no object", "It is left out");
        return None;
    };
    let kind =
        if source.get("item").is_some_and(Value::is_array) { NodeKind::Folder } else { NodeKind::Request };
    Some(read_node(source, kind, version, notes))
}

fn pointer_mut<'a>(members: &'a mut Map<String, Value>, pointer: &str) -> Option<&'a mut Value> {
    let mut names = pointer.split('/').skip(1);
    let first = members.get_mut(names.next()?)?;
    names.try_fold(first, |value, name| value.get_mut(name))
}
