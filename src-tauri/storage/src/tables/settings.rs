//! `settings`: what the person chose, one JSON value a key.

use serde_json::Value;

use crate::database::Inner;
use crate::failure::StorageFailure;

/// The table of settings.
pub struct Settings<'a> {
    inner: &'a Inner,
}

impl<'a> Settings<'a> {
    pub(crate) fn new(inner: &'a Inner) -> Self {
        Self { inner }
    }

    /// The value under `key`, if one was set.
    pub async fn load(&self, key: &str) -> Result<Option<Value>, StorageFailure> {
        let text = sqlx::query_scalar!("SELECT value FROM settings WHERE key = ?1", key)
            .fetch_optional(&self.inner.readers)
            .await?;
        text.map(|text| parse(key, &text)).transpose()
    }

    /// Every key that begins with `prefix` (all, if it is empty), with its value, by key.
    pub async fn list(&self, prefix: &str) -> Result<Vec<(String, Value)>, StorageFailure> {
        let rows = sqlx::query!(
            "SELECT key, value FROM settings WHERE substr(key, 1, length(?1)) = ?1 ORDER BY key",
            prefix
        )
        .fetch_all(&self.inner.readers)
        .await?;
        rows.into_iter().map(|row| parse(&row.key, &row.value).map(|value| (row.key, value))).collect()
    }

    /// Sets a value, replacing the one before.
    pub async fn save(&self, key: &str, value: &Value) -> Result<(), StorageFailure> {
        self.save_all([(key, value)]).await
    }

    /// Sets several values together: all or none.
    pub async fn save_all<'v>(
        &self,
        values: impl IntoIterator<Item = (&'v str, &'v Value)> + Send,
    ) -> Result<(), StorageFailure> {
        let values: Vec<(&str, String)> =
            values.into_iter().map(|(key, value)| (key, value.to_string())).collect();
        let mut transaction = self.inner.begin().await?;
        for (key, text) in values {
            sqlx::query!(
                "INSERT INTO settings (key, value, updated_at)
                 VALUES (?1, ?2, CAST(unixepoch('subsec') * 1000 AS INTEGER))
                 ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at",
                key,
                text
            )
            .execute(&mut *transaction)
            .await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Changes a value in one step that no other writer can come between: `change` gets what is there (`None` if
    /// nothing) and returns what is to be there.
    pub async fn update(
        &self,
        key: &str,
        change: impl FnOnce(Option<Value>) -> Value + Send,
    ) -> Result<(), StorageFailure> {
        let mut transaction = self.inner.begin().await?;
        let before = sqlx::query_scalar!("SELECT value FROM settings WHERE key = ?1", key)
            .fetch_optional(&mut *transaction)
            .await?;
        let after = change(before.map(|text| parse(key, &text)).transpose()?).to_string();
        sqlx::query!(
            "INSERT INTO settings (key, value, updated_at)
             VALUES (?1, ?2, CAST(unixepoch('subsec') * 1000 AS INTEGER))
             ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at",
            key,
            after
        )
        .execute(&mut *transaction)
        .await?;
        Ok(transaction.commit().await?)
    }

    /// Forgets a value. Says whether there was one.
    pub async fn delete(&self, key: &str) -> Result<bool, StorageFailure> {
        let mut transaction = self.inner.begin().await?;
        let outcome =
            sqlx::query!("DELETE FROM settings WHERE key = ?1", key).execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(outcome.rows_affected() > 0)
    }
}

fn parse(key: &str, text: &str) -> Result<Value, StorageFailure> {
    serde_json::from_str(text).map_err(|error| StorageFailure::Damaged {
        detail: format!("The setting {key} is not JSON: {error}."),
    })
}
