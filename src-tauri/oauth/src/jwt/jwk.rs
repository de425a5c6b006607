//! Public keys as JSON Web Keys (RFC 7517, RFC 7518 §6, RFC 8037).

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED_SIGNING,
    EcdsaSigningAlgorithm,
};
use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::{
    AlgorithmParameters, CommonParameters, EllipticCurve, EllipticCurveKeyParameters, EllipticCurveKeyType,
    OctetKeyPairParameters, OctetKeyPairType, RSAKeyParameters, RSAKeyType, ThumbprintHash,
};
use serde_json::{Map, Value};

use super::algorithm::KeyKind;
use super::base64url;

/// A public key with what its owner says about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jwk {
    /// The key itself.
    pub key: PublicKey,
    /// `kid`.
    pub kid: Option<String>,
    /// `alg`: the one algorithm it is meant for.
    pub alg: Option<String>,
    /// `use`: `sig` or `enc`.
    pub usage: Option<String>,
    /// `key_ops`, empty where absent.
    pub operations: Vec<String>,
}

/// The key material, by kind. Numbers are big-endian without leading zeros, coordinates as long as the field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublicKey {
    Rsa { n: Vec<u8>, e: Vec<u8> },
    Ec { curve: Curve, x: Vec<u8>, y: Vec<u8> },
    Ed25519 { x: Vec<u8> },
}

/// The curves of RFC 7518 §6.2.1.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Curve {
    P256,
    P384,
    P521,
}

/// Why a JWK can't be used to verify.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JwkError {
    #[error("it is not a JSON object")]
    NotAnObject,
    /// A kind of key that is not known here, or not a public one.
    #[error("keys of type “{0}” can’t verify a signature here")]
    Unknown(String),
    #[error("its “{0}” is missing or not Base64url")]
    Member(&'static str),
    #[error("its “{0}” has the wrong length")]
    Length(&'static str),
}

impl Curve {
    pub(crate) const ALL: [Self; 3] = [Self::P256, Self::P384, Self::P521];

    /// The name in `crv`.
    pub fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
        }
    }

    /// By the name in `crv`.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|curve| curve.name() == name)
    }

    /// How many bytes a coordinate has.
    pub(crate) fn field_length(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    pub(crate) fn signing(self) -> &'static EcdsaSigningAlgorithm {
        match self {
            Self::P256 => &ECDSA_P256_SHA256_FIXED_SIGNING,
            Self::P384 => &ECDSA_P384_SHA384_FIXED_SIGNING,
            Self::P521 => &ECDSA_P521_SHA512_FIXED_SIGNING,
        }
    }
}

impl PublicKey {
    /// What it can be used with.
    pub fn kind(&self) -> KeyKind {
        match self {
            Self::Rsa { .. } => KeyKind::Rsa,
            Self::Ec { curve, .. } => KeyKind::Ec(*curve),
            Self::Ed25519 { .. } => KeyKind::Ed25519,
        }
    }

    /// The required members of the JWK and no others, in the order of RFC 7638 §3.
    pub fn to_members(&self) -> Map<String, Value> {
        let Ok(Value::Object(mut members)) = serde_json::to_value(self.parameters()) else {
            unreachable!("a struct of texts is written as an object")
        };
        members.sort_keys();
        members
    }

    /// The SHA-256 thumbprint of RFC 7638, Base64url.
    pub fn thumbprint(&self) -> String {
        jsonwebtoken::jwk::Jwk { common: CommonParameters::default(), algorithm: self.parameters() }
            .thumbprint(ThumbprintHash::SHA256)
            .expect("each kind of public key has a thumbprint")
    }

    /// The same for jsonwebtoken to verify with.
    pub(super) fn decoding_key(&self) -> DecodingKey {
        match self {
            Self::Rsa { n, e } => DecodingKey::from_rsa_raw_components(n, e),
            Self::Ec { x, y, .. } => DecodingKey::from_ec_der(&Self::point(x, y)),
            Self::Ed25519 { x } => DecodingKey::from_ed_der(x),
        }
    }

    /// The same as jsonwebtoken writes it down.
    fn parameters(&self) -> AlgorithmParameters {
        match self {
            Self::Rsa { n, e } => AlgorithmParameters::RSA(RSAKeyParameters {
                key_type: RSAKeyType::RSA,
                n: base64url::encode(n),
                e: base64url::encode(e),
            }),
            Self::Ec { curve, x, y } => AlgorithmParameters::EllipticCurve(EllipticCurveKeyParameters {
                key_type: EllipticCurveKeyType::EC,
                curve: match curve {
                    Curve::P256 => EllipticCurve::P256,
                    Curve::P384 => EllipticCurve::P384,
                    Curve::P521 => EllipticCurve::P521,
                },
                x: base64url::encode(x),
                y: base64url::encode(y),
            }),
            Self::Ed25519 { x } => AlgorithmParameters::OctetKeyPair(OctetKeyPairParameters {
                key_type: OctetKeyPairType::OctetKeyPair,
                curve: EllipticCurve::Ed25519,
                x: base64url::encode(x),
            }),
        }
    }

    /// An EC point, uncompressed (SEC 1 §2.3.3).
    pub(crate) fn point(x: &[u8], y: &[u8]) -> Vec<u8> {
        [&[4], x, y].concat()
    }
}

