//! Getting a key out of each kind of key store, and putting a new one in.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use gatepass_oauth::Secret;
use gatepass_platform::VaultKey;
use gatepass_platform::key_file::KeyFile;
use gatepass_platform::keyring::{Keyring, KeyringError};
use zeroize::Zeroizing;

use super::record::Record;
use super::stuck::Stuck;
use super::{KeyStoreKind, passphrase};
use crate::options::Options;

/// How long another process that sets up this database's key is waited for.
const PATIENCE: Duration = Duration::from_secs(30);
const LOCK_FILE: &str = "vault.lock";

/// The key that the record names; `None` if the store no longer holds it.
pub(super) async fn load(record: &Record, options: &Options) -> Result<Option<VaultKey>, Stuck> {
    match record.kind {
        KeyStoreKind::Keyring => {
            Keyring::entry(&record.entry).load().await.map_err(|error| Stuck::keyring(&error))
        }
        KeyStoreKind::File => KeyFile::in_dir(&options.data_dir).load().map_err(|error| Stuck::file(&error)),
        KeyStoreKind::Passphrase => derive(options, record.salt).await.map(Some),
    }
}

/// A new key for the record, in its key store when this returns. A key file that is there already is used.
pub(super) async fn create(record: &Record, options: &Options, new: VaultKey) -> Result<VaultKey, Stuck> {
    match record.kind {
        KeyStoreKind::Keyring => {
            Keyring::entry(&record.entry).store(&new).await.map_err(|error| Stuck::keyring(&error))?;
            Ok(new)
        }
        KeyStoreKind::File => {
            KeyFile::in_dir(&options.data_dir).load_or_create(&new).map_err(|error| Stuck::file(&error))
        }
        KeyStoreKind::Passphrase => derive(options, record.salt).await,
    }
}

/// The key store of a database for which nobody chose one: the keyring, if there is one.
pub(super) async fn default_kind() -> Result<KeyStoreKind, Stuck> {
    match Keyring::entry("availability").load().await {
        Ok(_) => Ok(KeyStoreKind::Keyring),
        Err(KeyringError::Absent) => Err(Stuck::undecided()),
        Err(error) => Err(Stuck::keyring(&error)),
    }
}

/// Reads the passphrase and derives the key, away from the async threads: it takes a fraction of a second on purpose.
async fn derive(options: &Options, salt: [u8; 16]) -> Result<VaultKey, Stuck> {
    let passphrase = match (&options.passphrase, &options.passphrase_file) {
        (Some(passphrase), _) => passphrase.clone(),
        (None, Some(file)) => read_passphrase(file.clone())?,
        (None, None) => return Err(Stuck::no_passphrase()),
    };
    tokio::task::spawn_blocking(move || passphrase::derive(&passphrase, &salt))
        .await
        .map_err(|error| Stuck::of(None, "The key could not be derived", error.to_string(), "Try again."))?
        .map_err(Stuck::failed)
}

fn read_passphrase(file: PathBuf) -> Result<Secret, Stuck> {
    match std::fs::read_to_string(&file).map(Zeroizing::new) {
        Ok(text) => Ok(Secret::new(text.lines().next().unwrap_or_default())),
        Err(error) => Err(Stuck::of(
            Some(KeyStoreKind::Passphrase),
            "The passphrase file cannot be read",
            format!("{}: {error}.", file.display()),
            "Correct GATEPASS_PASSPHRASE_FILE or the permissions of the file.",
        )),
    }
}

/// Waits until no other process sets up this database's key: two that start at once must not make two keys. Released
/// when the file is dropped, or by death.
pub(super) async fn set_up_alone(options: &Options) -> Result<File, Stuck> {
    let unusable = |cause: String| {
        Stuck::of(
            None,
            "The key could not be set up",
            cause,
            "Check that the data directory can be written and that no other Gatepass hangs.",
        )
    };
    let path = options.data_dir.join(LOCK_FILE);
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(|error| unusable(format!("{}: {error}.", path.display())))?;
    let began = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if began.elapsed() < PATIENCE => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Err(TryLockError::WouldBlock) => {
                return Err(unusable(format!(
                    "Another process has been setting it up for more than {} s.",
                    PATIENCE.as_secs()
                )));
            }
            Err(TryLockError::Error(error)) => return Err(unusable(format!("{}: {error}.", path.display()))),
        }
    }
}
