//! A JWT as authorization grant (RFC 7523 §2.1): pasted, or built from claims and signed with the client's key.

use serde_json::{Map, Value};

use crate::authorization_server::Endpoint;
use crate::config::{Assertion, AuthConfig};
use crate::endpoints::token::Purpose;
use crate::endpoints::{Dialogue, Form};
use crate::failure::{Code, Failure};
use crate::id_token::Source;
use crate::jwt::{Algorithm, PrivateKey, SigningKey, sign};
use crate::random;
use crate::secret::Secret;
use crate::token_response::TokenError;
use crate::token_set::TokenSet;

const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// How long an assertion of ours holds, in seconds.
const LIFETIME: i64 = 300;

/// The token request.
pub fn request(config: &AuthConfig, assertion: &Secret) -> Form {
    Form::new()
        .with("grant_type", GRANT_TYPE)
        .with("assertion", assertion)
        .with_some("scope", config.scope.as_deref().map(str::trim))
        .with_some("audience", config.audience.as_deref())
}

/// Obtains a token set.
///
/// # Errors
/// What the token endpoint refused, or why it could not be asked.
pub async fn obtain(dialogue: &Dialogue<'_>) -> Result<TokenSet, TokenError> {
    let assertion = assertion(dialogue)?;
    dialogue.flow.blank(&assertion);
    let form = request(dialogue.config, &assertion);
    let mut granted = dialogue.request_token(Purpose::Token, form).await?;
    super::judge_id_token(dialogue, &mut granted, &super::Login::at(Source::TokenEndpoint)).await;
    Ok(granted.tokens)
}

fn assertion(dialogue: &Dialogue<'_>) -> Result<Secret, TokenError> {
    match &dialogue.config.assertion {
        Some(Assertion::Finished(assertion)) if !assertion.is_empty() => Ok(assertion.clone()),
        Some(Assertion::Built { claims }) => Ok(build(dialogue, claims)?),
        _ => Err(super::missing("JWT bearer", "assertion")),
    }
}

/// Builds and signs the assertion (§3). Claims of the config win over those that are filled in.
fn build(dialogue: &Dialogue<'_>, claims: &Map<String, Value>) -> Result<Secret, Failure> {
    let config = dialogue.config;
    let surroundings = dialogue.flow.surroundings();
    let now = surroundings.clock.now().div_euclid(1000);
    let mut all = Map::new();
    if !config.client_id.is_empty() {
        all.insert("iss".to_owned(), config.client_id.as_str().into());
        all.insert("sub".to_owned(), config.client_id.as_str().into());
    }
    if let Some(audience) = audience(dialogue) {
        all.insert("aud".to_owned(), audience.into());
    }
    all.insert("iat".to_owned(), now.into());
    all.insert("exp".to_owned(), (now + LIFETIME).into());
    all.insert("jti".to_owned(), random::token_identifier(&*surroundings.randomness).into());
    all.extend(claims.clone());
    match (&config.client_key, &config.client_secret) {
        (Some(key), _) => {
            let key = PrivateKey::from_config(key)?;
            let mut header = key.identification();
            header.insert("typ".to_owned(), "JWT".into());
            sign(key.choose_algorithm(None)?, SigningKey::Private(&key), header, &all)
        }
        (None, Some(secret)) => {
            let header = Map::from_iter([("typ".to_owned(), Value::from("JWT"))]);
            sign(Algorithm::Hs256, SigningKey::Secret(secret), header, &all)
        }
        (None, None) => Err(Failure::new(
            Code::Configuration,
            "The assertion cannot be signed",
            "There is neither a client key nor a client secret. Nothing was sent.",
            "Add the client's private key as PEM, JWK or PKCS#12, or paste a finished assertion.",
        )),
    }
}

/// The token endpoint, unless the config says otherwise (§3: the authorization server, as it names itself).
fn audience(dialogue: &Dialogue<'_>) -> Option<String> {
    let server = dialogue.server;
    match dialogue.config.assertion_audience.as_deref() {
        Some("issuer") => server.issuer().map(str::to_owned),
        None | Some("token_endpoint") => server.endpoint(Endpoint::Token).map(str::to_owned),
        Some(custom) => Some(custom.to_owned()),
    }
}
