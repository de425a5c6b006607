//! The kinds of key stores, and how the door to the vault stands.

use crate::dto::KeyStoreView;

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
    /// The key store is there but does not give the key; why, in words.
    Stuck(Option<KeyStoreKind>, String),
    /// The key is nowhere; why, in words.
    Lost(Option<KeyStoreKind>, String),
}

impl DoorState {
    /// The key store in question, as far as it is known.
    pub fn kind(&self) -> Option<KeyStoreKind> {
        match self {
            Self::Closed(kind) | Self::Stuck(kind, _) | Self::Lost(kind, _) => *kind,
            Self::Ready(kind) => Some(*kind),
            Self::Undecided => None,
        }
    }
}

impl From<&DoorState> for KeyStoreView {
    fn from(door: &DoorState) -> Self {
        let (state, label, problem) = match door {
            DoorState::Closed(None) => ("closed", "Secrets are encrypted", None),
            DoorState::Closed(Some(kind)) => ("closed", kind.label(), None),
            DoorState::Ready(kind) => ("ready", kind.label(), None),
            DoorState::Undecided => (
                "undecided",
                "Choose how secrets are protected",
                Some("No OS keyring is available here.".to_owned()),
            ),
            DoorState::Stuck(_, problem) => ("locked", "Secrets are locked", Some(problem.clone())),
            DoorState::Lost(_, problem) => ("missing", "The key is gone", Some(problem.clone())),
        };
        Self {
            kind: door.kind().map_or("undecided", KeyStoreKind::as_str).to_owned(),
            state: state.to_owned(),
            label: label.to_owned(),
            problem,
        }
    }
}
