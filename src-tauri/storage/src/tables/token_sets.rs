//! `token_sets`: sealed token sets under their keys, and the marker of a refresh under way.
//!
//! Every change goes with a change of [`TokenSets::generation`], and once begun runs to its end even if nobody waits
//! for it any more: a caller that is dropped in the middle of a commit must not leave readers with what was there
//! before.

use std::sync::Arc;

use gatepass_oauth::ports::UnixMillis;
use gatepass_oauth::token_key::TokenKey;

use crate::database::Inner;
use crate::failure::StorageFailure;

/// A token set as stored.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedTokens {
    pub key: TokenKey,
    /// The id of the environment it belongs to; empty for none. It is part of the key already; here it can be listed.
    pub environment: String,
    /// When it was obtained: the order of lists.
    pub obtained_at: UnixMillis,
    /// Set while a refresh request is under way, and left behind by a process that died in between. The column
    /// counts, not what the sealed bytes may say of it.
    pub refresh_started_at: Option<UnixMillis>,
    /// The token set, encrypted and bound to the key by the caller.
    pub sealed: Vec<u8>,
}

/// The table of token sets.
pub struct TokenSets<'a> {
    inner: &'a Arc<Inner>,
}

impl<'a> TokenSets<'a> {
    pub(crate) fn new(inner: &'a Arc<Inner>) -> Self {
        Self { inner }
    }

    /// A number that changes whenever any process changed any token set. Taken before a load, it tells for as long
    /// as it stays the same that what was loaded is still current. Costs one system call, no query.
    pub fn generation(&self) -> u64 {
        self.inner.generation.current()
    }

    /// The token set under `key`, as last committed by any process.
    pub async fn load(&self, key: &TokenKey) -> Result<Option<SealedTokens>, StorageFailure> {
        let text = key.as_str();
        let row = sqlx::query_as!(
            Row,
            "SELECT key, environment, obtained_at, refresh_started_at, sealed FROM token_sets WHERE key = ?1",
            text
        )
        .fetch_optional(&self.inner.readers)
        .await?;
        row.map(SealedTokens::try_from).transpose()
    }

    /// All token sets in the order in which they were obtained.
    pub async fn list(&self) -> Result<Vec<SealedTokens>, StorageFailure> {
        let rows = sqlx::query_as!(
            Row,
            "SELECT key, environment, obtained_at, refresh_started_at, sealed FROM token_sets
             ORDER BY obtained_at, rowid"
        )
        .fetch_all(&self.inner.readers)
        .await?;
        rows.into_iter().map(SealedTokens::try_from).collect()
    }

    /// Stores a token set whole, replacing what was under its key. On return it is on disk.
    pub async fn save(&self, tokens: SealedTokens) -> Result<(), StorageFailure> {
        self.commit(Change::Save(tokens)).await.map(|_| ())
    }

    /// Removes the token set under `key`. Says whether there was one.
    pub async fn delete(&self, key: &TokenKey) -> Result<bool, StorageFailure> {
        self.commit(Change::Delete(key.clone())).await
    }

    /// Writes down that a refresh request is about to leave (or, with `None`, that its end is known). Says whether
    /// there is a token set under `key`.
    pub async fn mark_refresh(
        &self,
        key: &TokenKey,
        started_at: Option<UnixMillis>,
    ) -> Result<bool, StorageFailure> {
        self.commit(Change::Mark(key.clone(), started_at)).await
    }

    async fn commit(&self, change: Change) -> Result<bool, StorageFailure> {
        let inner = Arc::clone(self.inner);
        let task = tokio::spawn(async move {
            let announced = inner.generation.announce(inner.patience).await?;
            let outcome = write(&inner, &change).await;
            announced.conclude();
            outcome
        });
        // A task is lost only with the runtime, or by a bug in it.
        task.await.unwrap_or(Err(StorageFailure::Closed))
    }
}

enum Change {
    Save(SealedTokens),
    Delete(TokenKey),
    Mark(TokenKey, Option<UnixMillis>),
}

/// Applies a change and commits it. Says whether a row was touched.
async fn write(inner: &Inner, change: &Change) -> Result<bool, StorageFailure> {
    let mut transaction = inner.begin().await?;
    let outcome = match change {
        Change::Save(tokens) => {
            let key = tokens.key.as_str();
            sqlx::query!(
                "INSERT INTO token_sets (key, environment, obtained_at, refresh_started_at, sealed)
                 VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (key) DO UPDATE SET
                     environment = excluded.environment, obtained_at = excluded.obtained_at,
                     refresh_started_at = excluded.refresh_started_at, sealed = excluded.sealed",
                key,
                tokens.environment,
                tokens.obtained_at,
                tokens.refresh_started_at,
                tokens.sealed
            )
            .execute(&mut *transaction)
            .await?
        }
        Change::Delete(key) => {
            let key = key.as_str();
            sqlx::query!("DELETE FROM token_sets WHERE key = ?1", key).execute(&mut *transaction).await?
        }
        Change::Mark(key, started_at) => {
            let key = key.as_str();
            sqlx::query!("UPDATE token_sets SET refresh_started_at = ?2 WHERE key = ?1", key, started_at)
                .execute(&mut *transaction)
                .await?
        }
    };
    transaction.commit().await?;
    Ok(outcome.rows_affected() > 0)
}

struct Row {
    key: String,
    environment: String,
    obtained_at: i64,
    refresh_started_at: Option<i64>,
    sealed: Vec<u8>,
}

impl TryFrom<Row> for SealedTokens {
    type Error = StorageFailure;

    fn try_from(row: Row) -> Result<Self, StorageFailure> {
        let key = TokenKey::parse(&row.key).ok_or_else(|| StorageFailure::Damaged {
            detail: format!("A token set is stored under {:?}, which is no token key.", row.key),
        })?;
        Ok(Self {
            key,
            environment: row.environment,
            obtained_at: row.obtained_at,
            refresh_started_at: row.refresh_started_at,
            sealed: row.sealed,
        })
    }
}
