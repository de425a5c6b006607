//! What is written down in the database about its key: enough to find the key again and to tell a wrong one.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gatepass_oauth::ports::Randomness;
use gatepass_platform::VaultKey;
use serde_json::{Value, json};

use super::{KeyStoreKind, Vault};

/// The setting that it stands under.
pub(super) const SETTING: &str = "vault";
const CHECK_ROW: &str = "settings/vault";
const CHECK_TEXT: &[u8] = b"gatepass vault 1";

pub(super) struct Record {
    pub(super) kind: KeyStoreKind,
    /// The name of the keyring entry. Each database has one of its own.
    pub(super) entry: String,
    /// Of the passphrase's derivation.
    pub(super) salt: [u8; 16],
    /// A value sealed with the key: tells a wrong key before anything is decrypted with it.
    check: Vec<u8>,
}

impl Record {
    /// For a new key: entry and salt by chance, the check still to be made.
    pub(super) fn new(kind: KeyStoreKind, randomness: &dyn Randomness) -> Self {
        let mut name = [0_u8; 8];
        randomness.fill(&mut name);
        let name: String = name.iter().map(|byte| format!("{byte:02x}")).collect();
        let mut salt = [0_u8; 16];
        randomness.fill(&mut salt);
        Self { kind, entry: format!("vault {name}"), salt, check: Vec::new() }
    }

    /// Remembers which key it is that belongs here.
    pub(super) fn seal(&mut self, key: &VaultKey, randomness: &dyn Randomness) -> Vault {
        let vault = Vault::new(key);
        self.check = vault.seal(CHECK_ROW, CHECK_TEXT, randomness);
        vault
    }

    /// The vault, if this is the key that it was sealed with.
    pub(super) fn open(&self, key: &VaultKey) -> Option<Vault> {
        let vault = Vault::new(key);
        let is_right = vault.open(CHECK_ROW, &self.check).is_ok_and(|text| text.as_slice() == CHECK_TEXT);
        is_right.then_some(vault)
    }

    pub(super) fn to_value(&self) -> Value {
        json!({
            "kind": self.kind.as_str(),
            "entry": self.entry,
            "salt": STANDARD.encode(self.salt),
            "check": STANDARD.encode(&self.check),
        })
    }

    pub(super) fn parse(value: &Value) -> Option<Self> {
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        Some(Self {
            kind: KeyStoreKind::parse(text("kind")?)?,
            entry: text("entry")?.to_owned(),
            salt: STANDARD.decode(text("salt")?).ok()?.try_into().ok()?,
            check: STANDARD.decode(text("check")?).ok()?,
        })
    }
}