impl Jwk {
    /// Reads the public part of a JWK. Private members are ignored, unknown ones too.
    ///
    /// # Errors
    /// Why it can't be used; symmetric keys never can, since a shared secret has no place in a published key set.
    pub fn from_json(value: &Value) -> Result<Self, JwkError> {
        let members = value.as_object().ok_or(JwkError::NotAnObject)?;
        let text = |name: &str| members.get(name).and_then(Value::as_str).map(str::to_owned);
        Ok(Self {
            key: public_key(members)?,
            kid: text("kid"),
            alg: text("alg"),
            usage: text("use"),
            operations: members
                .get("key_ops")
                .and_then(Value::as_array)
                .map(|operations| operations.iter().filter_map(Value::as_str).map(str::to_owned).collect())
                .unwrap_or_default(),
        })
    }

    /// Whether its owner allows signatures to be verified with it (RFC 7517 §4.2, §4.3).
    pub fn is_for_signatures(&self) -> bool {
        self.usage.as_deref().is_none_or(|usage| usage == "sig")
            && (self.operations.is_empty() || self.operations.iter().any(|operation| operation == "verify"))
    }
}

fn public_key(members: &Map<String, Value>) -> Result<PublicKey, JwkError> {
    let kty = members.get("kty").and_then(Value::as_str).unwrap_or_default();
    let crv = members.get("crv").and_then(Value::as_str).unwrap_or_default();
    match kty {
        "RSA" => Ok(PublicKey::Rsa { n: number(members, "n")?, e: number(members, "e")? }),
        "EC" => {
            let curve = Curve::parse(crv).ok_or_else(|| JwkError::Unknown(format!("EC {crv}")))?;
            Ok(PublicKey::Ec {
                curve,
                x: coordinate(members, "x", curve.field_length())?,
                y: coordinate(members, "y", curve.field_length())?,
            })
        }
        "OKP" if crv == "Ed25519" => Ok(PublicKey::Ed25519 { x: coordinate(members, "x", 32)? }),
        "OKP" => Err(JwkError::Unknown(format!("OKP {crv}"))),
        _ => Err(JwkError::Unknown(kty.to_owned())),
    }
}

/// A big-endian number without the leading zeros that some servers write.
pub(super) fn number(members: &Map<String, Value>, name: &'static str) -> Result<Vec<u8>, JwkError> {
    let bytes = member(members, name)?;
    let start = bytes.iter().position(|byte| *byte != 0).ok_or(JwkError::Length(name))?;
    Ok(bytes[start..].to_vec())
}

/// A field element of `length` bytes; zeros that were left out at its start are put back.
pub(super) fn coordinate(
    members: &Map<String, Value>,
    name: &'static str,
    length: usize,
) -> Result<Vec<u8>, JwkError> {
    let bytes = member(members, name)?;
    if bytes.is_empty() || bytes.len() > length {
        return Err(JwkError::Length(name));
    }
    let mut padded = vec![0; length - bytes.len()];
    padded.extend(bytes);
    Ok(padded)
}

pub(super) fn member(members: &Map<String, Value>, name: &'static str) -> Result<Vec<u8>, JwkError> {
    members.get(name).and_then(Value::as_str).and_then(base64url::decode).ok_or(JwkError::Member(name))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    fn rfc_7638_key() -> Value {
        json!({
            "kty": "RSA",
            "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXj\
                  BZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs\
                  8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G\
                  _xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
            "e": "AQAB",
            "alg": "RS256",
            "kid": "2011-04-29"
        })
    }

    #[test]
    fn makes_the_thumbprint_of_rfc_7638_section_3_1() {
        let jwk = Jwk::from_json(&rfc_7638_key()).unwrap();
        assert_eq!(jwk.key.thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }

    #[test]
    fn makes_the_thumbprint_of_rfc_8037_appendix_a_3() {
        let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
        assert_eq!(
            Jwk::from_json(&jwk).unwrap().key.thumbprint(),
            "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
        );
    }

    #[test]
    fn a_symmetric_key_is_never_a_public_key() {
        let jwk = json!({"kty": "oct", "k": "c2VjcmV0"});
        assert_eq!(Jwk::from_json(&jwk), Err(JwkError::Unknown("oct".to_owned())));
    }

    #[test]
    fn curves_that_are_not_for_signatures_here_are_named() {
        for (kty, crv) in [("OKP", "X25519"), ("OKP", "Ed448"), ("EC", "secp256k1")] {
            let jwk = json!({"kty": kty, "crv": crv, "x": base64url::encode([1; 32]), "y": "AQ"});
            assert_eq!(Jwk::from_json(&jwk), Err(JwkError::Unknown(format!("{kty} {crv}"))));
        }
    }

    #[test]
    fn zeros_left_out_or_added_at_the_start_are_forgiven() {
        let jwk = json!({"kty": "EC", "crv": "P-256", "x": "AQ", "y": "Ag"});
        let PublicKey::Ec { x, y, .. } = Jwk::from_json(&jwk).unwrap().key else { panic!("an EC key") };
        assert_eq!((x.len(), y.len(), x[31], y[31]), (32, 32, 1, 2));
        let PublicKey::Rsa { e, .. } =
            Jwk::from_json(&json!({"kty": "RSA", "n": "AQ", "e": "AAEAAQ"})).unwrap().key
        else {
            panic!("an RSA key")
        };
        assert_eq!(e, [1, 0, 1]);
    }

    #[test]
    fn a_key_for_encryption_is_not_for_signatures() {
        let with = |name: &str, value: Value| {
            let mut jwk = rfc_7638_key();
            jwk[name] = value;
            Jwk::from_json(&jwk).unwrap().is_for_signatures()
        };
        assert!(with("use", json!("sig")));
        assert!(!with("use", json!("enc")));
        assert!(with("key_ops", json!(["verify"])));
        assert!(!with("key_ops", json!(["encrypt"])));
    }
}
