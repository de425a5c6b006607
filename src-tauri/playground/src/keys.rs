//! The signing keys, and JSON Web Signatures made and checked with them (RFC 7515, 7518, 8037).

use std::sync::OnceLock;

use aws_lc_rs::{
    digest::{SHA256, digest},
    error::Unspecified,
    rand::SystemRandom,
    rsa::KeySize,
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair, Ed25519KeyPair,
        KeyPair, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey,
        VerificationAlgorithm,
    },
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// A JWS algorithm that the playground signs with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Es256,
    Rs256,
    EdDsa,
}

impl Algorithm {
    pub const ALL: [Self; 3] = [Self::Es256, Self::Rs256, Self::EdDsa];

    /// The `alg` header.
    pub fn name(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
            Self::EdDsa => "EdDSA",
        }
    }
}

/// A token whose signature is ours. Nothing else about it has been checked.
pub(crate) struct SignedToken {
    /// The `typ` header.
    pub kind: String,
    pub claims: Value,
}

impl SignedToken {
    pub fn text(&self, claim: &str) -> Option<&str> {
        self.claims[claim].as_str()
    }
}

/// One key for each algorithm.
pub(crate) struct SigningKeys {
    ecdsa: Key<EcdsaKeyPair>,
    ed25519: Key<Ed25519KeyPair>,
    /// Made when it is first needed: that takes a good part of a second.
    rsa: OnceLock<Result<Key<RsaKeyPair>, Unspecified>>,
}

struct Key<Pair> {
    pair: Pair,
    /// The public half.
    jwk: Value,
}

impl SigningKeys {
    pub fn generate() -> Result<Self, Unspecified> {
        let ecdsa = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)?;
        let ed25519 = Ed25519KeyPair::generate()?;
        Ok(Self {
            ecdsa: Key { jwk: ec_jwk(ecdsa.public_key().as_ref())?, pair: ecdsa },
            ed25519: Key { jwk: okp_jwk(ed25519.public_key().as_ref()), pair: ed25519 },
            rsa: OnceLock::new(),
        })
    }

    /// The JWK Set (RFC 7517 §5).
    pub fn jwk_set(&self) -> Result<Value, Unspecified> {
        Ok(json!({"keys": [self.ecdsa.jwk, self.rsa()?.jwk, self.ed25519.jwk]}))
    }

    /// A signed JWT with this `typ` header.
    pub fn sign(&self, algorithm: Algorithm, kind: &str, claims: &Value) -> Result<String, Unspecified> {
        let jwk = match algorithm {
            Algorithm::Es256 => &self.ecdsa.jwk,
            Algorithm::Rs256 => &self.rsa()?.jwk,
            Algorithm::EdDsa => &self.ed25519.jwk,
        };
        let header = json!({"alg": algorithm.name(), "typ": kind, "kid": jwk["kid"]});
        let message = format!(
            "{}.{}",
            base64url(header.to_string().as_bytes()),
            base64url(claims.to_string().as_bytes())
        );
        let signature = match algorithm {
            Algorithm::Es256 => {
                self.ecdsa.pair.sign(&SystemRandom::new(), message.as_bytes())?.as_ref().to_vec()
            }
            Algorithm::EdDsa => self.ed25519.pair.sign(message.as_bytes()).as_ref().to_vec(),
            Algorithm::Rs256 => {
                let pair = &self.rsa()?.pair;
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature)?;
                signature
            }
        };
        Ok(format!("{message}.{}", base64url(&signature)))
    }

    /// The token behind `compact`, if one of our keys signed it with the algorithm that the key is for.
    pub fn verify(&self, compact: &str) -> Option<SignedToken> {
        let (message, signature) = compact.rsplit_once('.')?;
        let (header, payload) = message.split_once('.')?;
        let header: Value = decoded_json(header)?;
        let algorithm = Algorithm::ALL.into_iter().find(|algorithm| header["alg"] == algorithm.name())?;
        let (verification, key): (&'static dyn VerificationAlgorithm, &[u8]) = match algorithm {
            Algorithm::Es256 => (&ECDSA_P256_SHA256_FIXED, self.ecdsa.pair.public_key().as_ref()),
            Algorithm::EdDsa => (&ED25519, self.ed25519.pair.public_key().as_ref()),
            // A key that has not been made has signed nothing.
            Algorithm::Rs256 => {
                (&RSA_PKCS1_2048_8192_SHA256, self.rsa.get()?.as_ref().ok()?.pair.public_key().as_ref())
            }
        };
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        UnparsedPublicKey::new(verification, key).verify(message.as_bytes(), &signature).ok()?;
        let kind = header["typ"].as_str().unwrap_or_default().to_owned();
        Some(SignedToken { kind, claims: decoded_json(payload)? })
    }

    fn rsa(&self) -> Result<&Key<RsaKeyPair>, Unspecified> {
        let made = self.rsa.get_or_init(|| {
            let pair = RsaKeyPair::generate(KeySize::Rsa2048)?;
            Ok(Key { jwk: rsa_jwk(pair.public_key().as_ref())?, pair })
        });
        made.as_ref().map_err(|error| *error)
    }
}

