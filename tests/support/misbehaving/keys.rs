//! Keys and JWS signing (RFC 7515), written for the tests alone.

use aws_lc_rs::{
    encoding::AsDer,
    hmac,
    rand::SystemRandom,
    rsa::KeySize,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaKeyPair,
    },
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL};
use serde_json::{Map, Value, json};

/// How an ID token is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signing {
    /// RS256 with the published RSA key.
    Rs256,
    /// PS256 with the same key.
    Ps256,
    /// ES256 with the published P-256 key.
    Es256,
    /// The same, with one bit of the signature turned.
    Es256Broken,
    /// HS256 with the client's secret.
    Hs256,
    /// The same, with one bit of the signature turned.
    Hs256Broken,
    /// HS256 with the published RSA key's PEM text as the secret: algorithm confusion.
    Hs256WithPublicKey,
    /// RS256 with an RSA key that was never published.
    Rs256WithForeignKey,
    /// RS256, with one bit of the signature turned.
    Rs256Broken,
    /// `alg: none`, with an empty signature.
    None,
}

/// One generation of keys; a rotation makes another.
#[derive(Debug)]
pub(super) struct Keys {
    rsa: RsaKeyPair,
    foreign: RsaKeyPair,
    ec: EcdsaKeyPair,
    generation: usize,
}

impl Keys {
    pub fn generate(generation: usize) -> Self {
        let rsa = || RsaKeyPair::generate(KeySize::Rsa2048).expect("an RSA key can be made");
        let ec = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a P-256 key can be made");
        Self { rsa: rsa(), foreign: rsa(), ec, generation }
    }

    /// The `kid` under which the key for this signing is published.
    pub fn kid(&self, signing: Signing) -> String {
        let is_ec = matches!(signing, Signing::Es256 | Signing::Es256Broken);
        let family = if is_ec { "ec" } else { "rsa" };
        format!("{family}-{}", self.generation)
    }

    /// The published key set (RFC 7517).
    pub fn jwks(&self) -> Value {
        let (modulus, exponent) = components(self.rsa.public_key().as_ref());
        let point = self.ec.public_key().as_ref(); // 0x04, x, y
        json!({ "keys": [
            { "kty": "RSA", "use": "sig", "kid": self.kid(Signing::Rs256), "n": encode(modulus), "e": encode(exponent) },
            { "kty": "EC", "crv": "P-256", "use": "sig", "kid": self.kid(Signing::Es256), "x": encode(&point[1..33]), "y": encode(&point[33..]) },
        ] })
    }

    /// Signs a JWT in compact form.
    pub fn sign(
        &self,
        header: &Map<String, Value>,
        claims: &Map<String, Value>,
        signing: Signing,
        secret: &str,
    ) -> String {
        let json = |object: &Map<String, Value>| encode(Value::Object(object.clone()).to_string().as_bytes());
        let input = format!("{}.{}", json(header), json(claims));
        let signature = self.signature(input.as_bytes(), signing, secret);
        format!("{input}.{}", encode(&signature))
    }

    fn signature(&self, input: &[u8], signing: Signing, secret: &str) -> Vec<u8> {
        let mac = |key: &[u8]| hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), input).as_ref().to_vec();
        match signing {
            Signing::Rs256 => rsa(&self.rsa, &RSA_PKCS1_SHA256, input),
            Signing::Ps256 => rsa(&self.rsa, &RSA_PSS_SHA256, input),
            Signing::Rs256WithForeignKey => rsa(&self.foreign, &RSA_PKCS1_SHA256, input),
            Signing::Rs256Broken => broken(rsa(&self.rsa, &RSA_PKCS1_SHA256, input)),
            Signing::Es256 => self.ec(input),
            Signing::Es256Broken => broken(self.ec(input)),
            Signing::Hs256 => mac(secret.as_bytes()),
            Signing::Hs256Broken => broken(mac(secret.as_bytes())),
            Signing::Hs256WithPublicKey => mac(self.public_pem().as_bytes()),
            Signing::None => Vec::new(),
        }
    }

    fn ec(&self, input: &[u8]) -> Vec<u8> {
        let signature = self.ec.sign(&SystemRandom::new(), input).expect("P-256 signs anything");
        signature.as_ref().to_vec()
    }

    fn public_pem(&self) -> String {
        let der = self.rsa.public_key().as_der().expect("a public key has a DER form");
        let text = base64::engine::general_purpose::STANDARD.encode(der.as_ref());
        let lines: Vec<&str> =
            text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap_or_default()).collect();
        format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"))
    }
}

fn broken(mut signature: Vec<u8>) -> Vec<u8> {
    signature[0] ^= 1;
    signature
}

fn rsa(key: &RsaKeyPair, padding: &'static dyn aws_lc_rs::signature::RsaEncoding, input: &[u8]) -> Vec<u8> {
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(padding, &SystemRandom::new(), input, &mut signature).expect("a 2048-bit key signs anything");
    signature
}

/// Modulus and exponent out of the DER of a 2048-bit `RSAPublicKey` (RFC 8017 appendix A.1.1), whose lengths are fixed:
/// a sequence of an integer of 257 bytes, the first of them zero, and the integer 65537.
fn components(der: &[u8]) -> (&[u8], &[u8]) {
    assert_eq!(der.len(), 270, "a 2048-bit key with the exponent 65537");
    (&der[9..265], &der[267..])
}

/// Base64url without padding, as in every JOSE document.
pub(super) fn encode(bytes: &[u8]) -> String {
    BASE64URL.encode(bytes)
}

/// The bytes of such a text; `None` where it is none.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    BASE64URL.decode(text).ok()
}

/// The name for the `alg` header.
pub(super) fn algorithm(signing: Signing) -> &'static str {
    match signing {
        Signing::Rs256 | Signing::Rs256WithForeignKey | Signing::Rs256Broken => "RS256",
        Signing::Ps256 => "PS256",
        Signing::Es256 | Signing::Es256Broken => "ES256",
        Signing::Hs256 | Signing::Hs256Broken | Signing::Hs256WithPublicKey => "HS256",
        Signing::None => "none",
    }
}
