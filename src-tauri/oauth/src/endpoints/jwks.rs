//! The provider's key set (RFC 7517 §5): read forgivingly, kept for a while, fetched again when a token names a key
//! that is not in it (OpenID Connect Core §10.1.1).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::header::ACCEPT;
use serde_json::Value;
use url::Url;

use crate::failure::{Code, Failure};
use crate::flow::Flow;
use crate::inert::inert;
use crate::jwt::{Algorithm, Jwk, Jwt, SignatureError, VerificationKey};
use crate::ports::Completeness;
use crate::transcript::{Step, StepResult};

/// How long a key set is used before it is fetched again.
const LIFETIME: Duration = Duration::from_secs(3600);

/// How long a key set is used on while no newer one can be had.
const LONGEST_LIFETIME: Duration = Duration::from_secs(86_400);

/// How long it takes until an unknown key may cause the next fetch, so that forged tokens can't cause many.
const PATIENCE: Duration = Duration::from_secs(10);

/// The public keys of a provider that can verify signatures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Jwks {
    keys: Vec<Jwk>,
    /// Why the others were left out.
    left_out: Vec<String>,
}

/// Why no key of a set verifies a token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JwksError {
    #[error("the provider’s key set has no key “{kid}” for {algorithm}; it has {known}")]
    UnknownKey { kid: String, algorithm: Algorithm, known: String },
    #[error("the provider’s key set has no key for {algorithm}; it has {known}")]
    NoKey { algorithm: Algorithm, known: String },
    #[error("none of the {0} keys that fit verifies it, and it does not say which one it is signed with")]
    NoneFits(usize),
    #[error("{0}")]
    Signature(SignatureError),
}

impl JwksError {
    /// Whether a newer key set may know better.
    pub fn may_be_outdated(&self) -> bool {
        !matches!(self, Self::Signature(error) if *error != SignatureError::Wrong)
    }
}

impl Jwks {
    /// Reads a key set. Keys that are of no use here (unknown kinds, for encryption, shared secrets, broken ones)
    /// are left out.
    ///
    /// # Errors
    /// [`Code::InvalidResponse`] if the document is no key set at all.
    pub fn parse(document: &Value) -> Result<Self, Failure> {
        let Some(keys) = document.get("keys").and_then(Value::as_array) else {
            return Err(not_a_key_set("It is no JSON object with a list named “keys”."));
        };
        let mut set = Self::default();
        for key in keys.iter().take(1000) {
            match Jwk::from_json(key) {
                Ok(key) if key.is_for_signatures() => set.keys.push(key),
                Ok(_) => set.left_out.push("a key for encryption".to_owned()),
                Err(error) => set.left_out.push(inert(&format!("a key that is of no use: {error}"), 120)),
            }
        }
        Ok(set)
    }

    /// Verifies a token with the key that its header names; if it names none, with each that fits its algorithm.
    /// Of several keys under one `kid` each is tried. Returns the key that verified it, described.
    ///
    /// # Errors
    /// Why none does.
    pub fn verify(&self, jwt: &Jwt) -> Result<String, JwksError> {
        let algorithm = jwt.algorithm().map_err(JwksError::Signature)?;
        let candidates = self.candidates(jwt, algorithm)?;
        let mut verdict = Err(JwksError::Signature(SignatureError::Wrong));
        for key in &candidates {
            match jwt.verify(VerificationKey::Public(key)) {
                Ok(()) => return Ok(described(key, candidates.len())),
                Err(error) => verdict = Err(JwksError::Signature(error)),
            }
        }
        match verdict {
            Err(JwksError::Signature(SignatureError::Wrong))
                if candidates.len() > 1 && jwt.kid().is_none() =>
            {
                Err(JwksError::NoneFits(candidates.len()))
            }
            other => other,
        }
    }

    /// The keys that may have signed it: right kind, right use, right `kid`.
    fn candidates(&self, jwt: &Jwt, algorithm: Algorithm) -> Result<Vec<&Jwk>, JwksError> {
        let fitting: Vec<&Jwk> = self.keys.iter().filter(|key| fits(key, algorithm)).collect();
        let known = || self.known();
        let Some(kid) = jwt.kid() else {
            return if fitting.is_empty() {
                Err(JwksError::NoKey { algorithm, known: known() })
            } else {
                Ok(fitting)
            };
        };
        let named: Vec<&Jwk> =
            fitting.iter().copied().filter(|key| key.kid.as_deref() == Some(kid)).collect();
        if !named.is_empty() {
            return Ok(named);
        }
        // A provider that publishes one key without a name means that one.
        match fitting[..] {
            [only] if only.kid.is_none() => Ok(vec![only]),
            _ => Err(JwksError::UnknownKey { kid: inert(kid, 80), algorithm, known: known() }),
        }
    }

    /// The keys that are there, for a message.
    fn known(&self) -> String {
        let names: Vec<String> = self
            .keys
            .iter()
            .map(|key| format!("“{}” ({})", key.kid.as_deref().unwrap_or("unnamed"), key.key.kind()))
            .chain(self.left_out.iter().cloned())
            .collect();
        if names.is_empty() { "none".to_owned() } else { inert(&names.join(", "), 300) }
    }
}

