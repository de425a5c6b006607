//! A collection: the walk from its root down to the requests.

use gatepass_core::workspace::{Branch, NodeKind};
use serde_json::{Map, Value};

use super::{KEPT, auth, item, keep, rows};
use crate::imported::Notes;

/// The collection, and the version of the format it came in.
pub(super) fn read(mut json: Value, notes: &mut Notes) -> (Branch, &'static str) {
    let mut root = json.as_object_mut().map(std::mem::take).unwrap_or_default();
    let old = is_version_2_0(&root);
    if let Some(Value::Object(info)) = root.get_mut("info")
        && old
    {
        info.shift_remove("schema");
    }
    let name = rows::text(root.get("info").and_then(|info| info.get("name")));
    let name = if name.is_empty() { "Imported collection".to_owned() } else { name };
    (read_node(root, name, NodeKind::Collection, notes), if old { "2.0" } else { "2.1" })
}

fn is_version_2_0(root: &Map<String, Value>) -> bool {
    let schema = root.get("info").and_then(|info| info.get("schema")).and_then(Value::as_str);
    schema.is_some_and(|schema| schema.contains("/v2.0"))
}

/// One node with everything below it. The JSON reader admits 128 levels, so the recursion is bounded by it.
fn read_node(mut source: Map<String, Value>, name: String, kind: NodeKind, notes: &mut Notes) -> Branch {
    notes.enter(&name);
    let children = match source.shift_remove("item") {
        Some(Value::Array(items)) => items,
        _ => Vec::new(),
    };
    for place in ["/auth", "/request/auth"] {
        if let Some(auth) = pointer_mut(&mut source, place) {
            auth::to_rows(auth);
        }
    }
    let mut definition = item::read(&source, kind, notes);
    let kept = keep::remainder(source, &item::write(&name, &definition, kind));
    if !kept.is_empty() {
        definition.unknown.insert(KEPT.to_owned(), Value::Object(kept));
    }
    let children = children.into_iter().filter_map(|child| read_child(child, notes)).collect();
    notes.leave();
    Branch { kind, name, definition, children }
}

fn read_child(child: Value, notes: &mut Notes) -> Option<Branch> {
    let Value::Object(source) = child else {
        notes.warn("One of the items is no object", "It is left out");
        return None;
    };
    let name = rows::text(source.get("name"));
    let kind =
        if source.get("item").is_some_and(Value::is_array) { NodeKind::Folder } else { NodeKind::Request };
    let name = match (name.is_empty(), kind) {
        (false, _) => name,
        (true, NodeKind::Request) => "New Request".to_owned(),
        (true, _) => "New Folder".to_owned(),
    };
    Some(read_node(source, name, kind, notes))
}

fn pointer_mut<'a>(members: &'a mut Map<String, Value>, pointer: &str) -> Option<&'a mut Value> {
    let mut names = pointer.split('/').skip(1);
    let first = members.get_mut(names.next()?)?;
    names.try_fold(first, |value, name| value.get_mut(name))
}
