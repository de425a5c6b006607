//! Deleting with the way back: a branch goes into the trash, and out of it whole, to where it was.

use gatepass_core::workspace::{Id, NodeKind};
use gatepass_oauth::ports::UnixMillis;

use super::{DEEPEST, Nodes, missing, parse_kind, unreadable};
use crate::failure::StorageFailure;

/// The top of a branch in the trash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrashedNode {
    pub id: Id,
    pub kind: NodeKind,
    pub name: String,
    pub trashed_at: UnixMillis,
}

impl Nodes<'_> {
    /// Puts a node, with everything below it, into the trash. Returns how many nodes went.
    pub async fn trash(&self, id: &Id, now: UnixMillis) -> Result<u64, StorageFailure> {
        let text = id.as_str();
        let mut transaction = self.inner.begin().await?;
        let outcome = sqlx::query!(
            "WITH RECURSIVE branch (id, depth) AS (
                 SELECT id, 0 FROM nodes WHERE id = ?1 AND trashed_at IS NULL
                 UNION ALL
                 SELECT nodes.id, depth + 1 FROM nodes
                 JOIN branch ON nodes.parent_id = branch.id WHERE trashed_at IS NULL AND depth < ?3)
             UPDATE nodes SET trashed_at = ?2, trash_root = ?1 WHERE id IN (SELECT id FROM branch)",
            text,
            now,
            DEEPEST
        )
        .execute(&mut *transaction)
        .await?;
        if outcome.rows_affected() == 0 {
            return Err(missing(id));
        }
        transaction.commit().await?;
        Ok(outcome.rows_affected())
    }

    /// Takes what went into the trash with this node out of it again.
    ///
    /// # Errors
    /// [`StorageFailure::Misplaced`] if what it stood in is in the trash itself.
    pub async fn restore(&self, id: &Id) -> Result<u64, StorageFailure> {
        let text = id.as_str();
        let mut transaction = self.inner.begin().await?;
        let parent_in_trash = sqlx::query_scalar!(
            r#"SELECT EXISTS (
                   SELECT 1 FROM nodes JOIN nodes AS parent ON parent.id = nodes.parent_id
                   WHERE nodes.id = ?1 AND parent.trashed_at IS NOT NULL) AS "is!: bool""#,
            text
        )
        .fetch_one(&mut *transaction)
        .await?;
        if parent_in_trash {
            return Err(StorageFailure::Misplaced {
                detail: "What it stood in is in the trash too; restore that first.".into(),
            });
        }
        let outcome =
            sqlx::query!("UPDATE nodes SET trashed_at = NULL, trash_root = NULL WHERE trash_root = ?1", text)
                .execute(&mut *transaction)
                .await?;
        if outcome.rows_affected() == 0 {
            return Err(missing(id));
        }
        transaction.commit().await?;
        Ok(outcome.rows_affected())
    }

    /// What was put into the trash of a workspace, newest first.
    pub async fn list_trash(&self, workspace: &Id) -> Result<Vec<TrashedNode>, StorageFailure> {
        let workspace = workspace.as_str();
        let rows = sqlx::query!(
            r#"SELECT id, kind, name, trashed_at AS "trashed_at!" FROM nodes
               WHERE workspace_id = ?1 AND trash_root = id ORDER BY trashed_at DESC, id"#,
            workspace
        )
        .fetch_all(&self.inner.readers)
        .await?;
        rows.into_iter()
            .map(|row| {
                let kind = parse_kind(&row.kind).ok_or_else(|| unreadable(&row.id, "kind", &row.kind))?;
                let id = Id::from_text(row.id);
                Ok(TrashedNode { id, kind, name: row.name, trashed_at: row.trashed_at })
            })
            .collect()
    }

    /// Deletes for good what was put into the trash before `before`. Returns how many nodes went.
    pub async fn purge_trash(&self, before: UnixMillis) -> Result<u64, StorageFailure> {
        let mut transaction = self.inner.begin().await?;
        let outcome = sqlx::query!("DELETE FROM nodes WHERE trashed_at < ?1", before)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(outcome.rows_affected())
    }
}
