//! The door to the vault: which key store protects this database, and how its key is had.
//!
//! The choice is made once and written down. A keyring that is locked, a key that is gone, or another store than the
//! one written down is an error to solve, never a reason to fall back: the secrets of the database stay as they are.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gatepass_oauth::ports::Randomness;
use gatepass_oauth::{Code, Failure, Secret};
use gatepass_platform::key_file::KeyFile;
use gatepass_platform::keyring::{Keyring, KeyringError};
use gatepass_storage::Database;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::{Vault, passphrase};
use crate::dto::KeyStoreView;
use crate::error::storage_failure;
use crate::options::Options;
use gatepass_platform::VaultKey;

/// What can protect the vault's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyStoreKind {
    /// The OS keyring.
    Keyring,
    /// A file that only its owner can read: weaker, and labelled so.
    File,
    /// A passphrase that the key is derived from.
    Passphrase,
}

impl KeyStoreKind {
    pub fn parse(name: &str) -> Option<Self> {
        match name.trim() {
            "keyring" => Some(Self::Keyring),
            "file" => Some(Self::File),
            "passphrase" => Some(Self::Passphrase),
            _ => None,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Keyring => "keyring",
            Self::File => "file",
            Self::Passphrase => "passphrase",
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Keyring => "Secrets encrypted · OS keyring",
            Self::File => "Secrets encrypted · key file (weaker)",
            Self::Passphrase => "Secrets encrypted · passphrase",
        }
    }
}

/// How the door stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DoorState {
    /// Nothing secret was needed yet.
    Closed(Option<KeyStoreKind>),
    Ready(KeyStoreKind),
    /// No usable keyring, and nobody chose: a person has to.
    Undecided,
    /// The key store is there but does not give the key.
    Stuck(Option<KeyStoreKind>, String),
}

pub struct Door {
    database: Database,
    options: Mutex<Options>,
    randomness: Arc<dyn Randomness>,
    vault: OnceLock<(KeyStoreKind, Arc<Vault>)>,
    /// One at a time tries the handle.
    trying: tokio::sync::Mutex<()>,
    state: Mutex<DoorState>,
}

/// The setting under which the choice is written down: kind, the keyring entry's name, the salt of a passphrase, and
/// a value sealed with the key, which tells a wrong key before anything is decrypted with it.
const RECORD: &str = "vault";
const CHECK_ROW: &str = "settings/vault";
const CHECK_TEXT: &[u8] = b"gatepass vault 1";

struct Record {
    kind: KeyStoreKind,
    entry: String,
    salt: [u8; 16],
    check: Vec<u8>,
}

impl Door {
    pub fn new(database: Database, options: Options, randomness: Arc<dyn Randomness>) -> Self {
        Self {
            database,
            options: Mutex::new(options),
            randomness,
            vault: OnceLock::new(),
            trying: tokio::sync::Mutex::new(()),
            state: Mutex::new(DoorState::Closed(None)),
        }
    }

    /// The vault, for reading and for writing. Instant once it is open.
    ///
    /// # Errors
    /// [`Code::KeyStore`], saying what stands in the way and what to do.
    pub async fn open(&self) -> Result<Arc<Vault>, Failure> {
        if let Some((_, vault)) = self.vault.get() {
            return Ok(Arc::clone(vault));
        }
        let _one = self.trying.lock().await;
        if let Some((_, vault)) = self.vault.get() {
            return Ok(Arc::clone(vault));
        }
        match self.unlock().await {
            Ok((kind, vault)) => {
                let vault = Arc::new(vault);
                let _ = self.vault.set((kind, Arc::clone(&vault)));
                self.set_state(DoorState::Ready(kind));
                Ok(vault)
            }
            Err(stuck) => {
                self.set_state(stuck.state);
                Err(stuck.failure)
            }
        }
    }

