//! Private keys of the client, from PEM, JWK or PKCS#12.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rsa::KeyPairComponents;
use aws_lc_rs::signature::{EcdsaKeyPair, Ed25519KeyPair, KeyPair, RsaKeyPair, RsaPublicKeyComponents};
use jsonwebtoken::EncodingKey;
use pkcs8::{EncryptedPrivateKeyInfoRef, PrivateKeyInfoRef, SecretDocument};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::jwk::{coordinate, member};
use super::{Algorithm, Curve, JwkError, KeyKind, PublicKey, base64url, pem};
use crate::config::{CertificateConfig, ClientKey};
use crate::failure::{Code, Failure};
use crate::pkcs12;
use crate::secret::Secret;

/// A private key with what is said about it. It has no `Debug`.
pub struct PrivateKey {
    /// For decryption, and for ES512.
    pub(crate) material: Material,
    /// For all other signatures; `None` on P-521.
    pub(super) encoding_key: Option<EncodingKey>,
    /// `kid` for the header of what is signed.
    pub kid: Option<String>,
    /// The algorithm it is meant for, by its name.
    pub alg: Option<String>,
    /// The certificate that came along, DER.
    certificate: Option<Vec<u8>>,
}

pub(crate) enum Material {
    Rsa(RsaKeyPair),
    Ec(Curve, EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl PrivateKey {
    /// Reads the key of a config, whichever form it has. `kid` and `alg` of the config win over those of a JWK.
    ///
    /// # Errors
    /// [`Code::Configuration`], saying what is wrong with the key and never showing it.
    pub fn from_config(config: &ClientKey) -> Result<Self, Failure> {
        let mut key = match (&config.pem, &config.jwk, &config.pkcs12) {
            (Some(text), None, None) => Self::from_pem(text, config.password.as_ref())?,
            (None, Some(text), None) => Self::from_jwk(text)?,
            (None, None, Some(container)) => Self::from_pkcs12(container, config.password.as_ref())?,
            (None, None, None) => return Err(unusable("No key is given.")),
            _ => return Err(unusable("More than one of PEM, JWK and PKCS#12 is given.")),
        };
        key.kid = config.kid.clone().or(key.kid);
        key.alg = config.alg.clone().or(key.alg);
        Ok(key)
    }

    /// The key that comes with a certificate.
    ///
    /// # Errors
    /// As [`Self::from_config`].
    pub fn from_certificate(config: &CertificateConfig) -> Result<Self, Failure> {
        match (&config.pem, &config.pkcs12) {
            (Some(text), _) => Self::from_pem(text, config.password.as_ref()),
            (None, Some(container)) => Self::from_pkcs12(container, config.password.as_ref()),
            (None, None) => Err(unusable("No certificate is given.")),
        }
    }

    /// Reads the first private key of a PEM text: PKCS#8, PKCS#1 or SEC1; an encrypted one (PKCS#8) with its
    /// password. A certificate in it is kept for `x5t#S256`.
    ///
    /// # Errors
    /// [`Code::Configuration`] if there is none, if the password is missing or wrong, or if it is of an unknown kind.
    pub fn from_pem(text: &Secret, password: Option<&Secret>) -> Result<Self, Failure> {
        let blocks = pem::blocks(text.expose());
        let certificate =
            blocks.iter().find(|block| block.label == "CERTIFICATE").map(|block| block.der.to_vec());
        let Some(block) = blocks.iter().find(|block| block.label.ends_with("PRIVATE KEY")) else {
            return Err(no_private_key(text, &blocks));
        };
        let material = if block.label == "ENCRYPTED PRIVATE KEY" {
            Material::from_der(decrypted(&block.der, password)?.as_bytes())
        } else {
            Material::from_der(&block.der)
        };
        let material = material.ok_or_else(|| {
            unusable("It is none of RSA (2048 bits or more), EC P-256, P-384, P-521 and Ed25519.")
        })?;
        Ok(Self { certificate, ..Self::of(material)? })
    }

    /// Reads a private JWK from its JSON text.
    ///
    /// # Errors
    /// [`Code::Configuration`] if it is no private key of a known kind.
    pub fn from_jwk(text: &Secret) -> Result<Self, Failure> {
        let Ok(Value::Object(members)) = serde_json::from_str::<Value>(text.expose()) else {
            return Err(unusable("The JWK is not a JSON object."));
        };
        let member_text = |name: &str| members.get(name).and_then(Value::as_str).map(str::to_owned);
        Ok(Self {
            kid: member_text("kid"),
            alg: member_text("alg"),
            certificate: members
                .get("x5c")
                .and_then(|chain| chain.get(0))
                .and_then(Value::as_str)
                .and_then(base64url::decode),
            ..Self::of(Material::from_jwk(&members).map_err(unusable)?)?
        })
    }

    /// Reads the private key of a PKCS#12 container (Base64), with the certificate that belongs to it.
    ///
    /// # Errors
    /// [`Code::Configuration`] if the password is wrong or there is no usable key in it.
    pub fn from_pkcs12(container: &Secret, password: Option<&Secret>) -> Result<Self, Failure> {
        Self::from_pem(&pkcs12::to_pem(container, password)?, None)
    }

    pub(super) fn of(material: Material) -> Result<Self, Failure> {
        let encoding_key =
            material.encoding_key().map_err(|_| unusable("It can be read, and not be used to sign."))?;
        Ok(Self { material, encoding_key, kid: None, alg: None, certificate: None })
    }

    /// What kind of key it is.
    pub fn kind(&self) -> KeyKind {
        match &self.material {
            Material::Rsa(_) => KeyKind::Rsa,
            Material::Ec(curve, _) => KeyKind::Ec(*curve),
            Material::Ed25519(_) => KeyKind::Ed25519,
        }
    }

    /// The public half.
    pub fn public_key(&self) -> PublicKey {
        match &self.material {
            Material::Rsa(pair) => {
                let components = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public_key());
                PublicKey::Rsa { n: components.n, e: components.e }
            }
            Material::Ec(curve, pair) => {
                let point = pair.public_key().as_ref();
                let (x, y) = point[1..].split_at(curve.field_length());
                PublicKey::Ec { curve: *curve, x: x.to_vec(), y: y.to_vec() }
            }
            Material::Ed25519(pair) => PublicKey::Ed25519 { x: pair.public_key().as_ref().to_vec() },
        }
    }

    /// The SHA-256 thumbprint of the certificate that came with the key, for the header `x5t#S256`
    /// (RFC 7515 §4.1.8).
    pub fn certificate_thumbprint(&self) -> Option<String> {
        self.certificate.as_ref().map(|der| base64url::encode(digest(&SHA256, der)))
    }

    /// The certificate that came with the key, as `x5c` lists it (RFC 7517 §4.7).
    pub(super) fn certificate_in_base64(&self) -> Option<String> {
        use base64::Engine as _;
        self.certificate.as_ref().map(|der| base64::engine::general_purpose::STANDARD.encode(der))
    }

    /// The header members by which a verifier finds the public half: `kid`, and `x5t#S256` where a certificate
    /// came along (RFC 7515 §4.1.4, §4.1.8).
    pub fn identification(&self) -> Map<String, Value> {
        let kid = self.kid.clone().map(|kid| ("kid".to_owned(), Value::from(kid)));
        let certificate =
            self.certificate_thumbprint().map(|thumbprint| ("x5t#S256".to_owned(), Value::from(thumbprint)));
        kid.into_iter().chain(certificate).collect()
    }

    /// The algorithm to sign with: the key's own if it names one, else the first of `offered` that fits, else the
    /// usual one for its kind.
    ///
    /// # Errors
    /// [`Code::Configuration`] if the named one is unknown or does not fit the key.
    pub fn choose_algorithm(&self, offered: Option<&[&str]>) -> Result<Algorithm, Failure> {
        let fits = |algorithm: &Algorithm| algorithm.key_kind() == self.kind();
        if let Some(name) = &self.alg {
            return Algorithm::parse(name).filter(fits).ok_or_else(|| {
                unusable(format!(
                    "It is to be used with “{}”, which is unknown or does not fit {}.",
                    crate::inert::inert(name, 40),
                    self.kind()
                ))
            });
        }
        let usual = match self.kind() {
            KeyKind::Rsa | KeyKind::Symmetric => Algorithm::Rs256,
            KeyKind::Ec(Curve::P256) => Algorithm::Es256,
            KeyKind::Ec(Curve::P384) => Algorithm::Es384,
            KeyKind::Ec(Curve::P521) => Algorithm::Es512,
            KeyKind::Ed25519 => Algorithm::EdDsa,
        };
        let offered: Vec<Algorithm> = offered
            .unwrap_or_default()
            .iter()
            .filter_map(|name| Algorithm::parse(name))
            .filter(fits)
            .collect();
        Ok(if offered.contains(&usual) { usual } else { offered.first().copied().unwrap_or(usual) })
    }
}

impl Material {
    /// Whatever the bytes are: PKCS#8 of any kind, PKCS#1 or SEC1.
    pub(super) fn from_der(der: &[u8]) -> Option<Self> {
        if let Ok(pair) = RsaKeyPair::from_pkcs8(der).or_else(|_| RsaKeyPair::from_der(der)) {
            return Some(Self::Rsa(pair));
        }
        if let Ok(pair) = Ed25519KeyPair::from_pkcs8(der) {
            return Some(Self::Ed25519(pair));
        }
        Curve::ALL.into_iter().find_map(|curve| {
            let pair = EcdsaKeyPair::from_private_key_der(curve.signing(), der).ok()?;
            Some(Self::Ec(curve, pair))
        })
    }

