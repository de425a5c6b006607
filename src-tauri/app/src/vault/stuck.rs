//! Why the door does not open, and how it stands then.

use gatepass_oauth::{Code, Failure};
use gatepass_platform::keyring::KeyringError;

use super::{DoorState, KeyStoreKind};

pub(super) struct Stuck {
    pub(super) state: DoorState,
    pub(super) failure: Failure,
}

impl Stuck {
    /// The key store is there but does not give the key.
    pub(super) fn of(
        kind: Option<KeyStoreKind>,
        message: impl Into<String>,
        cause: impl Into<String>,
        next_step: impl Into<String>,
    ) -> Self {
        let failure = Failure::new(Code::KeyStore, message, cause, next_step);
        Self { state: DoorState::Stuck(kind, in_words(&failure)), failure }
    }

    /// Something else than a key store stood in the way.
    pub(super) fn failed(failure: Failure) -> Self {
        Self { state: DoorState::Stuck(None, in_words(&failure)), failure }
    }

    /// The key is nowhere to be found. It may turn up, so nothing is made in its place unless a person says so.
    pub(super) fn lost(kind: Option<KeyStoreKind>, cause: impl Into<String>) -> Self {
        let failure = Failure::new(
            Code::KeyStore,
            "The key that protects this database is gone",
            cause,
            "Restore the key. If it is lost for good, start over with a new one in the window: what was sealed is \
             kept in a file beside the database, and you enter secrets and sign in again.",
        );
        Self { state: DoorState::Lost(kind, in_words(&failure)), failure }
    }

    /// No keyring, and nobody chose.
    pub(super) fn undecided() -> Self {
        let failure = Failure::new(
            Code::KeyStore,
            "Nothing protects stored secrets yet",
            "There is no OS keyring here, and no other key store was chosen.",
            "Choose one: --key-store file (a key file that only you can read) or --key-store passphrase; \
             GATEPASS_KEY_STORE does the same.",
        );
        Self { state: DoorState::Undecided, failure }
    }

    pub(super) fn keyring(error: &KeyringError) -> Self {
        Self::of(Some(KeyStoreKind::Keyring), error.message(), error.cause(), error.next_step())
    }

    pub(super) fn file(error: &std::io::Error) -> Self {
        Self::of(
            Some(KeyStoreKind::File),
            "The key file cannot be used",
            format!("{error}."),
            "Check that vault.key in the data directory belongs to you and has mode 0600.",
        )
    }

    /// The key store gives a key, but not the one of this database.
    pub(super) fn wrong_key(kind: KeyStoreKind) -> Self {
        let message = match kind {
            KeyStoreKind::Passphrase => "The passphrase is wrong",
            KeyStoreKind::Keyring | KeyStoreKind::File => "The key store holds another key",
        };
        Self::of(
            Some(kind),
            message,
            "The key does not open what was sealed when this database was made.",
            "Give the passphrase or key that this database was made with.",
        )
    }

    pub(super) fn no_passphrase() -> Self {
        Self::of(
            Some(KeyStoreKind::Passphrase),
            "The passphrase is needed",
            "This database is protected by a passphrase, and none was given.",
            "Enter it in the window, or name a file that holds it with GATEPASS_PASSPHRASE_FILE.",
        )
    }

    pub(super) fn other_store(kind: KeyStoreKind, asked: KeyStoreKind) -> Self {
        let (kind_name, asked) = (kind.as_str(), asked.as_str());
        Self::of(
            Some(kind),
            format!("This database is protected by another key store than “{asked}”"),
            format!(
                "Its secrets were sealed with a key from “{kind_name}”; a key from elsewhere does not open them."
            ),
            format!(
                "Use --key-store {kind_name} (or GATEPASS_KEY_STORE={kind_name}), or another data directory."
            ),
        )
    }
}

/// For the window: what stands in the way and what to do.
fn in_words(failure: &Failure) -> String {
    let sentences = [&failure.message, &failure.cause, &failure.next_step];
    let sentences = sentences.map(|sentence| format!("{}.", sentence.trim_end_matches('.')));
    sentences.join(" ")
}
