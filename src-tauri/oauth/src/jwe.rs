//! Decryption of JSON Web Encryption in compact form (RFC 7516), as ID tokens use it (OpenID Connect Core §10.2).
//!
//! Not done, on purpose: RSA1_5, whose padding leaks (RFC 8725 §3.2), and `zip`, which no ID token needs.

use aws_lc_rs::digest::{SHA256, SHA384, SHA512, digest};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::jwt::{PrivateKey, base64url, object};
use crate::secret::Secret;

mod content;
mod key_management;

use content::ContentEncryption;

/// What a token can be decrypted with.
#[derive(Clone, Copy, Default)]
pub struct DecryptionKeys<'a> {
    /// For RSA-OAEP, RSA-OAEP-256 and ECDH-ES.
    pub private: Option<&'a PrivateKey>,
    /// The client secret, for `dir`, A128KW and A256KW.
    pub secret: Option<&'a Secret>,
}

/// Why a token can't be decrypted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JweError {
    #[error("it does not have the five parts of an encrypted token")]
    Malformed,
    #[error("“{0}” is not supported here")]
    Unsupported(String),
    #[error("no key to decrypt {0} is set")]
    NoKey(String),
    #[error("the key is {key}, and {algorithm} needs another")]
    WrongKey { algorithm: String, key: String },
    /// Which step failed is not told: neither to a person, whom it does not help, nor to an attacker.
    #[error("the key does not fit, or the token was changed on its way")]
    Failed,
}

/// The five parts (RFC 7516 §3.1).
struct Parts<'a> {
    /// As it stands in the token: it is what is authenticated beside the content.
    protected: &'a str,
    header: Map<String, Value>,
    encrypted_key: Vec<u8>,
    iv: Vec<u8>,
    ciphertext: Vec<u8>,
    tag: Vec<u8>,
}

/// Decrypts a token: what was inside is a JWT, signed or not.
///
/// # Errors
/// Why it can't be decrypted.
pub fn decrypt(token: &Secret, keys: DecryptionKeys<'_>) -> Result<Secret, JweError> {
    let parts = Parts::of(token.expose()).ok_or(JweError::Malformed)?;
    for name in ["zip", "crit"] {
        if parts.header.contains_key(name) {
            return Err(JweError::Unsupported(name.to_owned()));
        }
    }
    let text = |name: &str| parts.header.get(name).and_then(Value::as_str).unwrap_or_default();
    let unsupported = |name: &str| JweError::Unsupported(crate::inert::inert(name, 40));
    let encryption = ContentEncryption::parse(text("enc")).ok_or_else(|| unsupported(text("enc")))?;
    let key = key_management::content_key(text("alg"), encryption, &parts, keys)?;
    let content = content::decrypt(encryption, &key, &parts)?;
    match std::str::from_utf8(&content) {
        Ok(text) => Ok(Secret::from(text)),
        Err(_) => Err(JweError::Failed),
    }
}

/// `alg` and `enc` of a token that is encrypted, for a person.
pub fn describe(token: &Secret) -> Option<String> {
    let parts = Parts::of(token.expose())?;
    let text = |name: &str| parts.header.get(name).and_then(Value::as_str).unwrap_or("?");
    Some(crate::inert::inert(&format!("{}, {}", text("alg"), text("enc")), 80))
}

impl<'a> Parts<'a> {
    fn of(token: &'a str) -> Option<Self> {
        let parts: Vec<&str> = token.splitn(6, '.').collect();
        let [protected, encrypted_key, iv, ciphertext, tag] = parts[..] else { return None };
        Some(Self {
            protected,
            header: object("header", protected).ok()?,
            encrypted_key: base64url::decode(encrypted_key)?,
            iv: base64url::decode(iv)?,
            ciphertext: base64url::decode(ciphertext)?,
            tag: base64url::decode(tag)?,
        })
    }
}

/// A key of `length` bytes made of the client secret (OpenID Connect Core §10.2): the leftmost bytes of its hash.
fn key_of_secret(secret: &Secret, length: usize) -> Zeroizing<Vec<u8>> {
    let hash = match length {
        ..=32 => &SHA256,
        33..=48 => &SHA384,
        _ => &SHA512,
    };
    Zeroizing::new(digest(hash, secret.expose().as_bytes()).as_ref()[..length].to_vec())
}

#[cfg(test)]
mod tests;
