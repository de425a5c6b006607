//! Proof Key for Code Exchange (RFC 7636).

use oauth2::{PkceCodeChallenge, PkceCodeVerifier};
use zeroize::Zeroizing;

use crate::config::{AuthConfig, Pkce};
use crate::failure::{Code, Failure};
use crate::ports::Randomness;
use crate::random;
use crate::secret::Secret;

/// A code verifier with the challenge made of it: the challenge goes into the authorization request, the verifier
/// into the token request of the same login.
pub struct ProofKey {
    verifier: Secret,
    challenge: PkceCodeChallenge,
}

impl ProofKey {
    /// The proof key of one login, or `None` where the config turns PKCE off. A verifier of the config is used as
    /// it is; else one of 256 random bits is made.
    ///
    /// # Errors
    /// [`Code::Configuration`] if the config's verifier is not 43–128 unreserved characters (RFC 7636 §4.1).
    pub fn for_login(config: &AuthConfig, randomness: &dyn Randomness) -> Result<Option<Self>, Failure> {
        let transform = match config.pkce {
            Pkce::Off => return Ok(None),
            Pkce::S256 => PkceCodeChallenge::from_code_verifier_sha256,
            Pkce::Plain => PkceCodeChallenge::from_code_verifier_plain,
        };
        let verifier = match &config.code_verifier {
            Some(verifier) => {
                check_verifier(verifier)?;
                verifier.clone()
            }
            None => Secret::new(random::url_safe(randomness, 32)),
        };
        // oauth2 refuses a verifier of another length by a panic; both ways above lead to 43–128 characters.
        let theirs = PkceCodeVerifier::new(verifier.expose().to_owned());
        let challenge = transform(&theirs);
        // Its verifier is not wiped when dropped, ours is: that is the one that is kept.
        drop(Zeroizing::new(theirs.into_secret()));
        Ok(Some(Self { verifier, challenge }))
    }

    /// The `code_verifier` of the token request (RFC 7636 §4.5).
    pub fn verifier(&self) -> &Secret {
        &self.verifier
    }

    /// The `code_challenge` of the authorization request (RFC 7636 §4.3).
    pub fn challenge(&self) -> &str {
        self.challenge.as_str()
    }

    /// The `code_challenge_method`: `S256` or `plain`.
    pub fn method(&self) -> &str {
        self.challenge.method()
    }
}

fn check_verifier(verifier: &Secret) -> Result<(), Failure> {
    let length = verifier.expose().chars().count();
    let strange = verifier.expose().chars().filter(|character| !is_unreserved(*character)).count();
    let cause = match (length, strange) {
        (43..=128, 0) => return Ok(()),
        (43..=128, 1) => "One of its characters is not allowed.".to_owned(),
        (43..=128, count) => format!("{count} of its characters are not allowed."),
        _ => format!("It has {length} characters."),
    };
    Err(Failure::new(
        Code::Configuration,
        "This code verifier can’t be used",
        format!("{cause} RFC 7636 asks for 43 to 128 of the characters A–Z, a–z, 0–9, - . _ ~."),
        "Correct the code verifier, or empty the field: a fresh one is then made for each sign-in.",
    ))
}

fn is_unreserved(character: char) -> bool {
    character.is_ascii_alphanumeric() || "-._~".contains(character)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;
    use crate::testing::Counting;

    fn config(extra: serde_json::Value) -> AuthConfig {
        let mut value = json!({"grant": "authorization_code"});
        value.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        AuthConfig::from_json(&value).unwrap()
    }

    fn proof_key(extra: serde_json::Value) -> Result<Option<ProofKey>, Failure> {
        ProofKey::for_login(&config(extra), &Counting::default())
    }

    #[test]
    fn makes_the_challenge_of_rfc_7636_appendix_b() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let key = proof_key(json!({"code_verifier": verifier})).unwrap().unwrap();
        assert_eq!(key.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        assert_eq!(key.method(), "S256");
        assert_eq!(key.verifier().expose(), verifier);
    }

    #[test]
    fn a_plain_challenge_is_the_verifier_itself() {
        let key = proof_key(json!({"pkce": "plain"})).unwrap().unwrap();
        assert_eq!(key.challenge(), key.verifier().expose());
        assert_eq!(key.method(), "plain");
    }

    #[test]
    fn off_means_no_proof_key() {
        assert!(proof_key(json!({"pkce": "off"})).unwrap().is_none());
    }

    #[test]
    fn each_login_gets_a_verifier_of_its_own() {
        let randomness = Counting::default();
        let of = || ProofKey::for_login(&config(json!({})), &randomness).unwrap().unwrap();
        let (first, second) = (of(), of());
        assert!(first.verifier() != second.verifier());
        assert_eq!(first.verifier().expose().len(), 43);
    }

    #[test]
    fn an_own_verifier_must_have_43_to_128_unreserved_characters() {
        for (verifier, allowed) in [
            ("a".repeat(42), false),
            ("a".repeat(43), true),
            ("-._~".repeat(32), true),
            ("a".repeat(129), false),
            (format!("{}+", "a".repeat(43)), false),
            (format!("{}é", "a".repeat(43)), false),
        ] {
            let verdict = proof_key(json!({ "code_verifier": verifier }));
            assert_eq!(verdict.is_ok(), allowed, "{verifier}");
        }
    }

    #[test]
    fn the_failure_does_not_show_the_verifier() {
        let failure = proof_key(json!({"code_verifier": "hunter2"})).err().unwrap();
        assert!(!serde_json::to_string(&failure).unwrap().contains("hunter2"));
    }
}