    /// How it stands, without trying the handle.
    pub fn state(&self) -> DoorState {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What the window shows of it.
    pub fn view(&self) -> KeyStoreView {
        let (kind, state, label, problem) = match self.state() {
            DoorState::Closed(kind) => (kind, "closed", "Secrets are encrypted", None),
            DoorState::Ready(kind) => (Some(kind), "ready", kind.label(), None),
            DoorState::Undecided => (
                None,
                "undecided",
                "Choose how secrets are protected",
                Some("No OS keyring is available here.".to_owned()),
            ),
            DoorState::Stuck(kind, problem) => (kind, "locked", "Secrets are locked", Some(problem)),
        };
        KeyStoreView {
            kind: kind.map_or("undecided", KeyStoreKind::as_str).to_owned(),
            state: state.to_owned(),
            label: label.to_owned(),
            problem,
        }
    }

    /// A person chose. Holds from now on for this database, and opens the door.
    ///
    /// # Errors
    /// [`Code::KeyStore`] if the choice does not fit what is written down, or the store gives no key.
    pub async fn choose(
        &self,
        kind: KeyStoreKind,
        passphrase: Option<Secret>,
    ) -> Result<Arc<Vault>, Failure> {
        {
            let mut options = self.options.lock().unwrap_or_else(PoisonError::into_inner);
            options.key_store = Some(kind);
            options.unknown_key_store = None;
            options.passphrase = passphrase.or_else(|| options.passphrase.take());
        }
        self.open().await
    }

    async fn unlock(&self) -> Result<(KeyStoreKind, Vault), Stuck> {
        let options = self.options.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(name) = &options.unknown_key_store {
            return Err(Stuck::of(
                None,
                format!("There is no key store named “{name}”"),
                "The key stores are keyring, file and passphrase.",
                "Set GATEPASS_KEY_STORE or --key-store to one of them.",
            ));
        }
        if let Some(record) = self.read_record().await? {
            return self.unlock_recorded(&options, record).await;
        }
        // Two processes that start on a new database at once must not make two keys.
        let _alone = setup_lock(options.data_dir.join("vault.lock")).await?;
        if let Some(record) = self.read_record().await? {
            return self.unlock_recorded(&options, record).await;
        }
        self.set_up(&options).await
    }

    async fn unlock_recorded(
        &self,
        options: &Options,
        record: Record,
    ) -> Result<(KeyStoreKind, Vault), Stuck> {
        let kind = record.kind;
        if let Some(asked) = options.key_store.filter(|asked| *asked != kind) {
            return Err(Stuck::of(
                Some(kind),
                format!("This database is protected by another key store than “{}”", asked.as_str()),
                format!(
                    "Its secrets were sealed with a key from “{}”; a key from elsewhere does not open them.",
                    kind.as_str()
                ),
                format!(
                    "Use --key-store {} (or GATEPASS_KEY_STORE={}), or another data directory.",
                    kind.as_str(),
                    kind.as_str()
                ),
            ));
        }
        let key = match kind {
            KeyStoreKind::Keyring => {
                keyring_load(record.entry).await.map_err(|error| Stuck::keyring(&error))?
            }
            KeyStoreKind::File => {
                KeyFile::in_dir(&options.data_dir).load().map_err(|error| Stuck::file(&error))?
            }
            KeyStoreKind::Passphrase => Some(derive(options, record.salt).await?),
        };
        let Some(key) = key else {
            return Err(Stuck::of(
                Some(kind),
                "The key that protects this database is gone",
                format!(
                    "“{}” no longer holds it. The secrets in the database cannot be read without it; everything else can.",
                    kind.as_str()
                ),
                "Restore the key, or use another data directory and sign in again.",
            ));
        };
        let vault = Vault::new(&key);
        match vault.open(CHECK_ROW, &record.check) {
            Ok(text) if text.as_slice() == CHECK_TEXT => Ok((kind, vault)),
            _ => Err(Stuck::of(
                Some(kind),
                if kind == KeyStoreKind::Passphrase {
                    "The passphrase is wrong"
                } else {
                    "The key store holds another key"
                },
                "The key does not open what was sealed when this database was made.",
                "Give the passphrase or key that this database was made with.",
            )),
        }
    }

    async fn set_up(&self, options: &Options) -> Result<(KeyStoreKind, Vault), Stuck> {
        let kind = match options.key_store {
            Some(kind) => kind,
            None => match keyring_load("availability".to_owned()).await {
                Ok(_) => KeyStoreKind::Keyring,
                Err(KeyringError::Absent) => return Err(Stuck::undecided()),
                Err(error) => return Err(Stuck::keyring(&error)),
            },
        };
        let mut key: VaultKey = Zeroizing::new([0; 32]);
        self.randomness.fill(key.as_mut());
        let mut name = [0_u8; 8];
        self.randomness.fill(&mut name);
        let mut record = Record {
            kind,
            entry: format!("vault {}", name.iter().map(|byte| format!("{byte:02x}")).collect::<String>()),
            salt: [0; 16],
            check: Vec::new(),
        };
        self.randomness.fill(&mut record.salt);
        match kind {
            KeyStoreKind::Keyring => {
                keyring_store(record.entry.clone(), key.clone())
                    .await
                    .map_err(|error| Stuck::keyring(&error))?;
            }
            KeyStoreKind::File => {
                key = KeyFile::in_dir(&options.data_dir)
                    .load_or_create(&key)
                    .map_err(|error| Stuck::file(&error))?;
            }
            KeyStoreKind::Passphrase => key = derive(options, record.salt).await?,
        }
        let vault = Vault::new(&key);
        record.check = vault.seal(CHECK_ROW, CHECK_TEXT, &*self.randomness);
        self.write_record(&record).await?;
        Ok((kind, vault))
    }

    async fn read_record(&self) -> Result<Option<Record>, Stuck> {
        let stored =
            self.database.settings().load(RECORD).await.map_err(storage_failure).map_err(Stuck::failed)?;
        let Some(value) = stored else { return Ok(None) };
        parse_record(&value).map(Some).ok_or_else(|| {
            Stuck::of(
                None,
                "The note on how secrets are protected cannot be read",
                "The setting “vault” in the database is not what was written there.",
                "Restore the database from a backup, or use another data directory.",
            )
        })
    }

    async fn write_record(&self, record: &Record) -> Result<(), Stuck> {
        let value = json!({
            "kind": record.kind.as_str(),
            "entry": record.entry,
            "salt": STANDARD.encode(record.salt),
            "check": STANDARD.encode(&record.check),
        });
        self.database.settings().save(RECORD, &value).await.map_err(storage_failure).map_err(Stuck::failed)
    }

    fn set_state(&self, state: DoorState) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = state;
    }
}

