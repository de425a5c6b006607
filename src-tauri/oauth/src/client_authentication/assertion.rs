//! The assertion that `client_secret_jwt` and `private_key_jwt` share (RFC 7523 §2.2, §3; OpenID Connect Core §9).

use serde_json::{Map, Value};

use super::{Authenticated, Provider};
use crate::config::{AuthConfig, ClientAuthentication};
use crate::failure::{Code, Failure};
use crate::jwt::{Algorithm, SigningKey, sign};
use crate::ports::{Clock, Randomness};
use crate::random;
use crate::secret::Secret;

const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// How long an assertion holds, in seconds: it is used at once, and clocks differ.
const LIFETIME: i64 = 120;

/// Builds, signs and places it. `header` is what stands there beside `alg`.
pub(super) fn authenticate(
    config: &AuthConfig,
    provider: &Provider<'_>,
    method: ClientAuthentication,
    (algorithm, key, mut header): (Algorithm, SigningKey<'_>, Map<String, Value>),
    (clock, randomness): (&dyn Clock, &dyn Randomness),
) -> Result<Authenticated, Failure> {
    let now = clock.now().div_euclid(1000);
    let claims = Map::from_iter([
        ("iss".to_owned(), Value::from(config.client_id.as_str())),
        ("sub".to_owned(), Value::from(config.client_id.as_str())),
        ("aud".to_owned(), Value::from(audience(config, provider)?)),
        ("jti".to_owned(), Value::from(random::token_identifier(randomness))),
        ("iat".to_owned(), Value::from(now)),
        ("exp".to_owned(), Value::from(now + LIFETIME)),
    ]);
    header.insert("typ".to_owned(), Value::from("JWT"));
    let assertion = sign(algorithm, key, header, &claims)?;
    let mut authenticated = Authenticated::by(method).with_client_id(config);
    authenticated.params.push(("client_assertion_type", Secret::new(TYPE)));
    authenticated.params.push(("client_assertion", assertion));
    Ok(authenticated)
}

/// One value, never several: an assertion that names two audiences can be replayed by one at the other. The
/// issuer, where it is known and nothing else is configured.
fn audience<'a>(config: &'a AuthConfig, provider: &Provider<'a>) -> Result<&'a str, Failure> {
    let chosen = match config.assertion_audience.as_deref() {
        Some("issuer") => provider.issuer,
        Some("token_endpoint") => provider.token_endpoint,
        None => provider.issuer.or(provider.token_endpoint),
        Some(custom) => Some(custom),
    };
    chosen.ok_or_else(|| {
        Failure::new(
            Code::Configuration,
            "The client assertion has no audience",
            "Its audience is to be the provider’s issuer or token endpoint, and that is not known. Nothing was sent.",
            "Enter the issuer, or set the audience of the assertion.",
        )
    })
}