    /// The same key in the form that jsonwebtoken takes: PKCS#1 for RSA, PKCS#8 for the others. `None` on P-521, whose
    /// only algorithm, ES512, it does not have.
    fn encoding_key(&self) -> Result<Option<EncodingKey>, Unspecified> {
        Ok(Some(match self {
            Self::Rsa(pair) => {
                let der: Pkcs8V1Der<'_> = pair.as_der()?;
                let pkcs8 = PrivateKeyInfoRef::try_from(der.as_ref()).map_err(|_| Unspecified)?;
                EncodingKey::from_rsa_der(pkcs8.private_key.as_bytes())
            }
            Self::Ec(Curve::P521, _) => return Ok(None),
            Self::Ec(_, pair) => EncodingKey::from_ec_der(pair.to_pkcs8v1()?.as_ref()),
            Self::Ed25519(pair) => EncodingKey::from_ed_der(pair.to_pkcs8v1()?.as_ref()),
        }))
    }

    fn from_jwk(members: &Map<String, Value>) -> Result<Self, String> {
        let said = |error: JwkError| format!("The JWK can’t be used: {error}.");
        let secret = |name| member(members, name).map(Zeroizing::new).map_err(said);
        let inconsistent = "The numbers of the JWK do not fit together.";
        match super::Jwk::from_json(&Value::Object(members.clone())).map_err(said)?.key {
            PublicKey::Rsa { n, e } => RsaKeyPair::from_components(&KeyPairComponents {
                public_key: RsaPublicKeyComponents { n, e },
                d: secret("d")?,
                p: secret("p")?,
                q: secret("q")?,
                dP: secret("dp")?,
                dQ: secret("dq")?,
                qInv: secret("qi")?,
            })
            .map(Self::Rsa)
            .map_err(|_| inconsistent.to_owned()),
            PublicKey::Ec { curve, x, y } => {
                let d = coordinate(members, "d", curve.field_length()).map(Zeroizing::new).map_err(said)?;
                EcdsaKeyPair::from_private_key_and_public_key(curve.signing(), &d, &PublicKey::point(&x, &y))
                    .map(|pair| Self::Ec(curve, pair))
                    .map_err(|_| inconsistent.to_owned())
            }
            PublicKey::Ed25519 { x } => Ed25519KeyPair::from_seed_and_public_key(&secret("d")?, &x)
                .map(Self::Ed25519)
                .map_err(|_| inconsistent.to_owned()),
        }
    }
}

/// An encrypted PKCS#8 key (RFC 5958 §3), opened.
fn decrypted(der: &[u8], password: Option<&Secret>) -> Result<SecretDocument, Failure> {
    let Some(password) = password else {
        let mut failure = unusable("It is encrypted, and no password is given.");
        "Enter the password of the key.".clone_into(&mut failure.next_step);
        return Err(failure);
    };
    let opened = EncryptedPrivateKeyInfoRef::try_from(der).and_then(|key| key.decrypt(password.expose()));
    opened.map_err(|_| unusable("It is encrypted, and does not open with this password."))
}

fn no_private_key(text: &Secret, blocks: &[pem::Block]) -> Failure {
    let cause = match blocks.first() {
        _ if text.expose().contains("Proc-Type: 4,ENCRYPTED") => {
            "It is encrypted in an outdated way; convert it with: openssl pkcs8 -topk8 -in old.pem -out new.pem."
                .to_owned()
        }
        Some(other) => {
            format!("It holds a block “{}” and no private key.", crate::inert::inert(&other.label, 40))
        }
        None => "It holds no PEM block.".to_owned(),
    };
    unusable(cause)
}

fn unusable(cause: impl Into<String>) -> Failure {
    Failure::new(
        Code::Configuration,
        "The client’s private key can’t be used",
        cause,
        "Choose a private key as PEM, JWK or PKCS#12.",
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testing::keys;

    fn kind_of_pem(text: &str) -> KeyKind {
        PrivateKey::from_pem(&Secret::from(text), None).unwrap().kind()
    }

    fn refusal(text: &str) -> Failure {
        PrivateKey::from_pem(&Secret::from(text), None).err().unwrap()
    }

    #[test]
    fn reads_pkcs8_pkcs1_and_sec1() {
        assert_eq!(kind_of_pem(keys::RSA_PKCS1), KeyKind::Rsa);
        assert_eq!(kind_of_pem(keys::RSA_PKCS8), KeyKind::Rsa);
        assert_eq!(kind_of_pem(keys::P256_SEC1), KeyKind::Ec(Curve::P256));
        assert_eq!(kind_of_pem(keys::P384_SEC1), KeyKind::Ec(Curve::P384));
        assert_eq!(kind_of_pem(keys::P521_SEC1), KeyKind::Ec(Curve::P521));
        assert_eq!(kind_of_pem(keys::ED25519_PKCS8), KeyKind::Ed25519);
    }

    #[test]
    fn reads_a_key_copied_out_of_a_json_file() {
        assert_eq!(kind_of_pem(&keys::RSA_PKCS8.replace('\n', "\\n")), KeyKind::Rsa);
    }

    #[test]
    fn pkcs1_and_pkcs8_of_one_key_are_the_same_key() {
        let public = |text: &str| PrivateKey::from_pem(&Secret::from(text), None).unwrap().public_key();
        assert_eq!(public(keys::RSA_PKCS1), public(keys::RSA_PKCS8));
    }

    #[test]
    fn a_jwk_has_the_public_key_it_says() {
        for text in [keys::RFC_7515_A2_RSA, keys::RFC_7515_A3_P256, keys::RFC_7515_A4_P521, keys::RFC_8037_A1]
        {
            let said = super::super::Jwk::from_json(&serde_json::from_str(text).unwrap()).unwrap().key;
            assert_eq!(PrivateKey::from_jwk(&Secret::from(text)).unwrap().public_key(), said);
        }
    }

    #[test]
    fn a_jwk_whose_halves_do_not_belong_together_is_refused() {
        let mut jwk: Value = serde_json::from_str(keys::RFC_7515_A3_P256).unwrap();
        jwk["d"] = "AQ".into();
        assert!(PrivateKey::from_jwk(&Secret::new(jwk.to_string())).is_err());
    }

    #[test]
    fn the_certificate_beside_a_key_is_identified_by_its_thumbprint() {
        let key = PrivateKey::from_pem(&Secret::from(keys::P256_WITH_CERTIFICATE), None).unwrap();
        assert_eq!(key.identification()["x5t#S256"], keys::CERTIFICATE_THUMBPRINT);
    }

    #[test]
    fn opens_an_encrypted_key_with_its_password() {
        let open = |password: &str| {
            PrivateKey::from_pem(&Secret::from(keys::ENCRYPTED), Some(&Secret::from(password)))
        };
        let same = PrivateKey::from_pem(&Secret::from(keys::RSA_PKCS8), None).unwrap();
        assert_eq!(open(keys::ENCRYPTED_PASSWORD).unwrap().public_key(), same.public_key());
        assert!(open("hunter2").err().unwrap().cause.contains("does not open"));
    }

    #[test]
    fn reads_key_and_certificate_of_a_pkcs12_container() {
        let (container, password) = (Secret::from(keys::P256_PKCS12), Secret::from(keys::PKCS12_PASSWORD));
        let key = PrivateKey::from_pkcs12(&container, Some(&password)).unwrap();
        let same = PrivateKey::from_pem(&Secret::from(keys::P256_WITH_CERTIFICATE), None).unwrap();
        assert_eq!(key.public_key(), same.public_key());
        assert_eq!(key.identification()["x5t#S256"], keys::CERTIFICATE_THUMBPRINT);
    }

    #[test]
    fn says_what_is_wrong_with_a_key_and_never_shows_it() {
        for (text, expected) in [
            (keys::ENCRYPTED, "encrypted"),
            (keys::RSA_1024, "2048"),
            ("hunter2", "no PEM block"),
            ("-----BEGIN CERTIFICATE-----\nAQ==\n-----END CERTIFICATE-----", "CERTIFICATE"),
        ] {
            let failure = refusal(text);
            assert!(failure.cause.contains(expected), "{}", failure.cause);
            let body: String = text.lines().skip(1).take(1).collect();
            assert!(body.len() < 10 || !serde_json::to_string(&failure).unwrap().contains(&body));
        }
    }

    #[test]
    fn signs_with_what_the_provider_offers_and_the_key_can_do() {
        let key = |text: &str| PrivateKey::from_pem(&Secret::from(text), None).unwrap();
        let rsa = key(keys::RSA_PKCS8);
        assert_eq!(rsa.choose_algorithm(None).unwrap(), Algorithm::Rs256);
        assert_eq!(rsa.choose_algorithm(Some(&["ES256", "PS256"])).unwrap(), Algorithm::Ps256);
        assert_eq!(rsa.choose_algorithm(Some(&["PS256", "RS256"])).unwrap(), Algorithm::Rs256);
        assert_eq!(key(keys::P521_SEC1).choose_algorithm(None).unwrap(), Algorithm::Es512);
    }

    #[test]
    fn an_algorithm_that_does_not_fit_the_key_is_refused() {
        let mut key = PrivateKey::from_pem(&Secret::from(keys::RSA_PKCS8), None).unwrap();
        for name in ["ES256", "HS256", "none"] {
            key.alg = Some(name.to_owned());
            assert!(key.choose_algorithm(None).is_err(), "{name}");
        }
    }
}