fn parse_record(value: &Value) -> Option<Record> {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    Some(Record {
        kind: KeyStoreKind::parse(text("kind")?)?,
        entry: text("entry")?.to_owned(),
        salt: STANDARD.decode(text("salt")?).ok()?.try_into().ok()?,
        check: STANDARD.decode(text("check")?).ok()?,
    })
}

async fn keyring_load(entry: String) -> Result<Option<VaultKey>, KeyringError> {
    Keyring::entry(&entry).load().await
}

async fn keyring_store(entry: String, key: VaultKey) -> Result<(), KeyringError> {
    Keyring::entry(&entry).store(&key).await
}

/// Reads the passphrase and derives the key, away from the async threads: it takes a fraction of a second on purpose.
async fn derive(options: &Options, salt: [u8; 16]) -> Result<VaultKey, Stuck> {
    let passphrase = match (&options.passphrase, &options.passphrase_file) {
        (Some(passphrase), _) => passphrase.clone(),
        (None, Some(file)) => read_passphrase(file.clone())?,
        (None, None) => {
            return Err(Stuck::of(
                Some(KeyStoreKind::Passphrase),
                "The passphrase is needed",
                "This database is protected by a passphrase, and none was given.",
                "Enter it in the window, or name a file that holds it with GATEPASS_PASSPHRASE_FILE.",
            ));
        }
    };
    tokio::task::spawn_blocking(move || passphrase::derive(&passphrase, &salt))
        .await
        .map_err(|error| Stuck::of(None, "The key could not be derived", error.to_string(), "Try again."))?
        .map_err(Stuck::failed)
}

fn read_passphrase(file: PathBuf) -> Result<Secret, Stuck> {
    match std::fs::read_to_string(&file) {
        Ok(text) => Ok(Secret::new(text.lines().next().unwrap_or_default())),
        Err(error) => Err(Stuck::of(
            Some(KeyStoreKind::Passphrase),
            "The passphrase file cannot be read",
            format!("{}: {error}", file.display()),
            "Correct GATEPASS_PASSPHRASE_FILE or the permissions of the file.",
        )),
    }
}

/// Waits until no other process sets up this database's key.
async fn setup_lock(path: PathBuf) -> Result<std::fs::File, Stuck> {
    let locked = tokio::task::spawn_blocking(move || {
        let file = std::fs::OpenOptions::new().create(true).truncate(false).write(true).open(&path)?;
        file.lock()?;
        Ok::<_, std::io::Error>(file)
    })
    .await;
    match locked {
        Ok(Ok(file)) => Ok(file),
        Ok(Err(error)) => Err(Stuck::of(
            None,
            "The key could not be set up",
            format!("The lock beside the database: {error}."),
            "Check that the data directory can be written.",
        )),
        Err(error) => Err(Stuck::of(None, "The key could not be set up", error.to_string(), "Try again.")),
    }
}

/// Why the door does not open, and what the window shows of it.
struct Stuck {
    state: DoorState,
    failure: Failure,
}

impl Stuck {
    fn of(
        kind: Option<KeyStoreKind>,
        message: impl Into<String>,
        cause: impl Into<String>,
        next_step: impl Into<String>,
    ) -> Self {
        let failure = Failure::new(Code::KeyStore, message, cause, next_step);
        Self { state: DoorState::Stuck(kind, format!("{}. {}", failure.message, failure.cause)), failure }
    }

    fn failed(failure: Failure) -> Self {
        Self { state: DoorState::Stuck(None, failure.message.clone()), failure }
    }

    fn undecided() -> Self {
        let failure = Failure::new(
            Code::KeyStore,
            "Nothing protects stored secrets yet",
            "There is no OS keyring here, and no other key store was chosen.",
            "Choose one: --key-store file (a key file that only you can read) or --key-store passphrase; \
             GATEPASS_KEY_STORE does the same.",
        );
        Self { state: DoorState::Undecided, failure }
    }

    fn keyring(error: &KeyringError) -> Self {
        Self::of(Some(KeyStoreKind::Keyring), error.message(), error.cause(), error.next_step())
    }

    fn file(error: &std::io::Error) -> Self {
        Self::of(
            Some(KeyStoreKind::File),
            "The key file cannot be used",
            error.to_string(),
            "Check that vault.key in the data directory belongs to you and has mode 0600.",
        )
    }
}
