//! Content encryption (RFC 7518 §5): AES-GCM, and AES-CBC with HMAC.

use aws_lc_rs::aead::{AES_128_GCM, AES_192_GCM, AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::cipher::{
    AES_128, AES_192, AES_256, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey,
};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::{hmac, iv::FixedLength};
use zeroize::Zeroizing;

use super::{JweError, Parts};

/// The value of `enc`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ContentEncryption {
    A128Gcm,
    A192Gcm,
    A256Gcm,
    A128CbcHs256,
    A192CbcHs384,
    A256CbcHs512,
}

impl ContentEncryption {
    const ALL: [(&'static str, Self); 6] = [
        ("A128GCM", Self::A128Gcm),
        ("A192GCM", Self::A192Gcm),
        ("A256GCM", Self::A256Gcm),
        ("A128CBC-HS256", Self::A128CbcHs256),
        ("A192CBC-HS384", Self::A192CbcHs384),
        ("A256CBC-HS512", Self::A256CbcHs512),
    ];

    pub(super) fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, encryption)| *encryption)
    }

    pub(super) fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, encryption)| *encryption == self).map_or("", |(name, _)| name)
    }

    /// How many bytes its key has.
    pub(super) fn key_length(self) -> usize {
        match self {
            Self::A128Gcm => 16,
            Self::A192Gcm => 24,
            Self::A256Gcm | Self::A128CbcHs256 => 32,
            Self::A192CbcHs384 => 48,
            Self::A256CbcHs512 => 64,
        }
    }
}

pub(super) fn decrypt(
    encryption: ContentEncryption,
    key: &[u8],
    parts: &Parts<'_>,
) -> Result<Zeroizing<Vec<u8>>, JweError> {
    use ContentEncryption as Encryption;
    if key.len() != encryption.key_length() {
        return Err(JweError::Failed);
    }
    let content = match encryption {
        Encryption::A128Gcm | Encryption::A192Gcm | Encryption::A256Gcm => gcm(key, parts),
        Encryption::A128CbcHs256 => cbc(key, hmac::HMAC_SHA256, parts),
        Encryption::A192CbcHs384 => cbc(key, hmac::HMAC_SHA384, parts),
        Encryption::A256CbcHs512 => cbc(key, hmac::HMAC_SHA512, parts),
    };
    content.map_err(|_| JweError::Failed)
}

/// RFC 7518 §5.3: a nonce of 96 bits, a tag of 128.
fn gcm(key: &[u8], parts: &Parts<'_>) -> Result<Zeroizing<Vec<u8>>, Unspecified> {
    let algorithm = match key.len() {
        16 => &AES_128_GCM,
        24 => &AES_192_GCM,
        _ => &AES_256_GCM,
    };
    if parts.tag.len() != 16 {
        return Err(Unspecified);
    }
    let key = LessSafeKey::new(UnboundKey::new(algorithm, key)?);
    let nonce = Nonce::try_assume_unique_for_key(&parts.iv)?;
    let mut buffer = Zeroizing::new([parts.ciphertext.as_slice(), &parts.tag].concat());
    let length = key.open_in_place(nonce, Aad::from(parts.protected.as_bytes()), &mut buffer)?.len();
    buffer.truncate(length);
    Ok(buffer)
}

/// RFC 7518 §5.2: the first half of the key is the HMAC's, the second the cipher's. The tag is compared before
/// anything is decrypted.
fn cbc(key: &[u8], algorithm: hmac::Algorithm, parts: &Parts<'_>) -> Result<Zeroizing<Vec<u8>>, Unspecified> {
    let (mac_key, cipher_key) = key.split_at(key.len() / 2);
    let aad = parts.protected.as_bytes();
    let mut context = hmac::Context::with_key(&hmac::Key::new(algorithm, mac_key));
    context.update(aad);
    context.update(&parts.iv);
    context.update(&parts.ciphertext);
    context.update(&(aad.len() as u64 * 8).to_be_bytes());
    verify_slices_are_equal(&context.sign().as_ref()[..mac_key.len()], &parts.tag)?;
    let algorithm = match cipher_key.len() {
        16 => &AES_128,
        24 => &AES_192,
        _ => &AES_256,
    };
    let iv = FixedLength::try_from(parts.iv.as_slice())?;
    let key = PaddedBlockDecryptingKey::cbc_pkcs7(UnboundCipherKey::new(algorithm, cipher_key)?)?;
    let mut buffer = Zeroizing::new(parts.ciphertext.clone());
    let length = key.decrypt(&mut buffer, DecryptionContext::Iv128(iv))?.len();
    buffer.truncate(length);
    Ok(buffer)
}
