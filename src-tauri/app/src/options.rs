//! Where the application keeps its things and how it protects them. Environment variables are read here, once, and
//! nowhere else in the program.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::PathBuf;

use gatepass_oauth::Secret;

use crate::vault::KeyStoreKind;

/// The environment variables that count.
#[derive(Clone, Default)]
pub struct Environment {
    pub data_dir: Option<PathBuf>,
    pub key_store: Option<String>,
    pub passphrase_file: Option<PathBuf>,
    pub browser: Option<String>,
}

impl Environment {
    /// Reads `GATEPASS_DATA_DIR`, `GATEPASS_KEY_STORE`, `GATEPASS_PASSPHRASE_FILE` and `BROWSER`. Empty ones count as
    /// unset.
    pub fn read() -> Self {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
        Self {
            data_dir: variable("GATEPASS_DATA_DIR").map(PathBuf::from),
            key_store: variable("GATEPASS_KEY_STORE"),
            passphrase_file: variable("GATEPASS_PASSPHRASE_FILE").map(PathBuf::from),
            browser: variable("BROWSER"),
        }
    }
}

/// How this run of the application is set up.
#[derive(Clone)]
pub struct Options {
    /// Holds the database, the locks beside it, and the web view's own files.
    pub data_dir: PathBuf,
    /// Id or name of the workspace, which is made if there is none; `None`: the first.
    pub workspace: Option<String>,
    /// Chosen without a question; `None`: what the database was made with, else the keyring if there is one.
    pub key_store: Option<KeyStoreKind>,
    /// A key store was named that does not exist: said at the first secret.
    pub unknown_key_store: Option<String>,
    pub passphrase: Option<Secret>,
    pub passphrase_file: Option<PathBuf>,
    pub browser: Option<String>,
    /// False: a sign-in opens none; whoever runs it is shown the address.
    pub open_browser: bool,
}

impl Options {
    /// From the environment alone.
    pub fn from_environment(environment: &Environment) -> Self {
        let named = environment.key_store.as_deref();
        let key_store = named.and_then(KeyStoreKind::parse);
        Self {
            data_dir: gatepass_platform::paths::data_dir(environment.data_dir.as_deref()),
            workspace: None,
            key_store,
            unknown_key_store: named.filter(|_| key_store.is_none()).map(str::to_owned),
            passphrase: None,
            passphrase_file: environment.passphrase_file.clone(),
            browser: environment.browser.clone(),
            open_browser: true,
        }
    }

    /// Whether somebody has worked in this data directory before: a database is there.
    pub fn has_database(&self) -> bool {
        self.data_dir.join(gatepass_storage::DATABASE_FILE).exists()
    }

    /// Tells data directories apart where only letters and digits are allowed.
    pub fn data_dir_fingerprint(&self) -> String {
        // Two names of one directory are one; one that is not there yet has but its own.
        let path = std::fs::canonicalize(&self.data_dir)
            .or_else(|_| std::path::absolute(&self.data_dir))
            .unwrap_or_else(|_| self.data_dir.clone());
        let mut fingerprint = DefaultHasher::new();
        path.hash(&mut fingerprint);
        format!("{:016x}", fingerprint.finish())
    }
}
