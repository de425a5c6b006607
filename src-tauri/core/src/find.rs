//! A request by its id, its name, or its path `Folder/Sub/Name`.

use std::collections::HashMap;

use crate::workspace::{Id, Node, NodeKind};

/// Why no request was found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotFound {
    #[error("there is no request “{wanted}”{}", similar(.nearest))]
    Nothing {
        wanted: String,
        /// Paths of requests whose names are alike, a few.
        nearest: Vec<String>,
    },
    #[error("“{wanted}” is the name of {} requests: {}", .paths.len(), .paths.join(", "))]
    Ambiguous {
        wanted: String,
        /// The path of each, followed by its id where the paths are the same too.
        paths: Vec<String>,
    },
}

fn similar(nearest: &[String]) -> String {
    if nearest.is_empty() { String::new() } else { format!("; did you mean {}?", nearest.join(", ")) }
}

/// The request among `nodes` (of one collection) that `wanted` means. An id wins over a path, a whole path over the
/// end of one, and exact letters over any case.
///
/// # Errors
/// No request or several are meant; the several are listed by their paths.
pub fn request<'a>(nodes: &'a [Node], wanted: &str) -> Result<&'a Node, NotFound> {
    node(nodes, wanted, NodeKind::Request)
}

/// The same for folders, for runs of a part of a collection.
///
/// # Errors
/// As for [`request`].
pub fn folder<'a>(nodes: &'a [Node], wanted: &str) -> Result<&'a Node, NotFound> {
    node(nodes, wanted, NodeKind::Folder)
}

fn node<'a>(nodes: &'a [Node], wanted: &str, kind: NodeKind) -> Result<&'a Node, NotFound> {
    let of_kind = || nodes.iter().filter(|node| node.kind == kind);
    if let Some(node) = of_kind().find(|node| node.id.as_str() == wanted) {
        return Ok(node);
    }
    let paths = Paths::of(nodes);
    let wanted = wanted.trim().trim_matches('/');
    let whole = |path: &str| path == wanted;
    let ending = |path: &str| path.strip_suffix(wanted).is_some_and(|before| before.ends_with('/'));
    let any_case = |path: &str| path.to_lowercase() == wanted.to_lowercase();
    let any_case_ending = |path: &str| {
        path.to_lowercase().strip_suffix(&wanted.to_lowercase()).is_some_and(|before| before.ends_with('/'))
    };
    let ways: [&dyn Fn(&str) -> bool; 4] = [&whole, &ending, &any_case, &any_case_ending];
    for way in ways {
        let found: Vec<&Node> =
            of_kind().filter(|node| !wanted.is_empty() && way(&paths.of_node(node))).collect();
        match found.as_slice() {
            [] => {}
            [node] => return Ok(node),
            several => return Err(ambiguous(wanted, several, &paths)),
        }
    }
    let nearest = of_kind()
        .filter(|node| alike(&node.name, wanted.rsplit('/').next().unwrap_or(wanted)))
        .take(3)
        .map(|node| format!("“{}”", paths.of_node(node)))
        .collect();
    Err(NotFound::Nothing { wanted: wanted.to_owned(), nearest })
}

fn ambiguous(wanted: &str, several: &[&Node], paths: &Paths<'_>) -> NotFound {
    let plain: Vec<String> = several.iter().map(|node| paths.of_node(node)).collect();
    let told_apart = plain.iter().enumerate().map(|(at, path)| {
        let same = plain.iter().filter(|other| *other == path).count() > 1;
        if same { format!("{path} (id {})", several[at].id) } else { path.clone() }
    });
    NotFound::Ambiguous { wanted: wanted.to_owned(), paths: told_apart.collect() }
}

/// Whether one name holds the other, in any case.
fn alike(name: &str, wanted: &str) -> bool {
    let (name, wanted) = (name.to_lowercase(), wanted.to_lowercase());
    !wanted.is_empty() && !name.is_empty() && (name.contains(&wanted) || wanted.contains(&name))
}