pub(crate) fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The left half of the SHA-256 of a token: `at_hash` for the algorithms with SHA-256 (OIDC Core §3.1.3.6). Ed25519
/// hashes with SHA-512, so its `at_hash` is the left half of that.
pub(crate) fn token_hash(algorithm: Algorithm, token: &str) -> String {
    let hash = match algorithm {
        Algorithm::Es256 | Algorithm::Rs256 => digest(&SHA256, token.as_bytes()),
        Algorithm::EdDsa => digest(&aws_lc_rs::digest::SHA512, token.as_bytes()),
    };
    base64url(&hash.as_ref()[..hash.as_ref().len() / 2])
}

fn decoded_json(part: &str) -> Option<Value> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

/// From an uncompressed point: 0x04, then x and y of 32 bytes each.
fn ec_jwk(point: &[u8]) -> Result<Value, Unspecified> {
    let (Some(x), Some(y), 65) = (point.get(1..33), point.get(33..65), point.len()) else {
        return Err(Unspecified);
    };
    Ok(published(
        json!({"crv": "P-256", "kty": "EC", "x": base64url(x), "y": base64url(y)}),
        Algorithm::Es256,
    ))
}

fn okp_jwk(point: &[u8]) -> Value {
    published(json!({"crv": "Ed25519", "kty": "OKP", "x": base64url(point)}), Algorithm::EdDsa)
}

/// From an RFC 8017 `RSAPublicKey`: a DER sequence of two positive integers.
fn rsa_jwk(der: &[u8]) -> Result<Value, Unspecified> {
    let (sequence, _) = der_value(der, 0x30).ok_or(Unspecified)?;
    let (modulus, rest) = der_value(sequence, 0x02).ok_or(Unspecified)?;
    let (exponent, _) = der_value(rest, 0x02).ok_or(Unspecified)?;
    let number = |bytes: &[u8]| base64url(bytes.strip_prefix(&[0]).unwrap_or(bytes));
    Ok(published(json!({"e": number(exponent), "kty": "RSA", "n": number(modulus)}), Algorithm::Rs256))
}

/// The content of the DER value with this tag at the start of `input`, and what follows it.
fn der_value(input: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&first, rest) = input.split_first()?;
    let (&length, rest) = rest.split_first()?;
    let (length, rest) = if length < 0x80 {
        (usize::from(length), rest)
    } else {
        let (digits, rest) = rest.split_at_checked(usize::from(length & 0x7f))?;
        (
            digits.iter().try_fold(0_usize, |sum, &digit| sum.checked_mul(256)?.checked_add(digit.into()))?,
            rest,
        )
    };
    if first != tag {
        return None;
    }
    rest.split_at_checked(length)
}

/// A JWK ready to publish: named by its thumbprint (RFC 7638; `required` has just the required members, in order).
fn published(mut required: Value, algorithm: Algorithm) -> Value {
    let thumbprint = base64url(digest(&SHA256, required.to_string().as_bytes()).as_ref());
    required["kid"] = json!(thumbprint);
    required["use"] = json!("sig");
    required["alg"] = json!(algorithm.name());
    required
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn each_algorithm_signs_what_it_then_verifies() {
        let keys = SigningKeys::generate().unwrap();
        for algorithm in Algorithm::ALL {
            let token = keys.sign(algorithm, "JWT", &json!({"sub": "x"})).unwrap();
            let signed = keys.verify(&token).unwrap();
            assert_eq!((signed.kind.as_str(), signed.text("sub")), ("JWT", Some("x")));
        }
    }

    #[test]
    fn a_changed_token_does_not_verify() {
        let keys = SigningKeys::generate().unwrap();
        for algorithm in Algorithm::ALL {
            let token = keys.sign(algorithm, "JWT", &json!({"sub": "x"})).unwrap();
            let parts: Vec<&str> = token.split('.').collect();
            let other = base64url(br#"{"sub":"y"}"#);
            assert!(keys.verify(&format!("{}.{other}.{}", parts[0], parts[2])).is_none());
            assert!(keys.verify(&format!("{}.{}.", parts[0], parts[1])).is_none());
        }
    }

    #[test]
    fn the_algorithm_none_and_another_algorithm_than_was_signed_with_are_refused() {
        let keys = SigningKeys::generate().unwrap();
        let none = format!("{}.{}.", base64url(br#"{"alg":"none"}"#), base64url(b"{}"));
        assert!(keys.verify(&none).is_none());
        let token = keys.sign(Algorithm::Es256, "JWT", &json!({})).unwrap();
        let (_, rest) = token.split_once('.').unwrap();
        for algorithm in ["EdDSA", "RS256", "HS256"] {
            let header = json!({"alg": algorithm, "typ": "JWT"});
            assert!(keys.verify(&format!("{}.{rest}", base64url(header.to_string().as_bytes()))).is_none());
        }
    }

    #[test]
    fn a_der_value_that_promises_more_than_there_is_is_refused() {
        assert!(der_value(&[0x30, 0x03, 1, 2], 0x30).is_none());
        assert!(der_value(&[0x30, 0x84, 0xff], 0x30).is_none());
        assert_eq!(der_value(&[0x02, 0x01, 7, 9], 0x02), Some((&[7_u8][..], &[9_u8][..])));
    }
}
