//! Signatures of JSON Web Tokens (RFC 7515): made and verified.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512,
    RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384,
    RSA_PSS_2048_8192_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512, RsaEncoding, RsaParameters,
    RsaPublicKeyComponents, UnparsedPublicKey,
};
use aws_lc_rs::{error::Unspecified, hmac};
use serde_json::{Map, Value};

use super::private_key::Material;
use super::{Algorithm, Jwk, Jwt, KeyKind, PrivateKey, PublicKey, base64url};
use crate::failure::{Code, Failure};
use crate::secret::Secret;

/// What a signature is verified with.
#[derive(Clone, Copy)]
pub enum VerificationKey<'a> {
    /// A key that the signer published.
    Public(&'a Jwk),
    /// The client secret, for HS256, HS384 and HS512.
    Secret(&'a Secret),
}

/// What a token is signed with.
#[derive(Clone, Copy)]
pub enum SigningKey<'a> {
    Private(&'a PrivateKey),
    /// The client secret, for HS256, HS384 and HS512.
    Secret(&'a Secret),
}

/// Why a signature does not hold, or can't be judged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    #[error("it is not signed (alg “none”)")]
    Unsigned,
    #[error("the algorithm “{0}” is not known here")]
    UnknownAlgorithm(String),
    /// RFC 7515 §4.1.11.
    #[error("it demands the extension “{0}”, which is not known here")]
    Critical(String),
    /// The confusion of algorithms: a key is only ever used for what it is.
    #[error("{algorithm} can’t be verified with {key}")]
    WrongKey { algorithm: Algorithm, key: KeyKind },
    /// RFC 7518 §3.3.
    #[error("the RSA key has {0} bits, at least 2048 are needed")]
    WeakKey(usize),
    #[error("the signature does not fit the key")]
    Wrong,
}

impl Jwt {
    /// The algorithm of the header.
    ///
    /// # Errors
    /// If the token is not signed, or in a way that can't be judged here.
    pub fn algorithm(&self) -> Result<Algorithm, SignatureError> {
        let name = self.alg().unwrap_or_default();
        if name.eq_ignore_ascii_case("none") {
            return Err(SignatureError::Unsigned);
        }
        Algorithm::parse(name).ok_or_else(|| SignatureError::UnknownAlgorithm(crate::inert::inert(name, 40)))
    }

    /// Verifies the signature, and nothing else.
    ///
    /// # Errors
    /// Why it does not hold with this key.
    pub fn verify(&self, key: VerificationKey<'_>) -> Result<(), SignatureError> {
        self.check_critical()?;
        let algorithm = self.algorithm()?;
        let kind = match key {
            VerificationKey::Public(jwk) => jwk.key.kind(),
            VerificationKey::Secret(_) => KeyKind::Symmetric,
        };
        if kind != algorithm.key_kind() {
            return Err(SignatureError::WrongKey { algorithm, key: kind });
        }
        match key {
            VerificationKey::Secret(secret) => {
                hmac::verify(&hmac_key(algorithm, secret), self.signing_input(), self.signature())
                    .map_err(|_| SignatureError::Wrong)
            }
            VerificationKey::Public(jwk) => {
                verify_public(algorithm, &jwk.key, self.signing_input(), self.signature())
            }
        }
    }

    /// No extension is known here, so whatever is critical is too much.
    fn check_critical(&self) -> Result<(), SignatureError> {
        match self.header().get("crit") {
            None => Ok(()),
            Some(Value::Array(names)) if !names.is_empty() => {
                let name = names[0].as_str().unwrap_or("?");
                Err(SignatureError::Critical(crate::inert::inert(name, 40)))
            }
            Some(_) => Err(SignatureError::Critical("?".to_owned())),
        }
    }
}

/// The kinds of key and algorithm have been compared before.
fn verify_public(
    algorithm: Algorithm,
    key: &PublicKey,
    input: &[u8],
    signature: &[u8],
) -> Result<(), SignatureError> {
    let verdict = match key {
        PublicKey::Rsa { n, e } => {
            let bits = bit_length(n);
            if bits < 2048 {
                return Err(SignatureError::WeakKey(bits));
            }
            RsaPublicKeyComponents { n, e }.verify(rsa_verification(algorithm), input, signature)
        }
        PublicKey::Ec { curve, x, y } => {
            UnparsedPublicKey::new(curve.verification(), PublicKey::point(x, y)).verify(input, signature)
        }
        PublicKey::Ed25519 { x } => UnparsedPublicKey::new(&ED25519, x).verify(input, signature),
    };
    verdict.map_err(|_| SignatureError::Wrong)
}

/// Signs `claims` and returns the compact serialisation. `header` holds what is to stand beside `alg`, which is
/// set here.
///
/// # Errors
/// [`Code::Configuration`] if the key does not fit the algorithm.
pub fn sign(
    algorithm: Algorithm,
    key: SigningKey<'_>,
    header: Map<String, Value>,
    claims: &Map<String, Value>,
) -> Result<Secret, Failure> {
    let kind = match key {
        SigningKey::Private(key) => key.kind(),
        SigningKey::Secret(_) => KeyKind::Symmetric,
    };
    if kind != algorithm.key_kind() {
        return Err(does_not_fit(algorithm, kind));
    }
    let mut full_header = Map::from_iter([("alg".to_owned(), Value::from(algorithm.as_str()))]);
    full_header.extend(header.into_iter().filter(|(name, _)| name != "alg"));
    let input = format!(
        "{}.{}",
        base64url::encode(Value::Object(full_header).to_string()),
        base64url::encode(Value::Object(claims.clone()).to_string()),
    );
    let signature = match key {
        SigningKey::Secret(secret) => {
            hmac::sign(&hmac_key(algorithm, secret), input.as_bytes()).as_ref().to_vec()
        }
        SigningKey::Private(key) => raw_signature(algorithm, &key.material, input.as_bytes())
            .map_err(|_| does_not_fit(algorithm, kind))?,
    };
    Ok(Secret::new(format!("{input}.{}", base64url::encode(signature))))
}

/// The random source is aws-lc's own here: its signing functions take no other, whatever they are given.
fn raw_signature(algorithm: Algorithm, material: &Material, input: &[u8]) -> Result<Vec<u8>, Unspecified> {
    let random = SystemRandom::new();
    match material {
        Material::Rsa(pair) => {
            let mut signature = vec![0; pair.public_modulus_len()];
            pair.sign(rsa_encoding(algorithm), &random, input, &mut signature)?;
            Ok(signature)
        }
        Material::Ec(_, pair) => Ok(pair.sign(&random, input)?.as_ref().to_vec()),
        Material::Ed25519(pair) => Ok(pair.try_sign(input)?.as_ref().to_vec()),
    }
}

fn does_not_fit(algorithm: Algorithm, kind: KeyKind) -> Failure {
    Failure::new(
        Code::Configuration,
        format!("This key can’t sign with {algorithm}"),
        format!("The key is {kind}; {algorithm} needs {}.", algorithm.key_kind()),
        "Choose an algorithm that fits the key, or another key.",
    )
}

fn hmac_key(algorithm: Algorithm, secret: &Secret) -> hmac::Key {
    let hash = match algorithm {
        Algorithm::Hs384 => hmac::HMAC_SHA384,
        Algorithm::Hs512 => hmac::HMAC_SHA512,
        _ => hmac::HMAC_SHA256,
    };
    hmac::Key::new(hash, secret.expose().as_bytes())
}

fn rsa_verification(algorithm: Algorithm) -> &'static RsaParameters {
    match algorithm {
        Algorithm::Rs384 => &RSA_PKCS1_2048_8192_SHA384,
        Algorithm::Rs512 => &RSA_PKCS1_2048_8192_SHA512,
        Algorithm::Ps256 => &RSA_PSS_2048_8192_SHA256,
        Algorithm::Ps384 => &RSA_PSS_2048_8192_SHA384,
        Algorithm::Ps512 => &RSA_PSS_2048_8192_SHA512,
        _ => &RSA_PKCS1_2048_8192_SHA256,
    }
}

fn rsa_encoding(algorithm: Algorithm) -> &'static dyn RsaEncoding {
    match algorithm {
        Algorithm::Rs384 => &RSA_PKCS1_SHA384,
        Algorithm::Rs512 => &RSA_PKCS1_SHA512,
        Algorithm::Ps256 => &RSA_PSS_SHA256,
        Algorithm::Ps384 => &RSA_PSS_SHA384,
        Algorithm::Ps512 => &RSA_PSS_SHA512,
        _ => &RSA_PKCS1_SHA256,
    }
}

fn bit_length(number: &[u8]) -> usize {
    number.first().map_or(0, |first| number.len() * 8 - first.leading_zeros() as usize)
}

#[cfg(test)]
mod tests;
