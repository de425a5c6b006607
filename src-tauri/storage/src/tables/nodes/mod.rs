//! `nodes`: collections, folders and requests, and the tree that they make.

mod insert;
mod place;
mod trash;

use std::collections::HashMap;

use gatepass_core::workspace::{AuthKind, Id, Node, NodeKind};

use super::Content;
use crate::database::Inner;
use crate::failure::StorageFailure;

pub use place::Place;
pub use trash::TrashedNode;

/// Deeper than any tree of a person; ends the walk in a damaged one that bites its tail.
pub(crate) const DEEPEST: i64 = 1000;

/// A node with what it says: its definition as the content's text, its secret values as the content's secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredNode {
    pub node: Node,
    pub content: Content,
}

/// The table of nodes.
pub struct Nodes<'a> {
    inner: &'a Inner,
}

impl<'a> Nodes<'a> {
    pub(crate) fn new(inner: &'a Inner) -> Self {
        Self { inner }
    }

    /// Every node of a workspace in tree order (each before its children), without those in the trash.
    pub async fn tree(&self, workspace: &Id) -> Result<Vec<Node>, StorageFailure> {
        let workspace = workspace.as_str();
        let rows = sqlx::query_as!(
            NodeRow,
            "SELECT id, parent_id, collection_id, kind, name, method, auth_kind FROM nodes
             WHERE workspace_id = ?1 AND trashed_at IS NULL ORDER BY position, id",
            workspace
        )
        .fetch_all(&self.inner.readers)
        .await?;
        let nodes = rows.into_iter().map(Node::try_from).collect::<Result<Vec<_>, _>>()?;
        Ok(in_tree_order(nodes, |node| node))
    }

    /// A node behind its ancestors: the collection first, the node last. Empty if it is not there or in the trash.
    pub async fn lineage(&self, id: &Id) -> Result<Vec<StoredNode>, StorageFailure> {
        let id = id.as_str();
        let rows = sqlx::query_as!(
            StoredRow,
            r#"WITH RECURSIVE lineage (id, parent_id, depth) AS (
                   SELECT id, parent_id, 0 FROM nodes WHERE id = ?1 AND trashed_at IS NULL
                   UNION ALL
                   SELECT nodes.id, nodes.parent_id, depth + 1 FROM nodes
                   JOIN lineage ON nodes.id = lineage.parent_id WHERE depth < ?2)
               SELECT nodes.id, nodes.parent_id, collection_id, kind, name, method, auth_kind, definition, secrets
               FROM lineage CROSS JOIN nodes ON nodes.id = lineage.id ORDER BY depth DESC"#,
            id,
            DEEPEST
        )
        .fetch_all(&self.inner.readers)
        .await?;
        rows.into_iter().map(StoredNode::try_from).collect()
    }

    /// A node and everything below it in tree order, the node first. Empty if it is not there or in the trash.
    pub async fn branch(&self, id: &Id) -> Result<Vec<StoredNode>, StorageFailure> {
        let id = id.as_str();
        let rows = sqlx::query_as!(
            StoredRow,
            r#"WITH RECURSIVE branch (id, depth) AS (
                   SELECT id, 0 FROM nodes WHERE id = ?1 AND trashed_at IS NULL
                   UNION ALL
                   SELECT nodes.id, depth + 1 FROM nodes
                   JOIN branch ON nodes.parent_id = branch.id WHERE trashed_at IS NULL AND depth < ?2)
               SELECT nodes.id, nodes.parent_id, collection_id, kind, name, method, auth_kind, definition, secrets
               FROM branch CROSS JOIN nodes ON nodes.id = branch.id ORDER BY position, nodes.id"#,
            id,
            DEEPEST
        )
        .fetch_all(&self.inner.readers)
        .await?;
        let nodes = rows.into_iter().map(StoredNode::try_from).collect::<Result<Vec<_>, _>>()?;
        Ok(in_tree_order(nodes, |stored| &stored.node))
    }

    /// Gives a node another name.
    pub async fn rename(&self, id: &Id, name: &str) -> Result<(), StorageFailure> {
        let text = id.as_str();
        let mut transaction = self.inner.begin().await?;
        let outcome = sqlx::query!(
            "UPDATE nodes SET name = ?2, updated_at = CAST(unixepoch('subsec') * 1000 AS INTEGER)
             WHERE id = ?1 AND trashed_at IS NULL",
            text,
            name
        )
        .execute(&mut *transaction)
        .await?;
        if outcome.rows_affected() == 0 {
            return Err(missing(id));
        }
        Ok(transaction.commit().await?)
    }

    /// Replaces what a node says, and what the tree shows of it.
    ///
    /// # Errors
    /// [`StorageFailure::Missing`] if the node is gone or in the trash: nothing was saved then.
    pub async fn save(
        &self,
        id: &Id,
        method: Option<&str>,
        auth: Option<AuthKind>,
        content: &Content,
    ) -> Result<(), StorageFailure> {
        let (text, auth) = (id.as_str(), auth.map(AuthKind::as_str));
        let mut transaction = self.inner.begin().await?;
        let outcome = sqlx::query!(
            "UPDATE nodes SET method = ?2, auth_kind = ?3, definition = ?4, secrets = ?5,
                 updated_at = CAST(unixepoch('subsec') * 1000 AS INTEGER)
             WHERE id = ?1 AND trashed_at IS NULL",
            text,
            method,
            auth,
            content.text,
            content.secrets
        )
        .execute(&mut *transaction)
        .await?;
        if outcome.rows_affected() == 0 {
            return Err(missing(id));
        }
        Ok(transaction.commit().await?)
    }
}

