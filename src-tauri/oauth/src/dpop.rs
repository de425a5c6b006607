//! Demonstrating proof of possession (RFC 9449): tokens that are worth nothing without a key of ours. The key is
//! kept with its token set; every request that uses it carries a fresh proof.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::{Map, Value};
use url::Url;

use crate::failure::{Code, Failure};
use crate::jwt::{Algorithm, Curve, PrivateKey, SigningKey, base64url, new_ec_jwk, sign};
use crate::ports::{Clock, Randomness};
use crate::random;
use crate::secret::Secret;

/// The scheme of the `Authorization` header for bound tokens (RFC 9449 §7.1), and their `token_type`.
pub const SCHEME: &str = "DPoP";

/// A key that tokens are bound to: P-256, for ES256. It has no `Debug`.
pub struct DpopKey {
    key: PrivateKey,
    jwk: Secret,
}

/// What a proof is made for.
pub struct Proof<'a> {
    /// The request's method.
    pub method: &'a http::Method,
    /// The request's URL; query and fragment are left out of the proof.
    pub url: &'a Url,
    /// The access token that goes along, on requests to an API.
    pub access_token: Option<&'a Secret>,
    /// The nonce that this server asked for last.
    pub nonce: Option<&'a str>,
}

impl DpopKey {
    /// A new key.
    ///
    /// # Errors
    /// [`Code::Configuration`] if the random source yields nothing usable, which a working one never does.
    pub fn generate(randomness: &dyn Randomness) -> Result<Self, Failure> {
        Self::from_jwk(&new_ec_jwk(Curve::P256, randomness)?)
    }

    /// The key as it was kept with its token set.
    ///
    /// # Errors
    /// [`Code::Configuration`] if it is no private P-256 key.
    pub fn from_jwk(jwk: &Secret) -> Result<Self, Failure> {
        let key = PrivateKey::from_jwk(jwk)?;
        if key.kind() != Algorithm::Es256.key_kind() {
            return Err(Failure::new(
                Code::Configuration,
                "This DPoP key can’t be used",
                format!("It is {}; ES256 needs {}.", key.kind(), Algorithm::Es256.key_kind()),
                "Get a new token: a fitting key is then made for it.",
            ));
        }
        Ok(Self { key, jwk: jwk.clone() })
    }

    /// The private JWK, to be kept with the token set.
    pub fn to_jwk(&self) -> &Secret {
        &self.jwk
    }

    /// The thumbprint: `dpop_jkt` of an authorization request (RFC 9449 §10), and `cnf.jkt` of the tokens.
    pub fn thumbprint(&self) -> String {
        self.key.public_key().thumbprint()
    }

    /// A proof for one request, for its `DPoP` header (RFC 9449 §4.2).
    ///
    /// # Errors
    /// None that a key made by [`Self::generate`] can cause.
    pub fn prove(
        &self,
        proof: &Proof<'_>,
        clock: &dyn Clock,
        randomness: &dyn Randomness,
    ) -> Result<Secret, Failure> {
        let mut claims = Map::from_iter([
            ("jti".to_owned(), Value::from(random::token_identifier(randomness))),
            ("htm".to_owned(), Value::from(proof.method.as_str())),
            ("htu".to_owned(), Value::from(target(proof.url))),
            ("iat".to_owned(), Value::from(clock.now().div_euclid(1000))),
        ]);
        if let Some(token) = proof.access_token {
            let hash = base64url::encode(digest(&SHA256, token.expose().as_bytes()));
            claims.insert("ath".to_owned(), Value::from(hash));
        }
        if let Some(nonce) = proof.nonce {
            claims.insert("nonce".to_owned(), Value::from(nonce));
        }
        let header = Map::from_iter([
            ("typ".to_owned(), Value::from("dpop+jwt")),
            ("jwk".to_owned(), Value::Object(self.key.public_key().to_members())),
        ]);
        sign(Algorithm::Es256, SigningKey::Private(&self.key), header, &claims)
    }
}

