//! A branch and the list of its nodes: the same tree, once as it is exchanged and once as it is stored.

use super::{Branch, Definition, Id, Node, NodeKind};

/// A node with its content.
#[derive(Clone, PartialEq)]
pub struct Planted {
    pub node: Node,
    pub definition: Definition,
}

impl Branch {
    /// The branch as nodes with new identities, each behind its parent and siblings in their order. Under `parent`
    /// (the node and the collection it belongs to), or as a collection of its own.
    pub fn plant(self, parent: Option<(&Id, &Id)>) -> Vec<Planted> {
        let mut planted = Vec::new();
        // A stack instead of recursion: how deep an imported tree goes is not ours to say.
        let mut waiting =
            vec![(self, parent.map(|(parent, collection)| (parent.clone(), collection.clone())))];
        while let Some((branch, parent)) = waiting.pop() {
            let id = Id::generate();
            let (parent, collection) = match parent {
                Some((parent, collection)) => (Some(parent), collection),
                None => (None, id.clone()),
            };
            for child in branch.children.into_iter().rev() {
                waiting.push((child, Some((id.clone(), collection.clone()))));
            }
            let node = Node {
                id,
                parent,
                collection,
                kind: branch.kind,
                name: branch.name,
                method: branch.definition.request.as_ref().map(|request| request.method.clone()),
                auth: branch.definition.auth.as_ref().map(|auth| auth.kind),
            };
            planted.push(Planted { node, definition: branch.definition });
        }
        planted
    }

    /// How many requests it holds, itself included.
    pub fn requests(&self) -> usize {
        let mut count = 0;
        let mut waiting = vec![self];
        while let Some(branch) = waiting.pop() {
            count += usize::from(branch.kind == NodeKind::Request);
            waiting.extend(&branch.children);
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn branch(kind: NodeKind, name: &str, children: Vec<Branch>) -> Branch {
        Branch { kind, name: name.to_owned(), definition: Definition::default(), children }
    }

    #[test]
    fn nodes_stand_behind_their_parents_in_the_order_of_the_tree() {
        let planted = branch(
            NodeKind::Collection,
            "c",
            vec![
                branch(NodeKind::Folder, "f", vec![branch(NodeKind::Request, "a", vec![])]),
                branch(NodeKind::Request, "b", vec![]),
            ],
        )
        .plant(None);
        let names: Vec<&str> = planted.iter().map(|planted| planted.node.name.as_str()).collect();
        assert_eq!(names, ["c", "f", "a", "b"]);
        let collection = &planted[0].node.id;
        assert!(planted.iter().all(|planted| planted.node.collection == *collection));
        assert_eq!(planted[0].node.parent, None);
        assert_eq!(planted[2].node.parent.as_ref(), Some(&planted[1].node.id));
        assert_eq!(planted[3].node.parent.as_ref(), Some(collection));
    }
}
