//! ID tokens and their verdict: every check of OpenID Connect Core §3.1.3.7, §3.2.2.11, §3.3.2.11 and §12.2, each
//! with its reason. Nothing passes silently: what can't be judged is `skipped`, and says why.

use serde_json::{Map, Value};
use url::Url;

use crate::authorization_server::IssuerRule;
use crate::config::{AuthConfig, ClientKey};
use crate::endpoints::jwks::{Jwks, KeySets};
use crate::failure::Failure;
use crate::flow::Flow;
use crate::jwe::{self, DecryptionKeys};
use crate::jwt::{Jwt, PrivateKey, is_encrypted};
use crate::ports::UnixMillis;
use crate::secret::Secret;
use crate::token_set::{Check, CheckResult};

mod audience;
mod hashes;
mod signature;
mod subject;
mod times;

/// What an ID token is held against. Made with [`Expectations::of`], then completed.
#[derive(Clone, Copy)]
pub struct Expectations<'a> {
    /// Which issuers are the provider's own.
    pub issuer: &'a IssuerRule,
    pub client_id: &'a str,
    /// Which way the token came.
    pub source: Source,
    /// The nonce of the authorization request, where one was sent.
    pub nonce: Option<&'a Secret>,
    /// The access token that came along, for `at_hash`.
    pub access_token: Option<&'a Secret>,
    /// The authorization code that came along or was redeemed, for `c_hash`.
    pub code: Option<&'a Secret>,
    /// The claims of the ID token before: at a refresh, and for the second one of a hybrid flow.
    pub former: Option<&'a Map<String, Value>>,
    /// The subject that userinfo named.
    pub userinfo_subject: Option<&'a str>,
    /// `id_token_signed_response_alg` of the registration.
    pub registered_algorithm: Option<&'a str>,
    /// `id_token_signing_alg_values_supported` of the metadata.
    pub announced_algorithms: Option<&'a [&'a str]>,
    /// For HS256 and its like, and for tokens encrypted with it.
    pub client_secret: Option<&'a Secret>,
    /// For encrypted tokens.
    pub decryption_key: Option<&'a ClientKey>,
    pub max_age: Option<u64>,
    /// `acr_values` of the authorization request: a wish.
    pub acr_values: Option<&'a str>,
    /// The `claims` parameter of the authorization request: it may make `acr` essential.
    pub claims: Option<&'a Value>,
    /// By this machine's clock.
    pub now: UnixMillis,
    /// By the provider's clock (the `Date` of its answer): only to forgive and explain a wrong clock here.
    pub server_time: Option<UnixMillis>,
}

/// Which way an ID token came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// From the token endpoint, in exchange for something.
    TokenEndpoint,
    /// From the token endpoint, at a refresh.
    Refresh,
    /// Through the browser (implicit and hybrid).
    AuthorizationEndpoint,
}

/// The decoded token and what became of each check.
#[derive(Debug, Clone, PartialEq)]
pub struct IdTokenVerdict {
    /// Empty if the token can't be decoded.
    pub header: Map<String, Value>,
    /// Empty if the token can't be decoded. They are the provider's word only if no check failed.
    pub claims: Map<String, Value>,
    /// One for each name in [`Check::check`], in that order.
    pub checks: Vec<Check>,
}