/// Orders siblings that are already in order into a tree: each node before its children. What hangs below nothing in
/// the list (its parent is in the trash) is left out, but for the list's own top.
fn in_tree_order<T>(siblings: Vec<T>, node: impl Fn(&T) -> &Node) -> Vec<T> {
    let here: HashMap<&Id, usize> =
        siblings.iter().enumerate().map(|(index, item)| (&node(item).id, index)).collect();
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); siblings.len()];
    let mut tops = Vec::new();
    for (index, item) in siblings.iter().enumerate() {
        match node(item).parent.as_ref().and_then(|parent| here.get(parent)) {
            Some(&parent) => children[parent].push(index),
            None => tops.push(index),
        }
    }
    drop(here);
    let mut items: Vec<Option<T>> = siblings.into_iter().map(Some).collect();
    let mut ordered = Vec::with_capacity(items.len());
    let mut ahead: Vec<usize> = tops.into_iter().rev().collect();
    while let Some(index) = ahead.pop() {
        ahead.extend(children[index].iter().rev());
        ordered.extend(items[index].take());
    }
    ordered
}

struct NodeRow {
    id: String,
    parent_id: Option<String>,
    collection_id: String,
    kind: String,
    name: String,
    method: Option<String>,
    auth_kind: Option<String>,
}

struct StoredRow {
    id: String,
    parent_id: Option<String>,
    collection_id: String,
    kind: String,
    name: String,
    method: Option<String>,
    auth_kind: Option<String>,
    definition: String,
    secrets: Option<Vec<u8>>,
}

impl TryFrom<NodeRow> for Node {
    type Error = StorageFailure;

    fn try_from(row: NodeRow) -> Result<Self, StorageFailure> {
        let kind = parse_kind(&row.kind).ok_or_else(|| unreadable(&row.id, "kind", &row.kind))?;
        let auth = match row.auth_kind {
            Some(name) => Some(AuthKind::parse(&name).ok_or_else(|| unreadable(&row.id, "auth", &name))?),
            None => None,
        };
        Ok(Node {
            id: Id::from_text(row.id),
            parent: row.parent_id.map(Id::from_text),
            collection: Id::from_text(row.collection_id),
            kind,
            name: row.name,
            method: row.method,
            auth,
        })
    }
}

impl TryFrom<StoredRow> for StoredNode {
    type Error = StorageFailure;

    fn try_from(row: StoredRow) -> Result<Self, StorageFailure> {
        let StoredRow { id, parent_id, collection_id, kind, name, method, auth_kind, definition, secrets } =
            row;
        let node = NodeRow { id, parent_id, collection_id, kind, name, method, auth_kind }.try_into()?;
        Ok(Self { node, content: Content { text: definition, secrets } })
    }
}

fn kind_name(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Collection => "collection",
        NodeKind::Folder => "folder",
        NodeKind::Request => "request",
    }
}

fn parse_kind(name: &str) -> Option<NodeKind> {
    [NodeKind::Collection, NodeKind::Folder, NodeKind::Request]
        .into_iter()
        .find(|kind| kind_name(*kind) == name)
}

fn unreadable(id: &str, column: &str, value: &str) -> StorageFailure {
    StorageFailure::Damaged { detail: format!("Node {id} has the {column} {value:?}, which is not known.") }
}

fn missing(id: &Id) -> StorageFailure {
    StorageFailure::Missing { what: "collection, folder or request", id: id.to_string() }
}
