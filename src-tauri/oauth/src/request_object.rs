//! Signed request objects (RFC 9101): the parameters of an authorization request as a JWT that nobody on the way can
//! change.

use serde_json::{Map, Value};

use crate::authorization_request::AuthorizationRequest;
use crate::endpoints::{Dialogue, Form};
use crate::failure::{Code, Failure};
use crate::jwt::{Algorithm, PrivateKey, SigningKey, sign};
use crate::random;

/// How long a request object holds, in seconds: it is used at once, and clocks differ.
const LIFETIME: i64 = 300;

/// Parameters whose values are JSON, and stand in the object as such.
const JSON: [&str; 2] = ["claims", "authorization_details"];

/// The parameters to send in place of those of the request: the signed object, and what has to stand beside it.
///
/// # Errors
/// [`Code::Configuration`] if there is nothing to sign with.
pub fn signed(dialogue: &Dialogue<'_>, request: &AuthorizationRequest) -> Result<Form, Failure> {
    let config = dialogue.config;
    let surroundings = dialogue.flow.surroundings();
    let now = surroundings.clock.now().div_euclid(1000);
    let mut claims = claims_of(&request.parameters);
    claims.insert("iss".to_owned(), config.client_id.as_str().into());
    if let Some(issuer) = dialogue.server.issuer() {
        claims.insert("aud".to_owned(), issuer.into());
    }
    claims.insert("iat".to_owned(), now.into());
    claims.insert("nbf".to_owned(), now.into());
    claims.insert("exp".to_owned(), (now + LIFETIME).into());
    claims.insert("jti".to_owned(), random::token_identifier(&*surroundings.randomness).into());
    let offered = dialogue.server.supported("request_object_signing_alg_values_supported");
    let typ = ("typ".to_owned(), Value::from("oauth-authz-req+jwt"));
    let object = match (&config.client_key, &config.client_secret) {
        (Some(key), _) => {
            let key = PrivateKey::from_config(key)?;
            let mut header = key.identification();
            header.extend([typ]);
            sign(key.choose_algorithm(offered.as_deref())?, SigningKey::Private(&key), header, &claims)?
        }
        (None, Some(secret)) => {
            sign(Algorithm::Hs256, SigningKey::Secret(secret), Map::from_iter([typ]), &claims)?
        }
        (None, None) => return Err(nothing_to_sign_with()),
    };
    // OpenID Connect Core §6.1 wants these beside the object too; RFC 9101 reads only the object.
    Ok(Form::new()
        .with("client_id", config.client_id.as_str())
        .with("response_type", request.response_type.as_str())
        .with_some("scope", config.scope.as_deref().map(str::trim))
        .with("request", object))
}

/// A parameter that is there several times becomes a list.
fn claims_of(parameters: &Form) -> Map<String, Value> {
    let mut claims = Map::new();
    for (name, value) in parameters.parameters() {
        let text = value.expose();
        let value = match name {
            "max_age" => text.parse::<u64>().map_or_else(|_| Value::from(text), Value::from),
            name if JSON.contains(&name) => serde_json::from_str(text).unwrap_or_else(|_| Value::from(text)),
            _ => Value::from(text),
        };
        match claims.get_mut(name) {
            None => {
                claims.insert(name.to_owned(), value);
            }
            Some(Value::Array(values)) => values.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
        }
    }
    claims
}

fn nothing_to_sign_with() -> Failure {
    Failure::new(
        Code::Configuration,
        "The request object cannot be signed",
        "There is neither a client key nor a client secret. Nothing was sent.",
        "Add the client's private key as PEM, JWK or PKCS#12, or turn signed request objects off.",
    )
}
