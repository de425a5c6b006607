//! What a provider is told of the client's keys: the public halves, as a key set (RFC 7517 §5).

use serde_json::{Value, json};

use crate::config::AuthConfig;
use crate::failure::{Code, Failure};
use crate::jwt::PrivateKey;

/// The public half of every key that the config holds: the one that signs (assertions, request objects), the one of
/// the client certificate, the one that ID tokens are encrypted to. To be registered at the provider, or published
/// under the client's `jwks_uri`.
///
/// # Errors
/// [`Code::Configuration`] if there is no key, or one that cannot be read.
pub fn public_jwks(config: &AuthConfig) -> Result<Value, Failure> {
    let mut keys = Vec::new();
    if let Some(key) = &config.client_key {
        keys.push(PrivateKey::from_config(key)?.to_public_jwk("sig"));
    }
    if let Some(certificate) = &config.client_certificate {
        keys.push(PrivateKey::from_certificate(certificate)?.to_public_jwk("sig"));
    }
    if let Some(key) = &config.id_token_decryption_key {
        keys.push(PrivateKey::from_config(key)?.to_public_jwk("enc"));
    }
    if keys.is_empty() {
        return Err(Failure::new(
            Code::Configuration,
            "There is no public key to show",
            "The config holds neither a client key nor a client certificate nor a decryption key.",
            "Make a key, or paste one as PEM, JWK or PKCS#12.",
        ));
    }
    Ok(json!({ "keys": keys }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::testing::keys;

    fn jwks(config: Value) -> Result<Value, Failure> {
        public_jwks(&AuthConfig::from_json(&config).unwrap_or_else(|failure| panic!("{}", failure.cause)))
    }

    #[test]
    fn every_key_of_the_config_is_published_without_its_private_half() {
        let set = jwks(json!({
            "grant": "client_credentials",
            "client_key": { "pem": keys::P256_SEC1, "kid": "mine", "alg": "ES256" },
            "client_certificate": { "pem": keys::P256_WITH_CERTIFICATE },
            "id_token_decryption_key": { "pem": keys::RSA_PKCS8 },
        }))
        .unwrap_or_else(|failure| panic!("{}", failure.cause));
        let listed = set["keys"].as_array().unwrap();
        let uses: Vec<&Value> = listed.iter().map(|key| &key["use"]).collect();
        assert_eq!(uses, ["sig", "sig", "enc"]);
        assert_eq!((&listed[0]["kid"], &listed[0]["alg"]), (&json!("mine"), &json!("ES256")));
        assert!(listed[1]["x5c"][0].is_string(), "a certificate is published with its key");
        assert!(listed.iter().all(|key| key.get("d").is_none()));
    }

    #[test]
    fn a_config_without_keys_says_so() {
        let refused = jwks(json!({ "grant": "client_credentials" })).err().unwrap();
        assert_eq!(refused.code, Code::Configuration);
    }
}
