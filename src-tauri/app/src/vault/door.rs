//! The door to the vault: which key store protects this database, and how its key is had.
//!
//! The choice is made once and written down. A keyring that is locked, a key that is gone, or another store than the
//! one written down is an error to solve, never a reason to fall back: the secrets of the database stay as they are.
//! Only a person can start over with a new key, and then what was sealed with the old one is kept beside.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use gatepass_oauth::ports::Randomness;
use gatepass_oauth::{Code, Failure, Secret};
use gatepass_platform::VaultKey;
use gatepass_storage::Database;
use zeroize::Zeroizing;

use super::record::{Record, SETTING};
use super::stuck::Stuck;
use super::{DoorState, KeyStoreKind, Vault, keys};
use crate::error::storage_failure;
use crate::options::Options;

pub struct Door {
    database: Database,
    options: Options,
    randomness: Arc<dyn Randomness>,
    vault: OnceLock<Arc<Vault>>,
    /// One at a time tries the handle, and leaves behind how that ended.
    trying: tokio::sync::Mutex<Option<Refusal>>,
    state: Mutex<DoorState>,
    /// Called whenever the state has become another one.
    changed: Box<dyn Fn(&DoorState) + Send + Sync>,
}

/// A key store that took this long was waiting for somebody; a busy machine alone does not take it.
const SLOW: Duration = Duration::from_secs(1);

/// A try that failed. It answers for the ones after it for as long again as it took: a keyring that hangs is not asked
/// by each request in turn, and one that says no at once is asked anew each time.
struct Refusal {
    failure: Failure,
    ended: Instant,
    took: Duration,
}

impl Refusal {
    fn since(began: Instant, failure: Failure) -> Self {
        let ended = Instant::now();
        Self { failure, ended, took: ended.duration_since(began) }
    }

    fn holds_at(&self, now: Instant) -> bool {
        self.took >= SLOW && now.duration_since(self.ended) < self.took
    }
}

impl Door {
    pub fn new(
        database: Database,
        options: Options,
        randomness: Arc<dyn Randomness>,
        changed: impl Fn(&DoorState) + Send + Sync + 'static,
    ) -> Self {
        Self {
            database,
            options,
            randomness,
            vault: OnceLock::new(),
            trying: tokio::sync::Mutex::new(None),
            state: Mutex::new(DoorState::Closed(None)),
            changed: Box::new(changed),
        }
    }

    /// The vault, for reading and for writing. Instant once it is open.
    ///
    /// # Errors
    /// [`Code::KeyStore`], saying what stands in the way and what to do.
    pub async fn open(&self) -> Result<Arc<Vault>, Failure> {
        if let Some(vault) = self.vault.get() {
            return Ok(Arc::clone(vault));
        }
        let mut last = self.trying.lock().await;
        if let Some(vault) = self.vault.get() {
            return Ok(Arc::clone(vault));
        }
        if let Some(refusal) = last.as_ref().filter(|refusal| refusal.holds_at(Instant::now())) {
            return Err(refusal.failure.clone());
        }
        let began = Instant::now();
        match self.unlock(&self.options).await {
            Ok(opened) => Ok(self.opened(opened)),
            Err(stuck) => {
                *last = Some(Refusal::since(began, stuck.failure.clone()));
                self.set_state(stuck.state);
                Err(stuck.failure)
            }
        }
    }

