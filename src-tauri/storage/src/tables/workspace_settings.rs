//! `workspace_settings`: how the requests of a workspace are sent.

use gatepass_core::workspace::Id;

use super::Content;
use crate::database::Inner;
use crate::failure::StorageFailure;

/// The table of workspace settings.
pub struct WorkspaceSettingsTable<'a> {
    inner: &'a Inner,
}

impl<'a> WorkspaceSettingsTable<'a> {
    pub(crate) fn new(inner: &'a Inner) -> Self {
        Self { inner }
    }

    /// What was saved for a workspace, if anything was.
    pub async fn load(&self, workspace: &Id) -> Result<Option<Content>, StorageFailure> {
        let workspace = workspace.as_str();
        let row = sqlx::query!(
            "SELECT settings, secrets FROM workspace_settings WHERE workspace_id = ?1",
            workspace
        )
        .fetch_optional(&self.inner.readers)
        .await?;
        Ok(row.map(|row| Content { text: row.settings, secrets: row.secrets }))
    }

    /// Saves them whole, in the place of those before.
    pub async fn save(&self, workspace: &Id, content: &Content) -> Result<(), StorageFailure> {
        let workspace = workspace.as_str();
        let mut transaction = self.inner.begin().await?;
        sqlx::query!(
            "INSERT INTO workspace_settings (workspace_id, settings, secrets, updated_at)
             VALUES (?1, ?2, ?3, CAST(unixepoch('subsec') * 1000 AS INTEGER))
             ON CONFLICT (workspace_id) DO UPDATE SET
                 settings = excluded.settings, secrets = excluded.secrets, updated_at = excluded.updated_at",
            workspace,
            content.text,
            content.secrets
        )
        .execute(&mut *transaction)
        .await?;
        Ok(transaction.commit().await?)
    }
}
