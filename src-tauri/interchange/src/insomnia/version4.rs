//! The flat list of version 4: each resource names its parent.

use std::collections::HashMap;

use gatepass_core::workspace::{Branch, Definition, NodeKind};
use serde_json::Value;

use super::{environment, item, left_out, read_request};
use crate::imported::{Imported, Notes};
use crate::parts::{self, text};

/// Deeper than anybody nests folders.
const DEPTH_LIMIT: usize = 100;

/// Resources by the id of their parent, in the order of their sort keys.
struct Resources<'a>(HashMap<&'a str, Vec<&'a Value>>);

pub(super) fn read(root: &Value, notes: &mut Notes) -> Imported {
    let list = root.get("resources").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let resources = Resources::by_parent(list);
    let mut imported = Imported { format: "Insomnia 4 export".to_owned(), ..Imported::default() };
    let workspaces: Vec<&Value> = list.iter().filter(|resource| kind(resource) == "workspace").collect();
    for workspace in &workspaces {
        resources.read_workspace(workspace, &mut imported, notes);
    }
    if workspaces.is_empty() {
        let ids: std::collections::HashSet<&str> = list.iter().map(id).collect();
        let without_parent: Vec<&Value> =
            list.iter().filter(|resource| !ids.contains(parent(resource))).collect();
        let children = resources.branches(&without_parent, 0, notes);
        imported.branches.push(parts::collection("Insomnia", Definition::default(), children));
    }
    imported
}

impl<'a> Resources<'a> {
    fn by_parent(list: &'a [Value]) -> Self {
        let mut by_parent: HashMap<&str, Vec<&Value>> = HashMap::new();
        for resource in list.iter().filter(|resource| resource.is_object()) {
            by_parent.entry(parent(resource)).or_default().push(resource);
        }
        for siblings in by_parent.values_mut() {
            siblings.sort_by(|one, other| item::sort_key(one).total_cmp(&item::sort_key(other)));
        }
        Self(by_parent)
    }

    fn children(&self, of: &Value) -> &[&'a Value] {
        // What has no id is nobody's parent.
        if id(of).is_empty() { &[] } else { self.0.get(id(of)).map(Vec::as_slice).unwrap_or_default() }
    }

    fn read_workspace(&self, workspace: &'a Value, imported: &mut Imported, notes: &mut Notes) {
        let name = text(workspace.get("name"));
        notes.enter(&name);
        let mut definition =
            Definition { description: text(workspace.get("description")), ..Definition::default() };
        let children = self.children(workspace);
        for base in children.iter().filter(|child| kind(child) == "environment") {
            definition.variables.extend(environment::variables(base, notes));
            let subs = self.children(base).iter().filter(|child| kind(child) == "environment");
            imported.environments.extend(subs.map(|sub| environment::read(sub, notes)));
        }
        if children.iter().any(|child| matches!(kind(child), "api_spec" | "unit_test_suite")) {
            notes.warn(
                "API descriptions or test suites stand in the export",
                "They are left out; only the requests come in",
            );
        }
        let children = self.branches(children, 0, notes);
        notes.leave();
        imported.branches.push(parts::collection(&name, definition, children));
    }

    fn branches(&self, siblings: &[&'a Value], depth: usize, notes: &mut Notes) -> Vec<Branch> {
        let branches = siblings.iter().filter_map(|resource| match kind(resource) {
            "request_group" => {
                let name = text(resource.get("name"));
                notes.enter(&name);
                let definition = item::read(resource, NodeKind::Folder, notes);
                let children = if depth < DEPTH_LIMIT {
                    self.branches(self.children(resource), depth + 1, notes)
                } else {
                    notes.warn("Folders are nested more than 100 deep", "What is below is left out");
                    Vec::new()
                };
                notes.leave();
                Some(parts::folder(&name, definition, children))
            }
            "request" => {
                let request = read_request(resource, notes);
                self.offer_tokens(resource, &request.name, notes);
                Some(request)
            }
            "websocket_request" | "grpc_request" | "socketio_request" => {
                left_out(resource, notes);
                None
            }
            _ => None,
        });
        branches.collect()
    }

    /// Tokens that were stored for a request.
    fn offer_tokens(&self, request: &Value, name: &str, notes: &mut Notes) {
        let tokens = self.children(request).iter().filter(|child| kind(child) == "oauth2_token");
        for token in tokens.map(|token| text(token.get("accessToken"))).filter(|token| !token.is_empty()) {
            notes.enter(name);
            notes.offer("", &token);
            notes.warn(
                "The document holds an access token",
                "It is offered, and not used unless you accept it",
            );
            notes.leave();
        }
    }
}

fn kind(resource: &Value) -> &str {
    resource.get("_type").and_then(Value::as_str).unwrap_or_default()
}

fn id(resource: &Value) -> &str {
    resource.get("_id").and_then(Value::as_str).unwrap_or_default()
}

fn parent(resource: &Value) -> &str {
    resource.get("parentId").and_then(Value::as_str).unwrap_or_default()
}
