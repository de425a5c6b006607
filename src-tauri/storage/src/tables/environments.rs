//! `environments`: named sets of variables, and the globals of each workspace.

use gatepass_core::workspace::Id;
use gatepass_oauth::ports::UnixMillis;

use super::{Content, GAP};
use crate::database::Inner;
use crate::failure::StorageFailure;

/// An environment as stored: its variables are the content's text, their secret values its secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredEnvironment {
    pub id: Id,
    pub name: String,
    pub colour: Option<String>,
    pub variables: Content,
}

/// The table of environments.
pub struct Environments<'a> {
    inner: &'a Inner,
}

impl<'a> Environments<'a> {
    pub(crate) fn new(inner: &'a Inner) -> Self {
        Self { inner }
    }

    /// The environments of a workspace in their order, without the globals and without those in the trash.
    pub async fn list(&self, workspace: &Id) -> Result<Vec<StoredEnvironment>, StorageFailure> {
        let workspace = workspace.as_str();
        let rows = sqlx::query_as!(
            Row,
            "SELECT id, name, colour, variables, secrets FROM environments
             WHERE workspace_id = ?1 AND kind = 'environment' AND trashed_at IS NULL ORDER BY position, id",
            workspace
        )
        .fetch_all(&self.inner.readers)
        .await?;
        Ok(rows.into_iter().map(StoredEnvironment::from).collect())
    }

    /// One environment (or globals) by its id.
    pub async fn load(&self, id: &Id) -> Result<Option<StoredEnvironment>, StorageFailure> {
        let id = id.as_str();
        let row = sqlx::query_as!(
            Row,
            "SELECT id, name, colour, variables, secrets FROM environments
             WHERE id = ?1 AND trashed_at IS NULL",
            id
        )
        .fetch_optional(&self.inner.readers)
        .await?;
        Ok(row.map(StoredEnvironment::from))
    }

    /// The globals of a workspace, if any were saved.
    pub async fn globals(&self, workspace: &Id) -> Result<Option<StoredEnvironment>, StorageFailure> {
        let workspace = workspace.as_str();
        let row = sqlx::query_as!(
            Row,
            "SELECT id, name, colour, variables, secrets FROM environments
             WHERE workspace_id = ?1 AND kind = 'globals'",
            workspace
        )
        .fetch_optional(&self.inner.readers)
        .await?;
        Ok(row.map(StoredEnvironment::from))
    }

    /// Adds an environment behind the others, or replaces the one with its id where it stands.
    pub async fn save(&self, workspace: &Id, environment: &StoredEnvironment) -> Result<(), StorageFailure> {
        self.upsert(workspace, environment, "environment").await
    }

    /// Saves the globals of a workspace. Their id is chosen with the first save and stays.
    pub async fn save_globals(
        &self,
        workspace: &Id,
        globals: &StoredEnvironment,
    ) -> Result<(), StorageFailure> {
        self.upsert(workspace, globals, "globals").await
    }

    async fn upsert(
        &self,
        workspace: &Id,
        environment: &StoredEnvironment,
        kind: &str,
    ) -> Result<(), StorageFailure> {
        let (id, workspace) = (environment.id.as_str(), workspace.as_str());
        let Content { text, secrets } = &environment.variables;
        let mut transaction = self.inner.begin().await?;
        let outcome = sqlx::query!(
            "INSERT INTO environments
                 (id, workspace_id, kind, name, colour, variables, secrets, position, updated_at)
             SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, coalesce(max(position), 0) + ?8,
                    CAST(unixepoch('subsec') * 1000 AS INTEGER)
             FROM environments WHERE workspace_id = ?2
             ON CONFLICT (id) DO UPDATE SET
                 name = excluded.name, colour = excluded.colour, variables = excluded.variables,
                 secrets = excluded.secrets, updated_at = excluded.updated_at
             WHERE workspace_id = excluded.workspace_id AND kind = excluded.kind AND trashed_at IS NULL",
            id,
            workspace,
            kind,
            environment.name,
            environment.colour,
            text,
            secrets,
            GAP
        )
        .execute(&mut *transaction)
        .await?;
        if outcome.rows_affected() == 0 {
            return Err(missing(&environment.id));
        }
        Ok(transaction.commit().await?)
    }

    /// Puts the environments of a workspace into this order; those not named stand behind them as they were.
    pub async fn reorder(&self, workspace: &Id, order: &[Id]) -> Result<(), StorageFailure> {
        let mut transaction = self.inner.begin().await?;
        let workspace = workspace.as_str();
        let behind = GAP * (order.len() as i64 + 1);
        sqlx::query!(
            "UPDATE environments SET position = position + ?2 WHERE workspace_id = ?1",
            workspace,
            behind
        )
        .execute(&mut *transaction)
        .await?;
        for (place, id) in (1i64..).zip(order) {
            let (id, position) = (id.as_str(), place * GAP);
            sqlx::query!(
                "UPDATE environments SET position = ?3 WHERE id = ?1 AND workspace_id = ?2",
                id,
                workspace,
                position
            )
            .execute(&mut *transaction)
            .await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Puts an environment into the trash.
    pub async fn trash(&self, id: &Id, now: UnixMillis) -> Result<(), StorageFailure> {
        self.set_trashed(id, Some(now)).await
    }

    /// Takes it out of the trash again.
    pub async fn restore(&self, id: &Id) -> Result<(), StorageFailure> {
        self.set_trashed(id, None).await
    }

    async fn set_trashed(&self, id: &Id, at: Option<UnixMillis>) -> Result<(), StorageFailure> {
        let text = id.as_str();
        let mut transaction = self.inner.begin().await?;
        let outcome = sqlx::query!(
            "UPDATE environments SET trashed_at = ?2
             WHERE id = ?1 AND kind = 'environment' AND (trashed_at IS NULL) <> (?2 IS NULL)",
            text,
            at
        )
        .execute(&mut *transaction)
        .await?;
        if outcome.rows_affected() == 0 {
            return Err(missing(id));
        }
        Ok(transaction.commit().await?)
    }

    /// Deletes for good what was put into the trash before `before`. Returns how many.
    pub async fn purge_trash(&self, before: UnixMillis) -> Result<u64, StorageFailure> {
        let mut transaction = self.inner.begin().await?;
        let outcome = sqlx::query!("DELETE FROM environments WHERE trashed_at < ?1", before)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(outcome.rows_affected())
    }
}

struct Row {
    id: String,
    name: String,
    colour: Option<String>,
    variables: String,
    secrets: Option<Vec<u8>>,
}

impl From<Row> for StoredEnvironment {
    fn from(row: Row) -> Self {
        Self {
            id: Id::from_text(row.id),
            name: row.name,
            colour: row.colour,
            variables: Content { text: row.variables, secrets: row.secrets },
        }
    }
}

fn missing(id: &Id) -> StorageFailure {
    StorageFailure::Missing { what: "environment", id: id.to_string() }
}
