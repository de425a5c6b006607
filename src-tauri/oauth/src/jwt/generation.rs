//! New private keys for a client.

use aws_lc_rs::agreement::{self, ECDH_P256, ECDH_P384, ECDH_P521, PrivateKey as Scalar};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _, RsaKeyPair};
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use super::private_key::Material;
use super::{Algorithm, Curve, KeyKind, PrivateKey, base64url, pem};
use crate::failure::{Code, Failure};
use crate::ports::Randomness;
use crate::secret::Secret;

impl PrivateKey {
    /// A new key for one algorithm. Its `kid` is its thumbprint (RFC 7638), which never names two keys.
    ///
    /// Elliptic curves draw from `randomness`. The primes of RSA (2048 bits) are found by the cryptographic library,
    /// which takes no source but the system's.
    ///
    /// # Errors
    /// [`Code::Configuration`] for an algorithm that works with a shared secret, or if no key can be made.
    pub fn generate(algorithm: Algorithm, randomness: &dyn Randomness) -> Result<Self, Failure> {
        let mut key = match algorithm.key_kind() {
            KeyKind::Ec(curve) => Self::from_jwk(&new_ec_jwk(curve, randomness)?)?,
            KeyKind::Ed25519 => Self::from_jwk(&new_ed25519_jwk(randomness)?)?,
            KeyKind::Rsa => {
                let pair = RsaKeyPair::generate(KeySize::Rsa2048);
                Self::of(Material::Rsa(pair.map_err(|_| none_made("The cryptographic library refused."))?))?
            }
            KeyKind::Symmetric => {
                let name = algorithm.as_str();
                return Err(none_made(format!("{name} works with the client secret, not with a key pair.")));
            }
        };
        key.kid = Some(key.public_key().thumbprint());
        key.alg = Some(algorithm.as_str().to_owned());
        Ok(key)
    }

    /// The key as PEM (PKCS#8), to be kept in a config.
    ///
    /// # Errors
    /// [`Code::Configuration`] if the library cannot write it, which it can for every key that it reads.
    pub fn to_pem(&self) -> Result<Secret, Failure> {
        let der = self.to_pkcs8().map_err(|_| none_made("The key cannot be written down."))?;
        Ok(pem::block("PRIVATE KEY", &der))
    }

    /// The public half as a JWK (RFC 7517 §4) with `use`, `alg`, `kid` and the certificate that came along.
    pub fn to_public_jwk(&self, usage: &str) -> Map<String, Value> {
        let mut members = self.public_key().to_members();
        members.insert("use".to_owned(), usage.into());
        members.insert(
            "kid".to_owned(),
            self.kid.clone().unwrap_or_else(|| self.public_key().thumbprint()).into(),
        );
        if let Some(alg) = &self.alg {
            members.insert("alg".to_owned(), alg.clone().into());
        }
        if let Some(certificate) = self.certificate_in_base64() {
            members.insert("x5c".to_owned(), json!([certificate]));
        }
        members
    }

    fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, Unspecified> {
        Ok(Zeroizing::new(match &self.material {
            Material::Rsa(pair) => AsDer::<Pkcs8V1Der<'_>>::as_der(pair)?.as_ref().to_vec(),
            Material::Ec(_, pair) => pair.to_pkcs8v1()?.as_ref().to_vec(),
            Material::Ed25519(pair) => pair.to_pkcs8v1()?.as_ref().to_vec(),
        }))
    }
}

/// A new private key on a curve, as a JWK.
///
/// # Errors
/// [`Code::Configuration`] if the random source yields nothing usable, which a working one never does.
pub(crate) fn new_ec_jwk(curve: Curve, randomness: &dyn Randomness) -> Result<Secret, Failure> {
    let (agreement, name): (&'static agreement::Algorithm, _) = match curve {
        Curve::P256 => (&ECDH_P256, "P-256"),
        Curve::P384 => (&ECDH_P384, "P-384"),
        Curve::P521 => (&ECDH_P521, "P-521"),
    };
    // A number that is zero or not below the order of the curve is no key; hardly one draw in 2³² is not.
    for _ in 0..8 {
        let mut scalar = Zeroizing::new(vec![0; curve.field_length()]);
        randomness.fill(&mut scalar);
        if curve == Curve::P521 {
            // 521 bits are 65 bytes and one bit.
            scalar[0] &= 1;
        }
        let Ok(private) = Scalar::from_private_key(agreement, &scalar) else { continue };
        let Ok(public) = private.compute_public_key() else { continue };
        let (x, y) = public.as_ref()[1..].split_at(curve.field_length());
        let (x, y, d) = (base64url::encode(x), base64url::encode(y), base64url::encode(&*scalar));
        return Ok(Secret::new(json!({ "kty": "EC", "crv": name, "x": x, "y": y, "d": d }).to_string()));
    }
    Err(none_made("The random source yields the same unusable number again and again."))
}

fn new_ed25519_jwk(randomness: &dyn Randomness) -> Result<Secret, Failure> {
    let mut seed = Zeroizing::new([0; 32]);
    randomness.fill(&mut *seed);
    let pair = Ed25519KeyPair::from_seed_unchecked(&*seed)
        .map_err(|_| none_made("The cryptographic library refused."))?;
    let (x, d) = (base64url::encode(pair.public_key()), base64url::encode(*seed));
    Ok(Secret::new(json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "d": d }).to_string()))
}

fn none_made(cause: impl Into<String>) -> Failure {
    Failure::new(
        Code::Configuration,
        "No key could be made",
        cause,
        "Choose another algorithm, or make the key elsewhere and paste it as PEM or JWK.",
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::jwt::{Jwk, Jwt, SigningKey, VerificationKey, sign};
    use crate::testing::Counting;

    fn generated(name: &str) -> PrivateKey {
        PrivateKey::generate(Algorithm::parse(name).unwrap(), &Counting::default()).unwrap()
    }

    #[test]
    fn a_new_key_signs_what_its_public_half_verifies() {
        for name in ["RS256", "PS512", "ES256", "ES384", "ES512", "EdDSA"] {
            let algorithm = Algorithm::parse(name).unwrap();
            let key = generated(name);
            let token =
                sign(algorithm, SigningKey::Private(&key), key.identification(), &Map::new()).unwrap();
            let public = Jwk::from_json(&Value::Object(key.to_public_jwk("sig"))).unwrap();
            let jwt = Jwt::decode(&token).unwrap();
            assert!(jwt.verify(VerificationKey::Public(&public)).is_ok(), "{name}");
            assert_eq!(public.kid.as_deref(), Some(key.public_key().thumbprint().as_str()), "{name}");
            assert_eq!(public.alg.as_deref(), Some(name));
        }
    }

    #[test]
    fn a_new_key_is_the_same_one_when_it_is_read_back_from_its_pem() {
        for name in ["RS256", "ES256", "ES384", "ES512", "EdDSA"] {
            let key = generated(name);
            let again = PrivateKey::from_pem(&key.to_pem().unwrap(), None).unwrap();
            assert_eq!(again.public_key(), key.public_key(), "{name}");
        }
    }

    #[test]
    fn a_public_jwk_holds_nothing_private() {
        for name in ["RS256", "ES256", "EdDSA"] {
            let members = generated(name).to_public_jwk("sig");
            for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
                assert!(!members.contains_key(private), "{name} {private}");
            }
        }
    }

    #[test]
    fn there_is_no_key_pair_for_a_shared_secret() {
        let refused = PrivateKey::generate(Algorithm::Hs256, &Counting::default()).err().unwrap();
        assert_eq!(refused.code, Code::Configuration);
        assert!(refused.cause.contains("HS256"));
    }
}
