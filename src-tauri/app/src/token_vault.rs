//! The engine's token store: token sets, sealed by the vault, in the database.

use std::sync::Arc;

use async_trait::async_trait;
use gatepass_oauth::ports::{Randomness, TokenStore, UnixMillis};
use gatepass_oauth::token_set::StoredTokens;
use gatepass_oauth::{Failure, TokenKey};
use gatepass_storage::Database;
use gatepass_storage::tables::token_sets::SealedTokens;

use crate::error::storage_failure;
use crate::vault::Door;

pub(crate) struct TokenVault {
    database: Database,
    door: Arc<Door>,
    randomness: Arc<dyn Randomness>,
}

impl TokenVault {
    pub(crate) fn new(database: Database, door: Arc<Door>, randomness: Arc<dyn Randomness>) -> Self {
        Self { database, door, randomness }
    }

    async fn unseal(&self, sealed: SealedTokens) -> Result<(TokenKey, StoredTokens), Failure> {
        let vault = self.door.open().await?;
        let plain = vault.open(&row(&sealed.key), &sealed.sealed)?;
        let mut stored = StoredTokens::from_vault(&plain)?;
        // The marker has a column of its own, so that writing it costs no encryption; the column counts.
        stored.refresh_started_at = sealed.refresh_started_at;
        Ok((sealed.key, stored))
    }
}

/// What a token set is bound to.
fn row(key: &TokenKey) -> String {
    format!("token_sets/{key}")
}

#[async_trait]
impl TokenStore for TokenVault {
    async fn load(&self, key: &TokenKey) -> Result<Option<StoredTokens>, Failure> {
        match self.database.token_sets().load(key).await.map_err(storage_failure)? {
            Some(sealed) => Ok(Some(self.unseal(sealed).await?.1)),
            None => Ok(None),
        }
    }

    async fn save(&self, key: &TokenKey, tokens: &StoredTokens) -> Result<(), Failure> {
        let vault = self.door.open().await?;
        let sealed = vault.seal(&row(key), &tokens.expose_for_vault(), &*self.randomness);
        self.database
            .token_sets()
            .save(SealedTokens {
                key: key.clone(),
                environment: tokens.origin.environment.clone(),
                obtained_at: tokens.tokens.obtained_at,
                refresh_started_at: tokens.refresh_started_at,
                sealed,
            })
            .await
            .map_err(storage_failure)
    }

    async fn delete(&self, key: &TokenKey) -> Result<bool, Failure> {
        self.database.token_sets().delete(key).await.map_err(storage_failure)
    }

    async fn list(&self) -> Result<Vec<(TokenKey, StoredTokens)>, Failure> {
        let sealed = self.database.token_sets().list().await.map_err(storage_failure)?;
        let mut all = Vec::with_capacity(sealed.len());
        for tokens in sealed {
            self.door.open().await?;
            let key = tokens.key.clone();
            // One that is damaged does not take the others with it.
            match self.unseal(tokens).await {
                Ok(readable) => all.push(readable),
                Err(failure) => tracing::warn!(%key, "a token set is left out of the list: {failure}"),
            }
        }
        Ok(all)
    }

    async fn mark_refresh(&self, key: &TokenKey, started_at: Option<UnixMillis>) -> Result<(), Failure> {
        self.database.token_sets().mark_refresh(key, started_at).await.map(|_| ()).map_err(storage_failure)
    }

    fn generation(&self) -> u64 {
        self.database.token_sets().generation()
    }
}
