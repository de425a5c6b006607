//! Gatepass's built-in playground: a small but honest OAuth 2.0 / OpenID provider and an API that it protects.
//!
//! Everything is one pure function, [`Playground::answer`]: an HTTP request goes in, an HTTP response comes out. There is
//! no socket, no clock and no random source in here; whoever mounts the playground on a listener brings them
//! ([`Surroundings`]). It depends on no other crate of Gatepass, so that it is an independent check on the engine.
//!
//! What it speaks: discovery (OpenID Connect Discovery, RFC 8414), protected resource metadata (RFC 9728), the
//! authorization code grant with PKCE (RFC 6749, 7636), `iss` in the response (RFC 9207), `form_post`, device
//! authorization (RFC 8628), client credentials, password, refresh with rotation and reuse detection (RFC 9700),
//! token exchange (RFC 8693), JWT access tokens (RFC 9068), introspection (RFC 7662), revocation (RFC 7009), userinfo,
//! RP-initiated logout, and bearer tokens at the API (RFC 6750).
//!
//! For demonstrations and tests it has three levers ([`Settings::controls`]): `POST /playground/expire` makes every access
//! token and ID token expire, `POST /playground/revoke` revokes every refresh token, `GET /playground/counts` tells how many
//! token requests of each grant type were granted and refused.
//!
//! It keeps nothing: keys, sessions and tokens are gone when it is dropped. Its users and client secrets are public
//! knowledge, so it must only ever be served on a loopback address, and it refuses a `Host` that is not one.

mod answer;
mod api;
mod authorization;
mod bounded;
mod browser;
mod clients;
mod controls;
mod device;
mod end_session;
mod error;
mod incoming;
mod introspection;
mod keys;
mod metadata;
mod pages;
mod revocation;
mod routes;
mod sample;
mod scope;
mod state;
mod token;
mod userinfo;
mod users;
mod visit;

use std::sync::{Arc, Mutex, PoisonError};

use incoming::Incoming;
use keys::SigningKeys;
use state::State;
use url::Url;
use visit::Visit;

pub use clients::{CLIENTS, Client};
pub use sample::sample_collection;
pub use users::{USERS, User};

/// How a playground behaves. [`Settings::new`] gives the usual one.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where it is reached, `http://127.0.0.1:PORT`; its origin is the issuer.
    pub base: Url,
    /// How long access tokens and ID tokens live, in seconds.
    pub lifetime_seconds: u64,
    /// For how many seconds after its first use a refresh token may be used again (a retry after a lost answer). 0: never;
    /// a second use then revokes everything that came from the same sign-in.
    pub reuse_grace_seconds: u64,
    /// The `interval` of the device grant, in seconds.
    pub device_interval_seconds: u64,
    /// Whether `/playground/expire`, `/playground/revoke` and `/playground/counts` answer.
    pub controls: bool,
}

impl Settings {
    /// The usual playground at `base` (`http://127.0.0.1:PORT`): 30-second tokens, no grace, controls on.
    pub fn new(base: Url) -> Self {
        Self {
            base,
            lifetime_seconds: 30,
            reuse_grace_seconds: 0,
            device_interval_seconds: 2,
            controls: true,
        }
    }
}

/// What the playground takes from outside: the time and unpredictable bytes.
pub trait Surroundings: Send + Sync {
    /// Seconds since 1970-01-01T00:00:00Z.
    fn now(&self) -> i64;
    /// Fills `bytes` from a cryptographically secure source.
    fn fill_random(&self, bytes: &mut [u8]);
}

/// A running provider and API. Shared between threads as it is.
pub struct Playground {
    settings: Settings,
    issuer: String,
    keys: SigningKeys,
    surroundings: Arc<dyn Surroundings>,
    state: Mutex<State>,
}

impl Playground {
    /// A playground with signing keys of its own and nobody signed in.
    ///
    /// # Panics
    /// When the machine cannot make signing keys at all (no source of randomness).
    pub fn new(settings: Settings, surroundings: Arc<dyn Surroundings>) -> Self {
        let issuer = settings.base.origin().ascii_serialization();
        let keys = SigningKeys::generate().expect("signing keys can be made wherever there is randomness");
        Self { settings, issuer, keys, surroundings, state: Mutex::new(State::new()) }
    }

    /// The answer to one request. The request's URI may be in origin form (`/token`) or absolute; a loopback `Host` is
    /// required. Never panics on what a request contains.
    pub fn answer(&self, request: http::Request<Vec<u8>>) -> http::Response<Vec<u8>> {
        let incoming = match Incoming::read(request) {
            Ok(incoming) => incoming,
            Err(refusal) => return refusal.into_response(),
        };
        let now = self.surroundings.now();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.sweep(now);
        let mut visit = Visit {
            settings: &self.settings,
            issuer: &self.issuer,
            keys: &self.keys,
            surroundings: &*self.surroundings,
            state: &mut state,
            now,
        };
        routes::answer(&mut visit, &incoming).into_response()
    }

    /// The provider's issuer identifier: the origin of its base, without a trailing slash.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Where the API begins; also its identifier as resource and audience.
    pub fn api(&self) -> String {
        format!("{}/api", self.issuer)
    }

    /// The people who can sign in, with their passwords: they are no secret.
    pub fn users() -> &'static [User] {
        USERS
    }
}

impl std::fmt::Debug for Playground {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Playground").field("settings", &self.settings).finish_non_exhaustive()
    }
}