fn fits(key: &Jwk, algorithm: Algorithm) -> bool {
    key.key.kind() == algorithm.key_kind()
        && key.alg.as_deref().is_none_or(|alg| Algorithm::parse(alg) == Some(algorithm))
}

fn described(key: &Jwk, of: usize) -> String {
    match (&key.kid, of) {
        (Some(kid), _) => format!("key “{}”", inert(kid, 80)),
        (None, 1) => "the only key that fits".to_owned(),
        (None, of) => format!("one of the {of} keys that fit"),
    }
}

/// Key sets by their URL, shared by all flows of a process.
#[derive(Default)]
pub struct KeySets(Mutex<HashMap<Url, Kept>>);

/// A key set as it was fetched.
#[derive(Clone)]
pub struct Fetched {
    pub set: Arc<Jwks>,
    /// By the monotonic clock.
    at: Duration,
    /// Whether it was fetched for this very question.
    fresh: bool,
}

struct Kept {
    set: Arc<Jwks>,
    at: Duration,
    /// When an unknown key last caused a fetch.
    asked_again: Option<Duration>,
}

impl KeySets {
    /// The key set at this URL, from memory if it is not too old; an older one too, for a day, while it can't be
    /// fetched: a provider that is down for a moment makes no token doubtful.
    ///
    /// # Errors
    /// Why it could not be fetched or read.
    pub async fn of(&self, url: &Url, flow: &Flow) -> Result<Fetched, Failure> {
        let now = flow.clock().monotonic();
        if let Some(kept) = self.recall(url, now, LIFETIME) {
            return Ok(kept);
        }
        match self.fetch(url, flow, None).await {
            Ok(fetched) => Ok(fetched),
            Err(failure) => self.recall(url, now, LONGEST_LIFETIME).ok_or(failure),
        }
    }

    /// The key set in memory, if it is younger than this.
    fn recall(&self, url: &Url, now: Duration, lifetime: Duration) -> Option<Fetched> {
        let kept = self.lock();
        let kept = kept.get(url).filter(|kept| now.saturating_sub(kept.at) < lifetime)?;
        Some(Fetched { set: kept.set.clone(), at: kept.at, fresh: false })
    }

    /// A newer key set than this one, fetched if need be. `None` if there can be none (it has just been fetched),
    /// if too many were fetched for such a reason lately, or if it could not be read.
    pub async fn newer_than(&self, known: &Fetched, url: &Url, flow: &Flow) -> Option<Fetched> {
        if known.fresh {
            return None;
        }
        let now = flow.clock().monotonic();
        {
            let mut kept = self.lock();
            let kept = kept.get_mut(url)?;
            if kept.at > known.at {
                return Some(Fetched { set: kept.set.clone(), at: kept.at, fresh: false });
            }
            if kept.asked_again.is_some_and(|before| now.saturating_sub(before) < PATIENCE) {
                return None;
            }
            kept.asked_again = Some(now);
        }
        self.fetch(url, flow, Some(now)).await.ok()
    }

    async fn fetch(&self, url: &Url, flow: &Flow, asked_again: Option<Duration>) -> Result<Fetched, Failure> {
        let set = Arc::new(fetch(url, flow).await?);
        let at = flow.clock().monotonic();
        self.lock().insert(url.clone(), Kept { set: set.clone(), at, asked_again });
        Ok(Fetched { set, at, fresh: true })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Url, Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn fetch(url: &Url, flow: &Flow) -> Result<Jwks, Failure> {
    let request = http::Request::get(url.as_str())
        .header(ACCEPT, "application/jwk-set+json, application/json")
        .body(Vec::new())
        .map_err(|error| not_a_key_set(format!("jwks_uri can’t be requested: {error}")))?;
    let exchanged = flow.send(Step::Jwks, request, None).await.map_err(|unanswered| unanswered.failure)?;
    let read = read(&exchanged.incoming.response, exchanged.incoming.completeness);
    match &read {
        Ok(set) => {
            let detail = format!("{} keys that verify signatures", set.keys.len());
            exchanged.end(flow, StepResult::Ok, detail)
        }
        Err(failure) => exchanged.end(flow, StepResult::Failed, failure.cause.clone()),
    };
    read
}

fn read(response: &http::Response<Vec<u8>>, completeness: Completeness) -> Result<Jwks, Failure> {
    let status = response.status();
    if !status.is_success() {
        return Err(not_a_key_set(format!("jwks_uri answered {status}.")));
    }
    match completeness {
        Completeness::Whole => {}
        Completeness::TooLong => return Err(not_a_key_set("The answer is too long.")),
        Completeness::CutOff => return Err(not_a_key_set("The answer was cut off.")),
    }
    match serde_json::from_slice(response.body()) {
        Ok(document) => Jwks::parse(&document),
        Err(_) => Err(not_a_key_set("The answer is no JSON.")),
    }
}

fn not_a_key_set(cause: impl Into<String>) -> Failure {
    Failure::new(
        Code::InvalidResponse,
        "The provider’s key set can’t be read",
        cause,
        "Check jwks_uri. Without the keys no ID token can be verified.",
    )
}

#[cfg(test)]
mod tests;
