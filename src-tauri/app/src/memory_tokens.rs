//! A token store for a run on a file alone: it needs no database and no keyring, and forgets when the run ends.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use gatepass_oauth::ports::{RefreshGuard, RefreshLock, TokenStore, UnixMillis};
use gatepass_oauth::token_set::StoredTokens;
use gatepass_oauth::{Failure, TokenKey};

#[derive(Default)]
pub(crate) struct MemoryTokens {
    tokens: Mutex<HashMap<TokenKey, StoredTokens>>,
    generation: AtomicU64,
}

impl MemoryTokens {
    fn change<T>(&self, change: impl FnOnce(&mut HashMap<TokenKey, StoredTokens>) -> T) -> T {
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        let result = change(&mut tokens);
        self.generation.fetch_add(1, Ordering::Release);
        result
    }

    fn read<T>(&self, read: impl FnOnce(&HashMap<TokenKey, StoredTokens>) -> T) -> T {
        read(&self.tokens.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl TokenStore for MemoryTokens {
    async fn load(&self, key: &TokenKey) -> Result<Option<StoredTokens>, Failure> {
        Ok(self.read(|tokens| tokens.get(key).cloned()))
    }

    async fn save(&self, key: &TokenKey, stored: &StoredTokens) -> Result<(), Failure> {
        self.change(|tokens| tokens.insert(key.clone(), stored.clone()));
        Ok(())
    }

    async fn delete(&self, key: &TokenKey) -> Result<bool, Failure> {
        Ok(self.change(|tokens| tokens.remove(key).is_some()))
    }

    async fn list(&self) -> Result<Vec<(TokenKey, StoredTokens)>, Failure> {
        let mut all: Vec<_> =
            self.read(|tokens| tokens.iter().map(|(key, stored)| (key.clone(), stored.clone())).collect());
        all.sort_by_key(|(_, stored): &(TokenKey, StoredTokens)| stored.tokens.obtained_at);
        Ok(all)
    }

    async fn mark_refresh(&self, key: &TokenKey, started_at: Option<UnixMillis>) -> Result<(), Failure> {
        self.change(|tokens| {
            if let Some(stored) = tokens.get_mut(key) {
                stored.refresh_started_at = started_at;
            }
        });
        Ok(())
    }

    fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }
}

/// No other process can want what only this one knows.
pub(crate) struct NoOtherProcess;

struct Unlocked;
impl RefreshGuard for Unlocked {}

#[async_trait]
impl RefreshLock for NoOtherProcess {
    async fn acquire(&self, _key: &TokenKey, _patience: Duration) -> Result<Box<dyn RefreshGuard>, Failure> {
        Ok(Box::new(Unlocked))
    }
}
