//! The vault's key in the operating system's keyring: Secret Service, Keychain, Credential Manager.
//!
//! A keyring that is absent and one that is locked are different things: the first leaves the choice of another key
//! store, the second is to be solved. Nothing here deletes.

use std::time::Duration;

use keyring::v1::{Entry, Error};
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use crate::VaultKey;

/// How long the keyring may take: it may be asking a person who is not there.
const PATIENCE: Duration = Duration::from_secs(3);
/// What our entries are called in the keyring.
const SERVICE: &str = "Gatepass";

/// One entry of the keyring.
#[derive(Clone, Debug)]
pub struct Keyring {
    entry: String,
}

/// Why the keyring gave nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyringError {
    /// There is no keyring on this machine, or in this session.
    #[error("there is no OS keyring here")]
    Absent,
    /// There is one, and it does not open: locked, not set up, or access was denied.
    #[error("the OS keyring is locked: {0}")]
    Locked(String),
    /// It did not answer in time.
    #[error("the OS keyring did not answer within {} s", PATIENCE.as_secs())]
    TimedOut,
    /// The entry holds something else than a key of ours.
    #[error("the entry in the OS keyring is not a key: {0}")]
    Damaged(String),
    /// It failed otherwise.
    #[error("the OS keyring failed: {0}")]
    Failed(String),
}

impl KeyringError {
    /// What happened, for a person.
    pub fn message(&self) -> &'static str {
        match self {
            KeyringError::Absent => "There is no OS keyring here",
            KeyringError::Locked(_) => "The OS keyring is locked",
            KeyringError::TimedOut => "The OS keyring did not answer",
            KeyringError::Damaged(_) => "The key in the OS keyring cannot be used",
            KeyringError::Failed(_) => "The OS keyring failed",
        }
    }

    /// Why, most likely.
    pub fn cause(&self) -> String {
        match self {
            KeyringError::Absent => {
                "No keyring service runs in this session (on Linux: no Secret Service on the session bus)."
                    .to_owned()
            }
            KeyringError::Locked(said) => {
                format!("It is locked, was never set up, or access to it was denied. It said: {said}.")
            }
            KeyringError::TimedOut => format!(
                "Nothing came within {} seconds: it may be showing a question to unlock it on another screen.",
                PATIENCE.as_secs()
            ),
            KeyringError::Damaged(said) => format!("{said}."),
            KeyringError::Failed(said) => format!("It said: {said}."),
        }
    }

    /// What to do.
    pub fn next_step(&self) -> &'static str {
        match self {
            KeyringError::Absent => {
                "Start a keyring service, or choose another key store: --key-store file or --key-store passphrase."
            }
            KeyringError::Locked(_) | KeyringError::TimedOut => "Unlock the keyring and try again.",
            KeyringError::Damaged(_) => {
                "Look at the entry in the keyring's own program; restore it from a backup."
            }
            KeyringError::Failed(_) => "Try again; look at the keyring in its own program.",
        }
    }
}

impl Keyring {
    /// The entry of that name, which may not exist yet.
    pub fn entry(name: &str) -> Self {
        Self { entry: name.to_owned() }
    }

    /// The key in it; `None` if there is no such entry.
    ///
    /// # Errors
    ///
    /// See [`KeyringError`]; after 3 seconds [`KeyringError::TimedOut`].
    pub async fn load(&self) -> Result<Option<VaultKey>, KeyringError> {
        self.ask(|entry| match entry.get_secret() {
            Ok(secret) => key(&Zeroizing::new(secret)).map(Some),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(error.into()),
        })
        .await
    }

    /// Puts the key into it. The entry must be a new one: an entry that holds another key is left as it is.
    ///
    /// # Errors
    ///
    /// See [`KeyringError`]; [`KeyringError::Failed`] if it holds another key already.
    pub async fn store(&self, key: &VaultKey) -> Result<(), KeyringError> {
        let new = key.clone();
        self.ask(move |entry| {
            match entry.get_secret().map(Zeroizing::new) {
                Ok(present) if present.as_slice() == new.as_slice() => return Ok(()),
                Ok(_) => return Err(KeyringError::Failed("the entry holds another key already".to_owned())),
                Err(Error::NoEntry) => {}
                Err(error) => return Err(error.into()),
            }
            Ok(entry.set_secret(new.as_slice())?)
        })
        .await
    }

    /// Asks on a thread of its own: the keyring's calls block, and one that waits for a person must hold up neither a
    /// thread of the runtime nor the end of the program.
    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(Entry) -> Result<T, KeyringError> + Send + 'static,
    ) -> Result<T, KeyringError> {
        let name = self.entry.clone();
        let (tell, answer) = oneshot::channel();
        std::thread::Builder::new()
            .name("keyring".to_owned())
            .spawn(move || {
                let result = Entry::new(SERVICE, &name).map_err(KeyringError::from).and_then(question);
                // Nobody waits any more after the time limit.
                let _ = tell.send(result);
            })
            .map_err(|error| KeyringError::Failed(error.to_string()))?;
        match tokio::time::timeout(PATIENCE, answer).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(KeyringError::Failed("its client library panicked".to_owned())),
            Err(_) => Err(KeyringError::TimedOut),
        }
    }
}

fn key(secret: &[u8]) -> Result<VaultKey, KeyringError> {
    let bytes: [u8; 32] = secret
        .try_into()
        .map_err(|_| KeyringError::Damaged(format!("it has {} bytes where a key has 32", secret.len())))?;
    Ok(Zeroizing::new(bytes))
}

impl From<Error> for KeyringError {
    fn from(error: Error) -> Self {
        match error {
            Error::NoDefaultStore | Error::NotSupportedByStore(_) => KeyringError::Absent,
            Error::NoStorageAccess(said) => KeyringError::Locked(said.to_string()),
            // Never the bytes themselves.
            Error::BadEncoding(_) | Error::BadDataFormat(..) => {
                KeyringError::Damaged("its data are not in the keyring's own format".to_owned())
            }
            other => KeyringError::Failed(other.to_string()),
        }
    }
}