/// `htu`: the URL without query, fragment and credentials.
fn target(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    // These two fail only for URLs that have no host, and such are not sent.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.into()
}

/// The nonces that servers asked for, by origin: authorization servers and APIs each have their own
/// (RFC 9449 §8, §9).
#[derive(Default)]
pub struct Nonces(Mutex<HashMap<String, String>>);

impl Nonces {
    /// The nonce that the server of this URL wants in the next proof.
    pub fn of(&self, url: &Url) -> Option<String> {
        self.lock().get(&url.origin().ascii_serialization()).cloned()
    }

    /// Takes over the nonce of an answer, whatever its status. Says whether it is another one than before.
    pub fn learn(&self, url: &Url, headers: &http::HeaderMap) -> bool {
        let Some(nonce) = headers.get("dpop-nonce").and_then(|value| value.to_str().ok()) else {
            return false;
        };
        let origin = url.origin().ascii_serialization();
        if !is_nonce(nonce) {
            return false;
        }
        self.lock().insert(origin, nonce.to_owned()).as_deref() != Some(nonce)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `1*NQCHAR` (RFC 9449 §8.1), of a length that still fits a header.
fn is_nonce(nonce: &str) -> bool {
    (1..=2048).contains(&nonce.len())
        && nonce.bytes().all(|byte| matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E))
}

/// Whether an API's 401 asks for a proof with a nonce (RFC 9449 §9). `www_authenticate` is the header's text.
pub fn api_wants_nonce(status: http::StatusCode, www_authenticate: &str) -> bool {
    status == http::StatusCode::UNAUTHORIZED && www_authenticate.contains("use_dpop_nonce")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use http::{HeaderMap, Method, StatusCode};
    use serde_json::json;

    use super::*;
    use crate::jwt::{Jwk, Jwt, VerificationKey};
    use crate::testing::{Counting, StoppedClock};

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn prove(key: &DpopKey, proof: &Proof<'_>) -> Jwt {
        let proof = key.prove(proof, &StoppedClock::at(1_562_262_616), &Counting::default()).unwrap();
        Jwt::decode(&proof).unwrap()
    }

    fn token_request<'a>(url: &'a Url) -> Proof<'a> {
        Proof { method: &Method::POST, url, access_token: None, nonce: None }
    }

    #[test]
    fn a_token_request_is_proven_as_in_rfc_9449_section_4_2() {
        let key = DpopKey::generate(&Counting::default()).unwrap();
        let proof = prove(&key, &token_request(&url("https://server.example.com/token")));
        assert_eq!(proof.header()["typ"], "dpop+jwt");
        assert_eq!(proof.alg(), Some("ES256"));
        assert_eq!(proof.claims()["htm"], "POST");
        assert_eq!(proof.claims()["htu"], "https://server.example.com/token");
        assert_eq!(proof.claims()["iat"], 1_562_262_616);
        assert!(proof.claims()["jti"].as_str().unwrap().len() >= 16);
        assert!(proof.claims().get("ath").is_none());
        let public = Jwk::from_json(&proof.header()["jwk"]).unwrap();
        assert_eq!(proof.verify(VerificationKey::Public(&public)), Ok(()));
        assert_eq!(public.key.thumbprint(), key.thumbprint());
    }

    #[test]
    fn the_proof_shows_the_public_key_alone() {
        let key = DpopKey::generate(&Counting::default()).unwrap();
        let proof = prove(&key, &token_request(&url("https://server.example.com/token")));
        let names: Vec<&String> = proof.header()["jwk"].as_object().unwrap().keys().collect();
        assert_eq!(names, ["crv", "kty", "x", "y"]);
    }

    #[test]
    fn an_api_request_names_its_token_by_the_hash_of_rfc_9449_section_7_1() {
        let key = DpopKey::generate(&Counting::default()).unwrap();
        let token = Secret::from("Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU");
        let url = url("https://resource.example.org/protectedresource");
        let proof = prove(
            &key,
            &Proof { method: &Method::GET, url: &url, access_token: Some(&token), nonce: Some("n-0S6") },
        );
        assert_eq!(proof.claims()["ath"], "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo");
        assert_eq!(proof.claims()["nonce"], "n-0S6");
    }

    #[test]
    fn query_fragment_and_credentials_are_not_part_of_the_target() {
        let key = DpopKey::generate(&Counting::default()).unwrap();
        let proof = prove(&key, &token_request(&url("https://u:p@api.example.com:8443/a%20b?token=x#y")));
        assert_eq!(proof.claims()["htu"], "https://api.example.com:8443/a%20b");
    }

    #[test]
    fn the_thumbprint_is_the_one_of_rfc_9449_section_10() {
        let jwk = json!({
            "kty": "EC", "x": "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",
            "y": "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA", "crv": "P-256"
        });
        let thumbprint = Jwk::from_json(&jwk).unwrap().key.thumbprint();
        assert_eq!(thumbprint, "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
    }

    #[test]
    fn a_kept_key_is_the_same_key() {
        let key = DpopKey::generate(&Counting::default()).unwrap();
        assert_eq!(DpopKey::from_jwk(key.to_jwk()).unwrap().thumbprint(), key.thumbprint());
    }

    #[test]
    fn keys_and_proofs_never_repeat() {
        let randomness = Counting::default();
        let (first, second) =
            (DpopKey::generate(&randomness).unwrap(), DpopKey::generate(&randomness).unwrap());
        assert_ne!(first.thumbprint(), second.thumbprint());
        let target = url("https://server.example.com/token");
        let identifier = || {
            let proof = first.prove(&token_request(&target), &StoppedClock::at(0), &randomness).unwrap();
            Jwt::decode(&proof).unwrap().claims()["jti"].clone()
        };
        assert_ne!(identifier(), identifier());
    }

    #[test]
    fn a_random_source_that_yields_no_number_is_an_error() {
        struct Broken;
        impl Randomness for Broken {
            fn fill(&self, bytes: &mut [u8]) {
                bytes.fill(0);
            }
        }
        assert!(DpopKey::generate(&Broken).is_err());
    }

    #[test]
    fn a_nonce_holds_for_its_origin_alone() {
        let nonces = Nonces::default();
        let headers = HeaderMap::from_iter([("dpop-nonce".parse().unwrap(), "abc".parse().unwrap())]);
        assert!(nonces.learn(&url("https://id.example.com/token"), &headers));
        assert!(!nonces.learn(&url("https://id.example.com/par"), &headers));
        assert_eq!(nonces.of(&url("https://id.example.com/other?x")).as_deref(), Some("abc"));
        for other in ["https://api.example.com/", "http://id.example.com/", "https://id.example.com:444/"] {
            assert_eq!(nonces.of(&url(other)), None, "{other}");
        }
    }

    #[test]
    fn a_nonce_with_characters_that_are_not_allowed_is_left_alone() {
        let nonces = Nonces::default();
        for nonce in ["", "a b", "a\"b", "a\\b"] {
            let headers = HeaderMap::from_iter([("dpop-nonce".parse().unwrap(), nonce.parse().unwrap())]);
            assert!(!nonces.learn(&url("https://id.example.com/"), &headers), "{nonce}");
        }
    }

    #[test]
    fn only_a_401_that_says_so_asks_for_a_nonce() {
        let challenge = r#"DPoP error="use_dpop_nonce", error_description="...""#;
        assert!(api_wants_nonce(StatusCode::UNAUTHORIZED, challenge));
        assert!(!api_wants_nonce(StatusCode::FORBIDDEN, challenge));
        assert!(!api_wants_nonce(StatusCode::UNAUTHORIZED, r#"Bearer error="invalid_token""#));
    }
}
