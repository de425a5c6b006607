//! Signatures of JSON Web Tokens (RFC 7515): made and verified.

use jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
use jsonwebtoken::{DecodingKey, EncodingKey};
use serde_json::{Map, Value};

use super::private_key::Material;
use super::{Algorithm, Jwk, Jwt, KeyKind, PrivateKey, PublicKey, base64url, es512};
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
    /// The same where the secret is no text.
    SecretBytes(&'a [u8]),
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
        holds(algorithm, key, self.signing_input(), self.signature())
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
fn holds(
    algorithm: Algorithm,
    key: VerificationKey<'_>,
    input: &[u8],
    signature: &[u8],
) -> Result<(), SignatureError> {
    let decoding_key = match key {
        VerificationKey::Secret(secret) => DecodingKey::from_secret(secret.expose().as_bytes()),
        VerificationKey::Public(jwk) => {
            check_strength(&jwk.key)?;
            jwk.key.decoding_key()
        }
    };
    let holds = match algorithm.as_jsonwebtoken() {
        // The provider is named, so that no feature of another crate can change which one it is.
        Some(algorithm) => (DEFAULT_PROVIDER.verifier_factory)(&algorithm, &decoding_key)
            .is_ok_and(|verifier| verifier.verify(input, &signature.to_vec()).is_ok()),
        None => decoding_key.try_get_as_bytes().is_ok_and(|point| es512::verify(point, input, signature)),
    };
    if holds { Ok(()) } else { Err(SignatureError::Wrong) }
}

/// Told apart from a wrong signature, for which the library would take it.
fn check_strength(key: &PublicKey) -> Result<(), SignatureError> {
    match key {
        PublicKey::Rsa { n, .. } if bit_length(n) < 2048 => Err(SignatureError::WeakKey(bit_length(n))),
        _ => Ok(()),
    }
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
        SigningKey::Secret(_) | SigningKey::SecretBytes(_) => KeyKind::Symmetric,
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
    let signature =
        raw_signature(algorithm, key, input.as_bytes()).ok_or_else(|| does_not_fit(algorithm, kind))?;
    Ok(Secret::new(format!("{input}.{}", base64url::encode(signature))))
}

/// `None` if the key does not fit. The random source is aws-lc's own here: its signing functions take no other,
/// whatever they are given.
fn raw_signature(algorithm: Algorithm, key: SigningKey<'_>, input: &[u8]) -> Option<Vec<u8>> {
    let Some(algorithm) = algorithm.as_jsonwebtoken() else {
        return match key {
            SigningKey::Private(PrivateKey { material: Material::Ec(_, pair), .. }) => {
                es512::sign(pair, input).ok()
            }
            _ => None,
        };
    };
    let signer = match key {
        SigningKey::Secret(secret) => (DEFAULT_PROVIDER.signer_factory)(
            &algorithm,
            &EncodingKey::from_secret(secret.expose().as_bytes()),
        ),
        SigningKey::SecretBytes(bytes) => {
            (DEFAULT_PROVIDER.signer_factory)(&algorithm, &EncodingKey::from_secret(bytes))
        }
        SigningKey::Private(key) => (DEFAULT_PROVIDER.signer_factory)(&algorithm, key.encoding_key.as_ref()?),
    };
    signer.ok()?.try_sign(input).ok()
}

fn does_not_fit(algorithm: Algorithm, kind: KeyKind) -> Failure {
    Failure::new(
        Code::Configuration,
        format!("This key can’t sign with {algorithm}"),
        format!("The key is {kind}; {algorithm} needs {}.", algorithm.key_kind()),
        "Choose an algorithm that fits the key, or another key.",
    )
}

fn bit_length(number: &[u8]) -> usize {
    number.first().map_or(0, |first| number.len() * 8 - first.leading_zeros() as usize)
}

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod tests;
