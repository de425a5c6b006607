//! Keys of the standards' examples, and some made for tests.

pub(crate) const RSA_PKCS1: &str = include_str!("keys/rsa-pkcs1.pem");
pub(crate) const RSA_PKCS8: &str = include_str!("keys/rsa-pkcs8.pem");
pub(crate) const RSA_1024: &str = include_str!("keys/rsa-1024.pem");
pub(crate) const P256_SEC1: &str = include_str!("keys/p256-sec1.pem");
pub(crate) const P384_SEC1: &str = include_str!("keys/p384-sec1.pem");
pub(crate) const P521_SEC1: &str = include_str!("keys/p521-sec1.pem");
pub(crate) const ED25519_PKCS8: &str = include_str!("keys/ed25519-pkcs8.pem");
/// The RSA key above, encrypted with the password below.
pub(crate) const ENCRYPTED: &str = include_str!("keys/encrypted.pem");
pub(crate) const ENCRYPTED_PASSWORD: &str = "x";
pub(crate) const P256_WITH_CERTIFICATE: &str = include_str!("keys/p256-with-certificate.pem");
/// Of the certificate above, as openssl computes it.
pub(crate) const CERTIFICATE_THUMBPRINT: &str = "cKXgc-rSzENKGXruv3jDqAr-g508aHDibdgXswkjMKk";
/// The same key and certificate as PKCS#12; its password is the one below.
pub(crate) const P256_PKCS12: &str = include_str!("keys/p256.p12.b64");
pub(crate) const PKCS12_PASSWORD: &str = "open-sesame";
/// A list of `{alg, enc, key, token}`: see the README beside it.
pub(crate) const ENCRYPTED_TOKENS: &str = include_str!("keys/encrypted-tokens.json");

pub(crate) const RFC_7515_A2_RSA: &str = include_str!("keys/rfc7515-a2-rsa.jwk.json");
pub(crate) const RFC_7515_A3_P256: &str = include_str!("keys/rfc7515-a3-p256.jwk.json");
pub(crate) const RFC_7515_A4_P521: &str = include_str!("keys/rfc7515-a4-p521.jwk.json");
pub(crate) const RFC_8037_A1: &str = include_str!("keys/rfc8037-a1-ed25519.jwk.json");
