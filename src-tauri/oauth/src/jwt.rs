//! JSON Web Tokens (RFC 7519) in compact form: decoded with or without verification, and signed.
//!
//! Signatures are made and verified by jsonwebtoken, ES512 by aws-lc-rs, which is also what jsonwebtoken computes
//! with. Decoding, the choice of the key and every verdict are ours: a token that does not hold is still shown, with
//! all the reasons. Of jsonwebtoken's own checks of claims and clock none is used. A key carries its kind, and an
//! algorithm works with one kind only ([`Algorithm::key_kind`]), so a public key can't be taken for a shared secret.
//!
//! This file and those below are the only ones that name jsonwebtoken.

use serde_json::{Map, Value};

use crate::secret::Secret;

mod algorithm;
pub(crate) mod base64url;
mod es512;
mod generation;
mod jwk;
mod pem;
mod private_key;
mod signature;

pub use algorithm::{Algorithm, KeyKind};
pub(crate) use generation::new_ec_jwk;
pub use jwk::{Curve, Jwk, JwkError, PublicKey};
pub(crate) use private_key::Material;
pub use private_key::PrivateKey;
pub use signature::{SignatureError, SigningKey, VerificationKey, sign};

/// The longest token that is looked at, in bytes.
const LONGEST: usize = 1 << 20;

/// A decoded JWS in compact form. Nothing is verified by decoding it: see [`Jwt::verify`].
pub struct Jwt {
    header: Map<String, Value>,
    claims: Map<String, Value>,
    token: Secret,
    /// How many bytes of `token` are signed.
    signed: usize,
    signature: Vec<u8>,
}

/// Why a text is no JWT that can be decoded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JwtError {
    #[error("it is longer than {LONGEST} bytes")]
    TooLong,
    #[error("it has {0} parts, a JWT has 3")]
    Parts(usize),
    /// Five parts: a JWE (RFC 7516), to be decrypted first.
    #[error("it is encrypted")]
    Encrypted,
    #[error("its {0} is not Base64url")]
    Encoding(&'static str),
    #[error("its {0} is not a JSON object")]
    Json(&'static str),
}

impl Jwt {
    /// Decodes without verifying anything.
    ///
    /// # Errors
    /// Why the text is no JWT; the text itself is not part of it.
    pub fn decode(token: &Secret) -> Result<Self, JwtError> {
        let text = token.expose();
        if text.len() > LONGEST {
            return Err(JwtError::TooLong);
        }
        let parts: Vec<&str> = text.splitn(6, '.').collect();
        let [header, payload, signature] = parts[..] else {
            return Err(if is_encrypted(text) { JwtError::Encrypted } else { JwtError::Parts(parts.len()) });
        };
        Ok(Self {
            header: object("header", header)?,
            claims: object("payload", payload)?,
            signed: header.len() + 1 + payload.len(),
            signature: base64url::decode(signature).ok_or(JwtError::Encoding("signature"))?,
            token: token.clone(),
        })
    }

    /// The JOSE header.
    pub fn header(&self) -> &Map<String, Value> {
        &self.header
    }

    /// The claims.
    pub fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }

    /// The `alg` of the header as it stands there.
    pub fn alg(&self) -> Option<&str> {
        self.header.get("alg").and_then(Value::as_str)
    }

    /// The `kid` of the header.
    pub fn kid(&self) -> Option<&str> {
        self.header.get("kid").and_then(Value::as_str)
    }

    /// The bytes that the signature covers.
    pub(crate) fn signing_input(&self) -> &[u8] {
        &self.token.expose().as_bytes()[..self.signed]
    }

    pub(crate) fn signature(&self) -> &[u8] {
        &self.signature
    }
}

/// Whether a text has the shape of an encrypted token (RFC 7516 §3.1): five parts, the first a header with `enc`.
pub fn is_encrypted(text: &str) -> bool {
    text.len() <= LONGEST
        && text.matches('.').count() == 4
        && text
            .split('.')
            .next()
            .and_then(|header| object("header", header).ok())
            .is_some_and(|header| header.contains_key("enc"))
}

/// One part of a compact serialisation as a JSON object.
pub(crate) fn object(part: &'static str, text: &str) -> Result<Map<String, Value>, JwtError> {
    let bytes = base64url::decode(text).ok_or(JwtError::Encoding(part))?;
    match serde_json::from_slice(&bytes) {
        Ok(Value::Object(object)) => Ok(object),
        _ => Err(JwtError::Json(part)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn token(header: &Value, claims: &Value) -> String {
        let part = |value: &Value| base64url::encode(value.to_string());
        format!("{}.{}.c2ln", part(header), part(claims))
    }

    fn error(text: &str) -> JwtError {
        Jwt::decode(&Secret::from(text)).err().unwrap()
    }

    #[test]
    fn decodes_header_and_claims_without_a_key() {
        let token = token(&json!({"alg": "RS256", "kid": "k1"}), &json!({"sub": "alice"}));
        let jwt = Jwt::decode(&Secret::new(token)).unwrap();
        assert_eq!((jwt.alg(), jwt.kid()), (Some("RS256"), Some("k1")));
        assert_eq!(jwt.claims()["sub"], "alice");
    }

    #[test]
    fn reads_parts_that_are_padded() {
        let token = token(&json!({"alg": "HS256"}), &json!({"sub": "a"}));
        let padded: Vec<String> = token.split('.').map(|part| format!("{part}==")).collect();
        assert!(Jwt::decode(&Secret::new(padded.join("."))).is_ok());
    }

    #[test]
    fn an_opaque_token_is_told_from_a_jwt() {
        assert_eq!(error("ya29.a0AfH6SMBx"), JwtError::Parts(2));
        assert_eq!(error(""), JwtError::Parts(1));
        assert_eq!(error("gho_abc"), JwtError::Parts(1));
        assert_eq!(error("a.b.c"), JwtError::Encoding("header"));
        assert_eq!(error("bm8.bm8.bm8"), JwtError::Json("header"));
        assert_eq!(error("W10.W10."), JwtError::Json("header"));
    }

    #[test]
    fn an_encrypted_token_is_recognised() {
        let header = base64url::encode(json!({"alg": "RSA-OAEP", "enc": "A256GCM"}).to_string());
        assert_eq!(error(&format!("{header}.a.b.c.d")), JwtError::Encrypted);
    }

    #[test]
    fn five_parts_without_enc_are_not_an_encrypted_token() {
        assert_eq!(error("a.b.c.d.e"), JwtError::Parts(5));
    }

    #[test]
    fn endless_nesting_does_not_exhaust_the_stack() {
        let claims = base64url::encode("{\"a\":".repeat(100_000));
        assert_eq!(error(&format!("e30.{claims}.")), JwtError::Json("payload"));
    }

    proptest! {
        #[test]
        fn never_panics_on_any_text(text in "\\PC{0,400}") {
            let _ = Jwt::decode(&Secret::from(text.as_str()));
        }

        #[test]
        fn never_panics_on_texts_that_look_like_tokens(
            parts in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..60), 1..7)
        ) {
            let text = parts.iter().map(base64url::encode).collect::<Vec<_>>().join(".");
            let _ = Jwt::decode(&Secret::from(text.as_str()));
        }
    }
}