/// The paths of nodes below their collection.
pub struct Paths<'a> {
    by_id: HashMap<&'a Id, &'a Node>,
}

impl<'a> Paths<'a> {
    pub fn of(nodes: &'a [Node]) -> Self {
        Self { by_id: nodes.iter().map(|node| (&node.id, node)).collect() }
    }

    /// `Folder/Sub/Name`, without the collection's name.
    pub fn of_node(&self, node: &Node) -> String {
        let mut names = vec![node.name.as_str()];
        let mut above = node.parent.as_ref();
        // A tree is never deeper than it has nodes: a damaged one that runs in a circle ends too.
        for _ in 0..self.by_id.len() {
            match above.and_then(|id| self.by_id.get(id)) {
                Some(parent) if parent.kind != NodeKind::Collection => {
                    names.push(&parent.name);
                    above = parent.parent.as_ref();
                }
                _ => break,
            }
        }
        names.reverse();
        names.join("/")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn node(id: &str, parent: Option<&str>, kind: NodeKind, name: &str) -> Node {
        Node {
            id: Id::from_text(id),
            parent: parent.map(Id::from_text),
            collection: Id::from_text("c"),
            kind,
            name: name.to_owned(),
            method: None,
            auth: None,
        }
    }

    fn tree() -> Vec<Node> {
        vec![
            node("c", None, NodeKind::Collection, "Photos API"),
            node("f1", Some("c"), NodeKind::Folder, "Albums"),
            node("r1", Some("f1"), NodeKind::Request, "List"),
            node("f2", Some("c"), NodeKind::Folder, "Photos"),
            node("r2", Some("f2"), NodeKind::Request, "List"),
            node("r3", Some("f2"), NodeKind::Request, "Get one/two"),
            node("f3", Some("f2"), NodeKind::Folder, "Albums"),
            node("r4", Some("f3"), NodeKind::Request, "Upload"),
        ]
    }

    fn id(wanted: &str) -> String {
        request(&tree(), wanted).unwrap().id.to_string()
    }

    #[test]
    fn finds_a_request_by_id_name_path_or_the_end_of_a_path() {
        assert_eq!(id("r1"), "r1");
        assert_eq!(id("Upload"), "r4");
        assert_eq!(id("Albums/List"), "r1");
        assert_eq!(id("Photos/Albums/Upload"), "r4");
        assert_eq!(id("Albums/Upload"), "r4");
        assert_eq!(id("/Photos/List/"), "r2");
        assert_eq!(id("Get one/two"), "r3");
        assert_eq!(id("upload"), "r4");
    }

    #[test]
    fn an_ambiguous_name_is_an_error_that_lists_the_paths() {
        let error = request(&tree(), "List").unwrap_err();
        assert_eq!(error.to_string(), "“List” is the name of 2 requests: Albums/List, Photos/List");
    }

    #[test]
    fn requests_with_the_same_path_are_told_apart_by_their_ids() {
        let mut nodes = tree();
        nodes.push(node("r9", Some("f1"), NodeKind::Request, "List"));
        let error = request(&nodes, "Albums/List").unwrap_err();
        assert!(error.to_string().ends_with("Albums/List (id r1), Albums/List (id r9)"), "{error}");
    }

    #[test]
    fn an_unknown_name_is_an_error_that_offers_similar_ones() {
        let error = request(&tree(), "uploads").unwrap_err();
        assert_eq!(error.to_string(), "there is no request “uploads”; did you mean “Photos/Albums/Upload”?");
        assert_eq!(request(&tree(), "").unwrap_err().to_string(), "there is no request “”");
    }

    #[test]
    fn a_folder_is_no_request() {
        assert!(request(&tree(), "f1").is_err());
        assert_eq!(folder(&tree(), "Photos/Albums").unwrap().id.as_str(), "f3");
    }
}
