//! An assertion signed with the client's private key (OpenID Connect Core §9, RFC 7523 §2.2).

use super::{Authenticated, Provider, assertion, missing};
use crate::config::{AuthConfig, ClientAuthentication};
use crate::failure::Failure;
use crate::jwt::{PrivateKey, SigningKey};
use crate::ports::{Clock, Randomness};

pub(super) fn authenticate(
    config: &AuthConfig,
    provider: &Provider<'_>,
    clock: &dyn Clock,
    randomness: &dyn Randomness,
) -> Result<Authenticated, Failure> {
    let key = private_key(config)?;
    let algorithm = key.choose_algorithm(provider.signing_algorithms)?;
    assertion::authenticate(
        config,
        provider,
        ClientAuthentication::PrivateKeyJwt,
        (algorithm, SigningKey::Private(&key), key.identification()),
        (clock, randomness),
    )
}

/// The client key, or else the key of the client certificate.
fn private_key(config: &AuthConfig) -> Result<PrivateKey, Failure> {
    match (&config.client_key, &config.client_certificate) {
        (Some(key), _) => PrivateKey::from_config(key),
        (None, Some(certificate)) => PrivateKey::from_certificate(certificate),
        (None, None) => Err(missing(
            ClientAuthentication::PrivateKeyJwt,
            "a private key",
            "Add the client’s private key as PEM, JWK or PKCS#12.",
        )),
    }
}
