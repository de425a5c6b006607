//! ES512 (RFC 7518 §3.4): ECDSA on P-521 with SHA-512. jsonwebtoken does not have it, so it is asked of aws-lc-rs
//! directly; see `signature.rs` for all the others.

use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P521_SHA512_FIXED, EcdsaKeyPair, UnparsedPublicKey};

/// Whether a signature (r and s, 66 bytes each) fits the public key, an uncompressed point on P-521.
pub(super) fn verify(point: &[u8], input: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&ECDSA_P521_SHA512_FIXED, point).verify(input, signature).is_ok()
}

/// The signature of a key pair on P-521: r and s, 66 bytes each.
pub(super) fn sign(pair: &EcdsaKeyPair, input: &[u8]) -> Result<Vec<u8>, Unspecified> {
    Ok(pair.sign(&SystemRandom::new(), input)?.as_ref().to_vec())
}
