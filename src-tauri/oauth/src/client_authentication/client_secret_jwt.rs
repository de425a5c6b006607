//! An assertion signed with the client secret (OpenID Connect Core §9).

use serde_json::Map;

use super::{Authenticated, Provider, assertion, client_secret};
use crate::config::{AuthConfig, ClientAuthentication};
use crate::failure::Failure;
use crate::jwt::{Algorithm, SigningKey};
use crate::ports::{Clock, Randomness};

pub(super) fn authenticate(
    config: &AuthConfig,
    provider: &Provider<'_>,
    clock: &dyn Clock,
    randomness: &dyn Randomness,
) -> Result<Authenticated, Failure> {
    let method = ClientAuthentication::ClientSecretJwt;
    let key = SigningKey::Secret(client_secret(config, method)?);
    assertion::authenticate(
        config,
        provider,
        method,
        (algorithm(provider.signing_algorithms), key, Map::new()),
        (clock, randomness),
    )
}

/// HS256, unless the provider announces only others of its kind.
fn algorithm(offered: Option<&[&str]>) -> Algorithm {
    let offered: Vec<Algorithm> = offered
        .unwrap_or_default()
        .iter()
        .filter_map(|name| Algorithm::parse(name))
        .filter(|algorithm| algorithm.is_symmetric())
        .collect();
    match offered.first() {
        Some(first) if !offered.contains(&Algorithm::Hs256) => *first,
        _ => Algorithm::Hs256,
    }
}
