//! Putting nodes in: one, or a whole tree at once.

use std::collections::HashMap;

use gatepass_core::workspace::{AuthKind, Id};
use sqlx::QueryBuilder;

use super::place::Spot;
use super::{Nodes, Place, StoredNode, kind_name, missing};
use crate::failure::StorageFailure;
use crate::tables::GAP;

/// Rows that one statement inserts. SQLite allows 32,766 parameters; beyond a few hundred rows nothing is gained.
const ROWS: usize = 250;

impl Nodes<'_> {
    /// Inserts a branch at a place of a workspace: its top first, every other node behind its parent, siblings in
    /// their order. All of it or nothing. The top's parent, and the collection of all, are set by the place whatever
    /// they say.
    ///
    /// # Errors
    /// [`StorageFailure::Misplaced`] if the top's kind cannot stand there or a node comes before its parent.
    pub async fn insert(
        &self,
        workspace: &Id,
        place: &Place,
        branch: &[StoredNode],
    ) -> Result<(), StorageFailure> {
        let Some((top, below)) = branch.split_first() else {
            return Ok(());
        };
        let mut transaction = self.inner.begin().await?;
        let spot = Spot::find(&mut transaction, workspace.as_str(), place).await?;
        spot.admit(kind_name(top.node.kind))?;
        let collection = spot.collection.as_deref().unwrap_or(top.node.id.as_str());
        let mut rows = Vec::with_capacity(branch.len());
        rows.push(Row { stored: top, parent: spot.parent.as_deref(), position: spot.position });
        // How many children each node has so far.
        let mut children: HashMap<&Id, i64> = HashMap::from([(&top.node.id, 0)]);
        for stored in below {
            let parent = stored.node.parent.as_ref();
            let Some((parent, count)) = parent.and_then(|id| Some((id, children.get_mut(id)?))) else {
                return Err(StorageFailure::Misplaced {
                    detail: format!("{} comes before its parent.", stored.node.id),
                });
            };
            *count += 1;
            rows.push(Row { stored, parent: Some(parent.as_str()), position: *count * GAP });
            children.insert(&stored.node.id, 0);
        }
        for rows in rows.chunks(ROWS) {
            let mut sql = QueryBuilder::new(
                "INSERT INTO nodes (id, workspace_id, parent_id, collection_id, position, kind, name, method,
                                    auth_kind, updated_at, definition, secrets) ",
            );
            sql.push_values(rows, |mut values, row| {
                let StoredNode { node, content } = row.stored;
                values
                    .push_bind(node.id.as_str())
                    .push_bind(workspace.as_str())
                    .push_bind(row.parent)
                    .push_bind(collection)
                    .push_bind(row.position)
                    .push_bind(kind_name(node.kind))
                    .push_bind(node.name.as_str())
                    .push_bind(node.method.as_deref())
                    .push_bind(node.auth.map(AuthKind::as_str))
                    .push("CAST(unixepoch('subsec') * 1000 AS INTEGER)")
                    .push_bind(content.text.as_str())
                    .push_bind(content.secrets.as_deref());
            });
            sql.build().execute(&mut *transaction).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Inserts a copy of a node, with everything below it, directly behind it, under the name `name`. Secrets are
    /// bound to their row, so `reseal` turns those of one node (its id, the copy's id, the ciphertext) into the
    /// copy's. Returns the id of the copy.
    ///
    /// # Errors
    /// Those of `reseal`, and [`StorageFailure::Missing`] as `E`.
    pub async fn duplicate<E: From<StorageFailure>>(
        &self,
        workspace: &Id,
        id: &Id,
        name: &str,
        mut reseal: impl FnMut(&Id, &Id, &[u8]) -> Result<Vec<u8>, E> + Send,
    ) -> Result<Id, E> {
        let mut copy = self.branch(id).await?;
        let ids: HashMap<Id, Id> =
            copy.iter().map(|stored| (stored.node.id.clone(), Id::generate())).collect();
        for stored in &mut copy {
            let new = ids[&stored.node.id].clone();
            if let Some(secrets) = &mut stored.content.secrets {
                *secrets = reseal(&stored.node.id, &new, secrets)?;
            }
            stored.node.parent = stored.node.parent.take().and_then(|parent| ids.get(&parent).cloned());
            stored.node.id = new;
        }
        let top = copy.first_mut().ok_or_else(|| missing(id))?;
        top.node.name = name.to_owned();
        let new = top.node.id.clone();
        self.insert(workspace, &Place::After(id.clone()), &copy).await?;
        Ok(new)
    }
}

struct Row<'a> {
    stored: &'a StoredNode,
    parent: Option<&'a str>,
    position: i64,
}
