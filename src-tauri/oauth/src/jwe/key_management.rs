//! How the content key is found (RFC 7518 §4).

use aws_lc_rs::agreement::{ECDH_P256, ECDH_P384, ECDH_P521, PrivateKey as Scalar, UnparsedPublicKey, agree};
use aws_lc_rs::digest::{Context, SHA256};
use aws_lc_rs::encoding::{AsBigEndian, AsDer, EcPrivateKeyBin, Pkcs8V1Der};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::key_wrap::{AES_128, AES_256, AesKek, KeyWrap};
use aws_lc_rs::rsa::{
    OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepAlgorithm, OaepPrivateDecryptingKey, PrivateDecryptingKey,
};
use aws_lc_rs::signature::{EcdsaKeyPair, RsaKeyPair};
use serde_json::Value;
use zeroize::Zeroizing;

use super::content::ContentEncryption;
use super::{DecryptionKeys, JweError, Parts, key_of_secret};
use crate::jwt::{Curve, Jwk, Material, PrivateKey, PublicKey, base64url};

type Key = Zeroizing<Vec<u8>>;

/// The key that the content is encrypted with.
pub(super) fn content_key(
    algorithm: &str,
    encryption: ContentEncryption,
    parts: &Parts<'_>,
    keys: DecryptionKeys<'_>,
) -> Result<Key, JweError> {
    let no_key = || JweError::NoKey(crate::inert::inert(algorithm, 40));
    let private = || keys.private.ok_or_else(no_key);
    let secret = |length| keys.secret.map(|secret| key_of_secret(secret, length)).ok_or_else(no_key);
    let key = match algorithm {
        "RSA-OAEP" => rsa(private()?, algorithm, &OAEP_SHA1_MGF1SHA1, parts),
        "RSA-OAEP-256" => rsa(private()?, algorithm, &OAEP_SHA256_MGF1SHA256, parts),
        "ECDH-ES" => agreed(private()?, algorithm, encryption.name(), encryption.key_length(), parts),
        "ECDH-ES+A128KW" => unwrap(&agreed(private()?, algorithm, algorithm, 16, parts)?, parts),
        "ECDH-ES+A256KW" => unwrap(&agreed(private()?, algorithm, algorithm, 32, parts)?, parts),
        "A128KW" => unwrap(&secret(16)?, parts),
        "A256KW" => unwrap(&secret(32)?, parts),
        "dir" => secret(encryption.key_length()),
        other => return Err(JweError::Unsupported(crate::inert::inert(other, 40))),
    }?;
    if key.len() == encryption.key_length() { Ok(key) } else { Err(JweError::Failed) }
}

/// RFC 7518 §4.3.
fn rsa(
    key: &PrivateKey,
    name: &str,
    algorithm: &'static OaepAlgorithm,
    parts: &Parts<'_>,
) -> Result<Key, JweError> {
    let Material::Rsa(pair) = &key.material else { return Err(wrong_key(key, name)) };
    open_rsa(pair, algorithm, &parts.encrypted_key).map_err(|_| JweError::Failed)
}

fn open_rsa(
    pair: &RsaKeyPair,
    algorithm: &'static OaepAlgorithm,
    encrypted: &[u8],
) -> Result<Key, Unspecified> {
    let der: Pkcs8V1Der<'_> = pair.as_der()?;
    let private = PrivateDecryptingKey::from_pkcs8(der.as_ref()).map_err(|_| Unspecified)?;
    let private = OaepPrivateDecryptingKey::new(private)?;
    let mut buffer = Zeroizing::new(vec![0; private.min_output_size()]);
    let length = private.decrypt(algorithm, encrypted, &mut buffer, None)?.len();
    buffer.truncate(length);
    Ok(buffer)
}

/// RFC 7518 §4.6: a key agreed with the sender's ephemeral one. `purpose` is what the key is for.
fn agreed(
    key: &PrivateKey,
    name: &str,
    purpose: &str,
    length: usize,
    parts: &Parts<'_>,
) -> Result<Key, JweError> {
    let Material::Ec(curve, pair) = &key.material else { return Err(wrong_key(key, name)) };
    let ephemeral = parts.header.get("epk").and_then(|epk| Jwk::from_json(epk).ok());
    let Some(PublicKey::Ec { curve: theirs, x, y }) = ephemeral.map(|jwk| jwk.key) else {
        return Err(JweError::Malformed);
    };
    if theirs != *curve {
        return Err(wrong_key(key, name));
    }
    let party = |name: &str| {
        parts.header.get(name).and_then(Value::as_str).and_then(base64url::decode).unwrap_or_default()
    };
    let shared = shared_secret(*curve, pair, &PublicKey::point(&x, &y)).map_err(|_| JweError::Failed)?;
    Ok(concat_kdf(&shared, purpose, &party("apu"), &party("apv"), length))
}

fn shared_secret(curve: Curve, pair: &EcdsaKeyPair, point: &[u8]) -> Result<Key, Unspecified> {
    let algorithm = match curve {
        Curve::P256 => &ECDH_P256,
        Curve::P384 => &ECDH_P384,
        Curve::P521 => &ECDH_P521,
    };
    let scalar: EcPrivateKeyBin<'_> = pair.private_key().as_be_bytes()?;
    let scalar = Scalar::from_private_key(algorithm, scalar.as_ref()).map_err(|_| Unspecified)?;
    agree(&scalar, UnparsedPublicKey::new(algorithm, point), Unspecified, |shared| {
        Ok(Zeroizing::new(shared.to_vec()))
    })
}

/// The key derivation of NIST SP 800-56A with SHA-256, as RFC 7518 §4.6.2 fills it in.
pub(super) fn concat_kdf(shared: &[u8], purpose: &str, apu: &[u8], apv: &[u8], length: usize) -> Key {
    let mut key = Zeroizing::new(Vec::with_capacity(length + 32));
    for round in 1u32.. {
        if key.len() >= length {
            break;
        }
        let mut hash = Context::new(&SHA256);
        hash.update(&round.to_be_bytes());
        hash.update(shared);
        for field in [purpose.as_bytes(), apu, apv] {
            hash.update(&(field.len() as u32).to_be_bytes());
            hash.update(field);
        }
        hash.update(&(length as u32 * 8).to_be_bytes());
        key.extend_from_slice(hash.finish().as_ref());
    }
    key.truncate(length);
    key
}

/// RFC 7518 §4.4: AES key wrap.
pub(super) fn unwrap(key: &[u8], parts: &Parts<'_>) -> Result<Key, JweError> {
    let cipher = if key.len() == 16 { &AES_128 } else { &AES_256 };
    let open = || -> Result<Key, Unspecified> {
        let mut buffer = Zeroizing::new(vec![0; parts.encrypted_key.len()]);
        let length = AesKek::new(cipher, key)?.unwrap(&parts.encrypted_key, &mut buffer)?.len();
        buffer.truncate(length);
        Ok(buffer)
    };
    open().map_err(|_| JweError::Failed)
}

fn wrong_key(key: &PrivateKey, algorithm: &str) -> JweError {
    JweError::WrongKey { algorithm: algorithm.to_owned(), key: key.kind().to_string() }
}
