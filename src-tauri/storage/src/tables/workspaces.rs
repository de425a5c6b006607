//! `workspaces`: each holds collections, environments and history of its own.

use gatepass_core::workspace::Id;

use super::GAP;
use crate::database::Inner;
use crate::failure::StorageFailure;

/// A workspace as listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workspace {
    pub id: Id,
    pub name: String,
}

/// The table of workspaces.
pub struct Workspaces<'a> {
    inner: &'a Inner,
}

impl<'a> Workspaces<'a> {
    pub(crate) fn new(inner: &'a Inner) -> Self {
        Self { inner }
    }

    /// All of them, in their order.
    pub async fn list(&self) -> Result<Vec<Workspace>, StorageFailure> {
        let rows = sqlx::query!("SELECT id, name FROM workspaces ORDER BY position, id")
            .fetch_all(&self.inner.readers)
            .await?;
        Ok(rows.into_iter().map(|row| Workspace { id: Id::from_text(row.id), name: row.name }).collect())
    }

    /// The first workspace; if there is none, one named `name` is made. Several processes that start at once agree
    /// on the same one.
    pub async fn first_or_insert(&self, name: &str) -> Result<Workspace, StorageFailure> {
        if let Some(first) = self.list().await?.into_iter().next() {
            return Ok(first);
        }
        let mut transaction = self.inner.begin().await?;
        let id = Id::generate();
        let new = id.as_str();
        sqlx::query!(
            "INSERT INTO workspaces (id, name, position, updated_at)
             SELECT ?1, ?2, 0, CAST(unixepoch('subsec') * 1000 AS INTEGER)
             WHERE NOT EXISTS (SELECT 1 FROM workspaces)",
            new,
            name
        )
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        self.list().await?.into_iter().next().ok_or_else(|| missing(&id))
    }

    /// The workspace with that id, else the first of that name, else a new one of that name at the end.
    pub async fn named_or_insert(&self, wanted: &str) -> Result<Workspace, StorageFailure> {
        let all = self.list().await?;
        let by_id = all.iter().find(|workspace| workspace.id.as_str() == wanted);
        if let Some(found) = by_id.or_else(|| all.iter().find(|workspace| workspace.name == wanted)) {
            return Ok(found.clone());
        }
        let workspace = Workspace { id: Id::generate(), name: wanted.to_owned() };
        self.insert(&workspace).await?;
        Ok(workspace)
    }

    /// Adds one at the end.
    pub async fn insert(&self, workspace: &Workspace) -> Result<(), StorageFailure> {
        let (id, name) = (workspace.id.as_str(), &workspace.name);
        let mut transaction = self.inner.begin().await?;
        sqlx::query!(
            "INSERT INTO workspaces (id, name, position, updated_at)
             SELECT ?1, ?2, coalesce(max(position), 0) + ?3, CAST(unixepoch('subsec') * 1000 AS INTEGER)
             FROM workspaces",
            id,
            name,
            GAP
        )
        .execute(&mut *transaction)
        .await?;
        Ok(transaction.commit().await?)
    }

    /// Gives it another name.
    pub async fn rename(&self, id: &Id, name: &str) -> Result<(), StorageFailure> {
        let text = id.as_str();
        let mut transaction = self.inner.begin().await?;
        let outcome = sqlx::query!(
            "UPDATE workspaces SET name = ?2, updated_at = CAST(unixepoch('subsec') * 1000 AS INTEGER)
             WHERE id = ?1",
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

    /// Removes it for good, with everything in it. Token sets are not in it and stay.
    pub async fn delete(&self, id: &Id) -> Result<(), StorageFailure> {
        let text = id.as_str();
        let mut transaction = self.inner.begin().await?;
        let outcome =
            sqlx::query!("DELETE FROM workspaces WHERE id = ?1", text).execute(&mut *transaction).await?;
        if outcome.rows_affected() == 0 {
            return Err(missing(id));
        }
        Ok(transaction.commit().await?)
    }
}

fn missing(id: &Id) -> StorageFailure {
    StorageFailure::Missing { what: "workspace", id: id.to_string() }
}
