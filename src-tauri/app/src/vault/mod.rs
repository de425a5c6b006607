//! The vault: every stored secret is ciphertext, bound to the row it belongs to.

mod door;
mod key_store;
mod keys;
mod passphrase;
mod record;
mod stuck;

pub use door::Door;
pub use key_store::{DoorState, KeyStoreKind};

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use gatepass_oauth::ports::Randomness;
use gatepass_oauth::{Code, Failure};
use gatepass_platform::VaultKey;
use zeroize::Zeroizing;

/// First byte of everything sealed, so that a later format can be told apart.
const FORMAT: u8 = 1;
const NONCE_LENGTH: usize = 24;

/// Seals and opens with one key (XChaCha20-Poly1305). The row that a value belongs to is authenticated along with
/// it: ciphertext copied to another row does not open.
pub struct Vault {
    cipher: XChaCha20Poly1305,
}

impl Vault {
    pub(crate) fn new(key: &VaultKey) -> Self {
        Self { cipher: XChaCha20Poly1305::new((&**key).into()) }
    }

    /// Encrypts `plain` for `row` (a table and an id, for example `nodes/0193…`).
    pub fn seal(&self, row: &str, plain: &[u8], randomness: &dyn Randomness) -> Vec<u8> {
        let mut nonce = [0_u8; NONCE_LENGTH];
        randomness.fill(&mut nonce);
        let sealed = self
            .cipher
            .encrypt(XNonce::from_slice(&nonce), Payload { msg: plain, aad: row.as_bytes() })
            .expect("in-memory encryption of less than 256 GiB does not fail");
        let mut out = Vec::with_capacity(1 + NONCE_LENGTH + sealed.len());
        out.push(FORMAT);
        out.extend_from_slice(&nonce);
        out.extend_from_slice(&sealed);
        out
    }

    /// Decrypts what [`Self::seal`] made for the same row.
    ///
    /// # Errors
    /// [`Code::KeyStore`] if the key is another one, the row is another one, or the bytes were changed.
    pub fn open(&self, row: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let unreadable = || {
            Failure::new(
                Code::KeyStore,
                "A stored secret cannot be decrypted",
                "It was sealed with another key, or its bytes were changed",
                "Open the database with the key store it was made with, or enter the secret anew.",
            )
        };
        if sealed.len() < 1 + NONCE_LENGTH || sealed[0] != FORMAT {
            return Err(unreadable());
        }
        let (nonce, ciphertext) = sealed[1..].split_at(NONCE_LENGTH);
        self.cipher
            .decrypt(XNonce::from_slice(nonce), Payload { msg: ciphertext, aad: row.as_bytes() })
            .map(Zeroizing::new)
            .map_err(|_| unreadable())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    struct Counting;
    impl Randomness for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.iter_mut().enumerate().for_each(|(index, byte)| *byte = index as u8);
        }
    }

    fn vault(byte: u8) -> Vault {
        Vault::new(&Zeroizing::new([byte; 32]))
    }

    #[test]
    fn opens_what_it_sealed() {
        let sealed = vault(1).seal("nodes/a", b"hunter2", &Counting);
        assert_eq!(vault(1).open("nodes/a", &sealed).unwrap().as_slice(), b"hunter2");
    }

    #[test]
    fn a_value_moved_to_another_row_does_not_open() {
        let sealed = vault(1).seal("nodes/a", b"hunter2", &Counting);
        assert_eq!(vault(1).open("nodes/b", &sealed).unwrap_err().code, Code::KeyStore);
    }

    #[test]
    fn another_key_does_not_open_it() {
        let sealed = vault(1).seal("nodes/a", b"hunter2", &Counting);
        assert!(vault(2).open("nodes/a", &sealed).is_err());
    }

    #[test]
    fn a_single_changed_byte_is_noticed() {
        let sealed = vault(1).seal("nodes/a", b"hunter2", &Counting);
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(vault(1).open("nodes/a", &changed).is_err(), "byte {at}");
        }
    }

    #[test]
    fn the_plain_text_is_not_in_what_is_stored() {
        let sealed = vault(1).seal("nodes/a", b"hunter2", &Counting);
        assert!(!sealed.windows(7).any(|window| window == b"hunter2"));
    }
}
