//! Ciphertext as a whole: whether there is any, and putting all of it aside when nobody has its key any more.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;

use crate::database::{Database, Inner};
use crate::failure::StorageFailure;
use crate::lock::owner_only;
use crate::open::{sync_directory, unused_name, with_suffix};

impl Database {
    /// Whether anything is stored that needs the vault's key.
    pub async fn holds_ciphertext(&self) -> Result<bool, StorageFailure> {
        Ok(sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM nodes WHERE secrets IS NOT NULL)
                 OR EXISTS (SELECT 1 FROM environments WHERE secrets IS NOT NULL)
                 OR EXISTS (SELECT 1 FROM workspace_settings WHERE secrets IS NOT NULL)
                 OR EXISTS (SELECT 1 FROM token_sets)
                 OR EXISTS (SELECT 1 FROM cookies)",
        )
        .fetch_one(&self.inner.readers)
        .await?)
    }

    /// Copies the whole database to a file beside it, then takes every ciphertext out of this one and sets `setting`,
    /// in one step. Everything that was never sealed stays; what was is in the copy, for the day the key turns up.
    /// Returns where the copy is. Once begun it runs to its end, whoever still waits.
    ///
    /// # Errors
    /// Nothing was taken out then; a copy that was finished stays.
    pub async fn set_ciphertext_aside(&self, setting: (&str, &Value)) -> Result<PathBuf, StorageFailure> {
        let inner = Arc::clone(&self.inner);
        let (key, value) = (setting.0.to_owned(), setting.1.to_string());
        let task = tokio::spawn(async move {
            let announced = inner.generation.announce(inner.patience).await?;
            let outcome = set_aside(&inner, &key, &value).await;
            announced.conclude();
            outcome
        });
        task.await.unwrap_or(Err(StorageFailure::Closed))
    }
}

async fn set_aside(inner: &Inner, key: &str, value: &str) -> Result<PathBuf, StorageFailure> {
    // From here on nobody writes, so that the copy holds the last of what is taken out.
    let mut transaction = inner.begin().await?;
    let copy = copy(inner).await?;
    for table in ["nodes", "environments", "workspace_settings"] {
        let sql = format!("UPDATE {table} SET secrets = NULL WHERE secrets IS NOT NULL");
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut *transaction).await?;
    }
    for table in ["token_sets", "cookies"] {
        let sql = format!("DELETE FROM {table}");
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut *transaction).await?;
    }
    sqlx::query(
        "INSERT INTO settings (key, value, updated_at)
         VALUES (?1, ?2, CAST(unixepoch('subsec') * 1000 AS INTEGER))
         ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at",
    )
    .bind(key)
    .bind(value)
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(copy)
}

async fn copy(inner: &Inner) -> Result<PathBuf, StorageFailure> {
    let copy = unused_name(&inner.directory, "gatepass.key-lost", "db");
    let unfinished = with_suffix(&copy, ".unfinished");
    // VACUUM INTO fills an empty file that exists, and so keeps its mode.
    owner_only().write(true).create(true).truncate(true).open(&unfinished)?;
    let copied = sqlx::query("VACUUM INTO ?1")
        .bind(unfinished.to_string_lossy().into_owned())
        .execute(&inner.readers)
        .await;
    if let Err(error) = copied {
        let _ = fs::remove_file(&unfinished);
        return Err(error.into());
    }
    fs::File::open(&unfinished)?.sync_all()?;
    fs::rename(&unfinished, &copy)?;
    sync_directory(&inner.directory)?;
    Ok(copy)
}
