//! A key from a passphrase: slow on purpose (Argon2id, RFC 9106 §4, second recommended setting: 64 MiB, 3 passes).

use argon2::{Algorithm, Argon2, Params, Version};
use gatepass_oauth::{Code, Failure, Secret};
use gatepass_platform::VaultKey;
use zeroize::Zeroizing;

/// Derives the vault's key. The salt is 16 random bytes kept in the database; it is no secret.
///
/// # Errors
/// [`Code::KeyStore`] for an empty passphrase.
pub(super) fn derive(passphrase: &Secret, salt: &[u8; 16]) -> Result<VaultKey, Failure> {
    if passphrase.is_empty() {
        return Err(Failure::new(
            Code::KeyStore,
            "The passphrase is empty",
            "An empty passphrase protects nothing",
            "Give a passphrase: in the window, or in the file that GATEPASS_PASSPHRASE_FILE names.",
        ));
    }
    let params = Params::new(64 * 1024, 3, 1, Some(32)).expect("constants within Argon2's bounds");
    let mut key = Zeroizing::new([0_u8; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.expose().as_bytes(), salt, key.as_mut())
        .expect("a 16-byte salt and a 32-byte key are within Argon2's bounds");
    Ok(key)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_same_passphrase_and_salt_give_the_same_key_and_others_do_not() {
        let key = derive(&Secret::new("correct horse"), &[7; 16]).unwrap();
        assert!(key == derive(&Secret::new("correct horse"), &[7; 16]).unwrap());
        assert!(key != derive(&Secret::new("correct horse"), &[8; 16]).unwrap());
        assert!(key != derive(&Secret::new("correct horsf"), &[7; 16]).unwrap());
    }

    #[test]
    fn an_empty_passphrase_is_refused() {
        assert!(derive(&Secret::new(""), &[7; 16]).is_err());
    }
}
