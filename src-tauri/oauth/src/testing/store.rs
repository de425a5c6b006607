//! A token store and a refresh lock in memory, that write down what is done with them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::lock::{Mutex as AsyncMutex, OwnedMutexGuard};

use crate::failure::{Code, Failure};
use crate::ports::{RefreshGuard, RefreshLock, TokenStore, UnixMillis};
use crate::token_key::TokenKey;
use crate::token_set::StoredTokens;

/// What happened, in order.
#[derive(Clone, Default)]
pub struct Journal(Arc<Mutex<Vec<String>>>);

impl Journal {
    /// Writes one line.
    pub fn note(&self, line: impl Into<String>) {
        self.lines_mut().push(line.into());
    }

    /// All lines so far.
    pub fn lines(&self) -> Vec<String> {
        self.lines_mut().clone()
    }

    /// Begins anew.
    pub fn clear(&self) {
        self.lines_mut().clear();
    }

    fn lines_mut(&self) -> MutexGuard<'_, Vec<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A token store in memory.
pub struct MemoryStore {
    tokens: Mutex<Vec<(TokenKey, StoredTokens)>>,
    generation: AtomicU64,
    broken: AtomicU64,
    journal: Journal,
}

impl MemoryStore {
    /// An empty store.
    pub fn new(journal: Journal) -> Self {
        Self { tokens: Mutex::default(), generation: AtomicU64::new(1), broken: AtomicU64::new(0), journal }
    }

    /// The next `times` writes fail, as on a full disk.
    pub fn fail_writes(&self, times: u64) {
        self.broken.store(times, Ordering::SeqCst);
    }

    /// What is stored, without a line in the journal.
    pub fn peek(&self, key: &TokenKey) -> Option<StoredTokens> {
        self.tokens().iter().find(|(stored, _)| stored == key).map(|(_, tokens)| tokens.clone())
    }

    /// Changes what is stored, as another process would.
    pub fn put(&self, key: &TokenKey, tokens: StoredTokens) {
        let mut all = self.tokens();
        match all.iter_mut().find(|(stored, _)| stored == key) {
            Some((_, slot)) => *slot = tokens,
            None => all.push((key.clone(), tokens)),
        }
        self.generation.fetch_add(1, Ordering::SeqCst);
    }

    fn tokens(&self) -> MutexGuard<'_, Vec<(TokenKey, StoredTokens)>> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> Result<(), Failure> {
        let left = self.broken.load(Ordering::SeqCst);
        if left == 0 {
            return Ok(());
        }
        self.broken.store(left - 1, Ordering::SeqCst);
        Err(Failure::new(
            Code::Storage,
            "The token could not be stored",
            "The disk is full",
            "Free some space.",
        ))
    }
}

#[async_trait]
impl TokenStore for MemoryStore {
    async fn load(&self, key: &TokenKey) -> Result<Option<StoredTokens>, Failure> {
        self.journal.note("load");
        // A real store takes its time, and others run meanwhile.
        let mut waited = false;
        std::future::poll_fn(|context| {
            if std::mem::replace(&mut waited, true) {
                return std::task::Poll::Ready(());
            }
            context.waker().wake_by_ref();
            std::task::Poll::Pending
        })
        .await;
        Ok(self.peek(key))
    }

    async fn save(&self, key: &TokenKey, tokens: &StoredTokens) -> Result<(), Failure> {
        self.write()?;
        self.journal.note("save");
        self.put(key, tokens.clone());
        Ok(())
    }

    async fn delete(&self, key: &TokenKey) -> Result<bool, Failure> {
        self.journal.note("delete");
        let mut all = self.tokens();
        let before = all.len();
        all.retain(|(stored, _)| stored != key);
        self.generation.fetch_add(1, Ordering::SeqCst);
        Ok(all.len() < before)
    }

    async fn list(&self) -> Result<Vec<(TokenKey, StoredTokens)>, Failure> {
        Ok(self.tokens().clone())
    }

    async fn mark_refresh(&self, key: &TokenKey, started_at: Option<UnixMillis>) -> Result<(), Failure> {
        self.write()?;
        self.journal.note(if started_at.is_some() { "mark" } else { "unmark" });
        let mut all = self.tokens();
        if let Some((_, tokens)) = all.iter_mut().find(|(stored, _)| stored == key) {
            tokens.refresh_started_at = started_at;
        }
        self.generation.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    fn generation(&self) -> u64 {
        self.generation.load(Ordering::SeqCst)
    }
}

/// A refresh lock in memory: two keepers that share it stand for two processes.
pub struct MemoryLock {
    locks: Mutex<HashMap<TokenKey, Arc<AsyncMutex<()>>>>,
    journal: Journal,
}

struct Held {
    // Released before the line is written, both when the guard is dropped.
    guard: Option<OwnedMutexGuard<()>>,
    journal: Journal,
}

impl RefreshGuard for Held {}

impl Drop for Held {
    fn drop(&mut self) {
        self.guard.take();
        self.journal.note("release");
    }
}

impl MemoryLock {
    /// No key is locked.
    pub fn new(journal: Journal) -> Self {
        Self { locks: Mutex::default(), journal }
    }
}

#[async_trait]
impl RefreshLock for MemoryLock {
    async fn acquire(&self, key: &TokenKey, _: Duration) -> Result<Box<dyn RefreshGuard>, Failure> {
        let lock = {
            let mut locks = self.locks.lock().unwrap_or_else(PoisonError::into_inner);
            locks.entry(key.clone()).or_default().clone()
        };
        let guard = lock.lock_owned().await;
        self.journal.note("lock");
        Ok(Box::new(Held { guard: Some(guard), journal: self.journal.clone() }))
    }
}