/// The keys that a signature is held against.
#[derive(Clone, Copy)]
pub enum Keys<'a> {
    /// What the provider publishes.
    Published(&'a Jwks),
    /// Neither the config nor the metadata names a key set.
    Unknown,
    /// The key set could not be read.
    Unavailable(&'a Failure),
}

impl<'a> Expectations<'a> {
    /// What the config says; what one login adds is still to be set.
    pub fn of(config: &'a AuthConfig, issuer: &'a IssuerRule, source: Source, now: UnixMillis) -> Self {
        Self {
            issuer,
            client_id: &config.client_id,
            source,
            nonce: None,
            access_token: None,
            code: None,
            former: None,
            userinfo_subject: None,
            registered_algorithm: config.id_token_signed_response_alg.as_deref(),
            announced_algorithms: None,
            client_secret: config.client_secret.as_ref().filter(|secret| !secret.is_empty()),
            decryption_key: config.id_token_decryption_key.as_ref(),
            max_age: config.max_age,
            acr_values: config.acr_values.as_deref(),
            claims: config.claims.as_ref(),
            now,
            server_time: None,
        }
    }

    fn is_refresh(&self) -> bool {
        self.source == Source::Refresh
    }
}

impl IdTokenVerdict {
    /// Whether no check failed.
    pub fn is_sound(&self) -> bool {
        self.checks.iter().all(|check| check.result != CheckResult::Fail)
    }

    /// The subject that the token names.
    pub fn subject(&self) -> Option<&str> {
        self.claims.get("sub").and_then(Value::as_str)
    }
}

/// Judges an ID token, fetching the provider's keys where they are needed: once more if the token names a key that
/// is not among those known (OpenID Connect Core §10.1.1).
pub async fn verify(
    token: &Secret,
    expectations: &Expectations<'_>,
    key_sets: &KeySets,
    jwks_uri: Option<&Url>,
    flow: &Flow,
) -> IdTokenVerdict {
    let opened = match Opened::of(token, expectations) {
        Ok(opened) => opened,
        Err(reason) => return undecodable(&reason),
    };
    let needs_keys = opened.jwt.algorithm().is_ok_and(|algorithm| !algorithm.is_symmetric());
    let Some(url) = jwks_uri.filter(|_| needs_keys) else {
        return judge(&opened, expectations, Keys::Unknown);
    };
    let keys = match key_sets.of(url, flow).await {
        Ok(keys) => keys,
        Err(failure) => return judge(&opened, expectations, Keys::Unavailable(&failure)),
    };
    if keys.set.verify(&opened.jwt).is_err_and(|error| error.may_be_outdated())
        && let Some(newer) = key_sets.newer_than(&keys, url, flow).await
    {
        return judge(&opened, expectations, Keys::Published(&newer.set));
    }
    judge(&opened, expectations, Keys::Published(&keys.set))
}

/// Judges an ID token by keys at hand.
pub fn verify_with(token: &Secret, expectations: &Expectations<'_>, keys: Keys<'_>) -> IdTokenVerdict {
    match Opened::of(token, expectations) {
        Ok(opened) => judge(&opened, expectations, keys),
        Err(reason) => undecodable(&reason),
    }
}

/// A token that could be decoded.
struct Opened {
    jwt: Jwt,
    /// How it was encrypted, if it was.
    encryption: Option<String>,
}

impl Opened {
    /// Decrypts the token if it is encrypted, and decodes it; or says why not.
    fn of(token: &Secret, expectations: &Expectations<'_>) -> Result<Self, String> {
        let decoded = |token: &Secret| {
            Jwt::decode(token).map_err(|error| format!("The ID token can’t be decoded: {error}."))
        };
        if !is_encrypted(token.expose()) {
            return Ok(Self { jwt: decoded(token)?, encryption: None });
        }
        let encryption = jwe::describe(token).unwrap_or_default();
        let cant =
            |why: &str| format!("The ID token is encrypted ({encryption}) and can’t be decrypted: {why}");
        let private = expectations.decryption_key.map(PrivateKey::from_config).transpose();
        let private = private.map_err(|failure| cant(&failure.cause))?;
        let keys = DecryptionKeys { private: private.as_ref(), secret: expectations.client_secret };
        let inner = jwe::decrypt(token, keys).map_err(|error| cant(&format!("{error}.")))?;
        Ok(Self { jwt: decoded(&inner)?, encryption: Some(encryption) })
    }
}

fn judge(opened: &Opened, expectations: &Expectations<'_>, keys: Keys<'_>) -> IdTokenVerdict {
    let jwt = &opened.jwt;
    let claims = jwt.claims();
    let mut checks = vec![
        signature::check(jwt, expectations, keys),
        audience::check_issuer(claims, expectations),
        audience::check_audience(claims, expectations),
        audience::check_authorized_party(claims, expectations),
        times::check_expiry(claims, expectations),
        times::check_not_before(claims, expectations),
        times::check_issued_at(claims, expectations),
        subject::check_nonce(claims, expectations),
        hashes::check_access_token(jwt, expectations),
        hashes::check_code(jwt, expectations),
        subject::check_subject(claims, expectations),
        times::check_authentication_time(claims, expectations),
        subject::check_authentication_context(claims, expectations),
    ];
    if let Some(encryption) = &opened.encryption {
        checks[0].detail.insert_str(0, &format!("Decrypted ({encryption}). "));
    }
    IdTokenVerdict { header: jwt.header().clone(), claims: claims.clone(), checks }
}

/// The names of the checks, in their order.
const CHECKS: [&str; 13] = [
    "signature",
    "iss",
    "aud",
    "azp",
    "exp",
    "nbf",
    "iat",
    "nonce",
    "at_hash",
    "c_hash",
    "sub",
    "auth_time",
    "acr",
];

fn undecodable(reason: &str) -> IdTokenVerdict {
    let checks = CHECKS
        .into_iter()
        .map(|name| match name {
            "signature" => fail(name, reason.to_owned()),
            _ => skip(name, "The ID token can’t be decoded.".to_owned()),
        })
        .collect();
    IdTokenVerdict { header: Map::new(), claims: Map::new(), checks }
}

fn pass(check: &str, detail: String) -> Check {
    Check { check: check.to_owned(), result: CheckResult::Pass, detail }
}

fn fail(check: &str, detail: String) -> Check {
    Check { check: check.to_owned(), result: CheckResult::Fail, detail }
}

fn skip(check: &str, detail: String) -> Check {
    Check { check: check.to_owned(), result: CheckResult::Skipped, detail }
}

/// A claim as it can be shown: a text without its quotes, anything else as JSON, and nothing that steers a terminal.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => crate::inert::inert(text, 200),
        other => crate::inert::inert(&other.to_string(), 200),
    }
}

#[cfg(test)]
mod tests;
