//! The signature, and whether its algorithm is one that the client agreed to (OpenID Connect Core §3.1.3.7, 6–8).

use super::{Expectations, Keys, Source, fail, pass, skip};
use crate::jwt::{Algorithm, Jwt, SignatureError, VerificationKey};
use crate::token_set::Check;

const NAME: &str = "signature";

pub(super) fn check(jwt: &Jwt, expectations: &Expectations<'_>, keys: Keys<'_>) -> Check {
    let algorithm = match jwt.algorithm() {
        Ok(algorithm) => algorithm,
        Err(SignatureError::Unsigned) => return check_unsigned(expectations),
        Err(error) => return fail(NAME, format!("The signature can’t be verified: {error}.")),
    };
    if let Some(objection) = objection_to(algorithm, expectations) {
        return fail(NAME, objection);
    }
    if algorithm.is_symmetric() {
        return check_with_secret(jwt, algorithm, expectations);
    }
    match keys {
        Keys::Published(keys) => match keys.verify(jwt) {
            Ok(key) => pass(NAME, format!("{algorithm}, verified with {key} of the provider’s key set.")),
            Err(error) => fail(NAME, format!("{algorithm}: {error}.")),
        },
        Keys::Unavailable(failure) => fail(
            NAME,
            format!(
                "{algorithm}, not verified: the provider’s key set could not be read. {}.",
                failure.message
            ),
        ),
        Keys::Unknown if expectations.source == Source::AuthorizationEndpoint => fail(
            NAME,
            format!(
                "{algorithm}, not verified: no jwks_uri is known. A token that came through the browser is worth \
                 nothing without."
            ),
        ),
        Keys::Unknown => skip(
            NAME,
            format!(
                "{algorithm}, not verified: no jwks_uri is known. The token came straight from the token endpoint."
            ),
        ),
    }
}

/// `none` holds only if it was registered and the token came straight from the token endpoint.
fn check_unsigned(expectations: &Expectations<'_>) -> Check {
    match (expectations.registered_algorithm, expectations.source) {
        (Some("none"), Source::TokenEndpoint | Source::Refresh) => skip(
            NAME,
            "The ID token is not signed (alg “none”), as registered; it came straight from the token endpoint."
                .to_owned(),
        ),
        (Some("none"), Source::AuthorizationEndpoint) => fail(
            NAME,
            "The ID token is not signed (alg “none”). That is allowed only straight from the token endpoint, and \
             this one came through the browser."
                .to_owned(),
        ),
        _ => fail(
            NAME,
            "The ID token is not signed (alg “none”), and the client is not registered for that.".to_owned(),
        ),
    }
}

/// Why an algorithm is not the one agreed on.
fn objection_to(algorithm: Algorithm, expectations: &Expectations<'_>) -> Option<String> {
    let is = |name: &str| Algorithm::parse(name) == Some(algorithm);
    match (expectations.registered_algorithm, expectations.announced_algorithms) {
        (Some(registered), _) if !is(registered) => {
            Some(format!("It is signed with {algorithm}; the client expects {registered}."))
        }
        (None, Some(announced)) if !announced.iter().any(|name| is(name)) => Some(format!(
            "It is signed with {algorithm}; the provider announces {}.",
            crate::inert::inert(&announced.join(", "), 200)
        )),
        _ => None,
    }
}

fn check_with_secret(jwt: &Jwt, algorithm: Algorithm, expectations: &Expectations<'_>) -> Check {
    let Some(secret) = expectations.client_secret else {
        return fail(
            NAME,
            format!("{algorithm} is verified with the client secret, and this client has none."),
        );
    };
    match jwt.verify(VerificationKey::Secret(secret)) {
        Ok(()) => pass(NAME, format!("{algorithm}, verified with the client secret.")),
        Err(error) => fail(NAME, format!("{algorithm} with the client secret: {error}.")),
    }
}
