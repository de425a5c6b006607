//! RSA signatures for OAuth 1.0 (RSASSA-PKCS1-v1_5, RFC 8017 §8.2).
//!
//! The cryptographic library of the rest of the program signs neither with SHA-1 nor with keys under 2048 bits, which
//! is just what the APIs that still speak OAuth 1.0 were set up with. So the encoding is made here, and the power is
//! taken in constant time.

use aws_lc_rs::digest::digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Odd};
use gatepass_oauth::Failure;
use pkcs8::der::asn1::UintRef;
use pkcs8::der::{Decode as _, Reader as _, SliceReader};
use pkcs8::{PrivateKeyInfoRef, SecretDocument};
use zeroize::Zeroizing;

use super::{Hash, KIND};
use crate::pipeline::authorize::written::unusable;

/// Shorter keys can be broken by anybody.
const LEAST_BITS: u32 = 1024;
/// Longer ones would keep the sender waiting for seconds.
const MOST_BITS: u32 = 16_384;

/// The signature as Base64. The key is PEM, PKCS#8 or PKCS#1.
pub(super) fn sign(pem: &str, hash: Hash, message: &[u8]) -> Result<String, Failure> {
    let key = Key::from_pem(pem).ok_or_else(|| {
        unusable(
            KIND,
            "The private key cannot be read",
            "Paste an RSA key of 1024 bits or more that is not encrypted: the block that starts with \
             -----BEGIN PRIVATE KEY----- or -----BEGIN RSA PRIVATE KEY-----.",
        )
    })?;
    let encoded = encode(hash, message, key.length).ok_or_else(|| {
        unusable(KIND, "The private key is too short for this signature method", "Use a longer key.")
    })?;
    Ok(STANDARD.encode(key.power(&encoded)))
}

/// What is needed of an RSA key.
struct Key {
    modulus: Odd<BoxedUint>,
    exponent: BoxedUint,
    /// Of a signature, in bytes.
    length: usize,
}

impl Key {
    fn from_pem(pem: &str) -> Option<Self> {
        let (label, document) = SecretDocument::from_pem(pem.trim()).ok()?;
        match label {
            "PRIVATE KEY" => {
                let info = PrivateKeyInfoRef::try_from(document.as_bytes()).ok()?;
                Self::from_pkcs1(info.private_key.as_bytes())
            }
            "RSA PRIVATE KEY" => Self::from_pkcs1(document.as_bytes()),
            _ => None,
        }
    }

    /// `RSAPrivateKey` (RFC 8017 §A.1.2): version, modulus, public exponent, private exponent, and more.
    fn from_pkcs1(der: &[u8]) -> Option<Self> {
        let mut reader = SliceReader::new(der).ok()?;
        let (modulus, exponent) = reader
            .sequence(|members| {
                let _version = UintRef::decode(members)?;
                let modulus = UintRef::decode(members)?;
                let _public = UintRef::decode(members)?;
                let exponent = UintRef::decode(members)?;
                members.drain(members.remaining_len())?;
                Ok::<_, pkcs8::der::Error>((modulus, exponent))
            })
            .ok()?;
        let length = modulus.as_bytes().len();
        let bits = u32::try_from(length).ok()?.checked_mul(8)?;
        if !(LEAST_BITS..=MOST_BITS).contains(&bits) {
            return None;
        }
        let modulus = BoxedUint::from_be_slice(modulus.as_bytes(), bits).ok()?;
        let exponent = BoxedUint::from_be_slice(exponent.as_bytes(), bits).ok()?;
        Some(Self { modulus: Option::from(Odd::new(modulus))?, exponent, length })
    }

    fn power(&self, encoded: &[u8]) -> Zeroizing<Vec<u8>> {
        let parameters = BoxedMontyParams::new(self.modulus.clone());
        let message = BoxedUint::from_be_slice_vartime(encoded);
        let power = BoxedMontyForm::new(message, &parameters).pow(&self.exponent).retrieve();
        let bytes = power.to_be_bytes();
        Zeroizing::new(bytes[bytes.len() - self.length..].to_vec())
    }
}

/// EMSA-PKCS1-v1_5 (RFC 8017 §9.2): `00 01 ff … ff 00`, the hash's name, the hash.
fn encode(hash: Hash, message: &[u8], length: usize) -> Option<Vec<u8>> {
    const SHA1: &[u8] =
        &[0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14];
    const SHA256: &[u8] = &[
        0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00,
        0x04, 0x20,
    ];
    const SHA512: &[u8] = &[
        0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03, 0x05, 0x00,
        0x04, 0x40,
    ];
    let name = match hash {
        Hash::Sha1 => SHA1,
        Hash::Sha256 => SHA256,
        Hash::Sha512 => SHA512,
    };
    let digest = digest(hash.digest(), message);
    let padding =
        length.checked_sub(3 + name.len() + digest.as_ref().len()).filter(|padding| *padding >= 8)?;
    let mut encoded = vec![0, 1];
    encoded.resize(2 + padding, 0xff);
    encoded.push(0);
    encoded.extend_from_slice(name);
    encoded.extend_from_slice(digest.as_ref());
    Some(encoded)
}