    /// How it stands, without trying the handle.
    pub fn state(&self) -> DoorState {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads which key store was chosen, without trying the handle.
    pub async fn look(&self) {
        if let Ok(Some(record)) = self.read_record().await {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            if let DoorState::Closed(kind) = &mut *state {
                *kind = Some(record.kind);
            }
        }
    }

    /// A person chose, or gave the passphrase of what was chosen before. If it opens the door it holds for this
    /// database; if not, everything is as it was.
    ///
    /// # Errors
    /// [`Code::KeyStore`] if the choice does not fit what is written down, or the store gives no key.
    pub async fn choose(
        &self,
        kind: KeyStoreKind,
        passphrase: Option<Secret>,
    ) -> Result<Arc<Vault>, Failure> {
        let _one_at_a_time = self.trying.lock().await;
        if let Some(vault) = self.vault.get() {
            let chosen = self.state().kind();
            return match chosen.filter(|chosen| *chosen != kind) {
                Some(chosen) => Err(Stuck::other_store(chosen, kind).failure),
                None => Ok(Arc::clone(vault)),
            };
        }
        match self.unlock(&self.with_choice(kind, passphrase)).await {
            Ok(opened) => Ok(self.opened(opened)),
            Err(stuck) => {
                if matches!(self.state(), DoorState::Closed(_)) || matches!(stuck.state, DoorState::Lost(..))
                {
                    self.set_state(stuck.state);
                }
                Err(stuck.failure)
            }
        }
    }

    /// The key is lost, and a person wants to go on with a new one. What was sealed with the old key leaves the
    /// database and is kept in a copy of it, whose place is returned.
    ///
    /// # Errors
    /// [`Code::KeyStore`] if the secrets can be read after all, or the new key store gives no key; nothing has
    /// changed then.
    pub async fn start_over(
        &self,
        kind: KeyStoreKind,
        passphrase: Option<Secret>,
    ) -> Result<PathBuf, Failure> {
        let _one_at_a_time = self.trying.lock().await;
        if self.vault.get().is_some()
            || !matches!(self.state(), DoorState::Stuck(Some(_), _) | DoorState::Lost(..))
        {
            return Err(Failure::new(
                Code::KeyStore,
                "There is no reason to start over",
                "The key of this database is not known to be lost.",
                "Go on as before.",
            ));
        }
        let options = self.with_choice(kind, passphrase);
        let started = async {
            let _alone = keys::set_up_alone(&options).await?;
            let (vault, record) = self.new_key(kind, &options).await?;
            let value = record.to_value();
            let aside = self.database.set_ciphertext_aside((SETTING, &value)).await;
            Ok((vault, aside.map_err(storage_failure).map_err(Stuck::failed)?))
        };
        let (vault, aside) = started.await.map_err(|stuck: Stuck| stuck.failure)?;
        tracing::warn!(copy = %aside.display(), "a new key protects the database; what the old one sealed is in the copy");
        self.opened((kind, vault));
        Ok(aside)
    }

    fn with_choice(&self, kind: KeyStoreKind, passphrase: Option<Secret>) -> Options {
        let mut options = self.options.clone();
        options.key_store = Some(kind);
        options.unknown_key_store = None;
        options.passphrase = passphrase.or(options.passphrase);
        options
    }

    fn opened(&self, (kind, vault): (KeyStoreKind, Vault)) -> Arc<Vault> {
        let vault = Arc::clone(self.vault.get_or_init(|| Arc::new(vault)));
        self.set_state(DoorState::Ready(kind));
        vault
    }

    async fn unlock(&self, options: &Options) -> Result<(KeyStoreKind, Vault), Stuck> {
        if let Some(name) = &options.unknown_key_store {
            return Err(Stuck::of(
                None,
                format!("There is no key store named “{name}”"),
                "The key stores are keyring, file and passphrase.",
                "Set GATEPASS_KEY_STORE or --key-store to one of them.",
            ));
        }
        if let Some(record) = self.read_record().await? {
            return unlock_recorded(options, &record).await;
        }
        let _alone = keys::set_up_alone(options).await?;
        if let Some(record) = self.read_record().await? {
            return unlock_recorded(options, &record).await;
        }
        self.set_up(options).await
    }

    async fn set_up(&self, options: &Options) -> Result<(KeyStoreKind, Vault), Stuck> {
        let sealed =
            self.database.holds_ciphertext().await.map_err(storage_failure).map_err(Stuck::failed)?;
        if sealed {
            return Err(Stuck::lost(
                None,
                "The database holds secrets, but the note on what protects them is not there any more.",
            ));
        }
        let kind = match options.key_store {
            Some(kind) => kind,
            None => keys::default_kind().await?,
        };
        let (vault, record) = self.new_key(kind, options).await?;
        let saved = self.database.settings().save(SETTING, &record.to_value()).await;
        saved.map_err(storage_failure).map_err(Stuck::failed)?;
        Ok((kind, vault))
    }

    async fn new_key(&self, kind: KeyStoreKind, options: &Options) -> Result<(Vault, Record), Stuck> {
        let mut key: VaultKey = Zeroizing::new([0; 32]);
        self.randomness.fill(key.as_mut());
        let mut record = Record::new(kind, &*self.randomness);
        let key = keys::create(&record, options, key).await?;
        let vault = record.seal(&key, &*self.randomness);
        Ok((vault, record))
    }

    async fn read_record(&self) -> Result<Option<Record>, Stuck> {
        let stored = self.database.settings().load(SETTING).await;
        let Some(value) = stored.map_err(storage_failure).map_err(Stuck::failed)? else { return Ok(None) };
        Record::parse(&value).map(Some).ok_or_else(|| {
            Stuck::lost(None, "The note on what protects this database is not what was written there.")
        })
    }

    fn set_state(&self, state: DoorState) {
        let before =
            std::mem::replace(&mut *self.state.lock().unwrap_or_else(PoisonError::into_inner), state.clone());
        if before != state {
            (self.changed)(&state);
        }
    }
}

async fn unlock_recorded(options: &Options, record: &Record) -> Result<(KeyStoreKind, Vault), Stuck> {
    let kind = record.kind;
    if let Some(asked) = options.key_store.filter(|asked| *asked != kind) {
        return Err(Stuck::other_store(kind, asked));
    }
    let Some(key) = keys::load(record, options).await? else {
        return Err(Stuck::lost(
            Some(kind),
            format!(
                "“{}” no longer holds it. The secrets in the database cannot be read without it; everything else can.",
                kind.as_str()
            ),
        ));
    };
    record.open(&key).map(|vault| (kind, vault)).ok_or_else(|| Stuck::wrong_key(kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_that_took_long_answers_for_others_and_a_quick_one_does_not() {
        let now = Instant::now();
        let failure = || Failure::new(Code::KeyStore, "no", "no", "no");
        let slow = Refusal { failure: failure(), ended: now, took: Duration::from_secs(3) };
        assert!(slow.holds_at(now + Duration::from_secs(2)));
        assert!(!slow.holds_at(now + Duration::from_secs(3)), "it is not held against the keyring for ever");
        let quick = Refusal { failure: failure(), ended: now, took: Duration::from_millis(900) };
        assert!(!quick.holds_at(now));
    }
}
