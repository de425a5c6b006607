//! Everything that the engine needs from the outside world, as small traits. The engine names no socket, file,
//! environment variable, clock or random generator.

use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use serde::Serialize;
use url::Url;

use crate::failure::Failure;
use crate::secret::Secret;
use crate::token_key::TokenKey;
use crate::token_set::StoredTokens;
use crate::transcript::FlowStep;

/// A point in time: milliseconds since 1970-01-01T00:00:00Z, leap seconds ignored.
pub type UnixMillis = i64;

/// A request that the engine wants sent, with what belongs to this one call.
pub struct OutgoingRequest {
    /// Method, absolute URL, headers and body, complete: nothing may be added but what the transport itself needs.
    pub request: http::Request<Vec<u8>>,
    /// The certificate for mutual TLS (RFC 8705), where the client authenticates with one.
    pub client_certificate: Option<ClientCertificate>,
    /// How many bytes of answer are read at most; the rest is dropped and said in [`Completeness::TooLong`].
    pub body_limit: usize,
}

/// A certificate chain with its private key.
#[derive(Clone)]
pub enum ClientCertificate {
    /// PEM blocks: certificates, and a private key in PKCS#8, PKCS#1 or SEC1.
    Pem(Secret),
    /// A PKCS#12 container, Base64, with its password.
    Pkcs12 { base64: Secret, password: Secret },
}

/// What came back. Redirects are never followed by the port.
pub struct IncomingResponse {
    pub response: http::Response<Vec<u8>>,
    pub completeness: Completeness,
}

/// Whether the body is all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completeness {
    Whole,
    /// Longer than the limit: the first bytes are here.
    TooLong,
    /// The connection ended before the announced end.
    CutOff,
}

/// Why no answer came.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct TransportError {
    pub kind: TransportErrorKind,
    /// For a person, without secrets: host and port at most.
    pub message: String,
    /// Whether the request may have reached the other side (a refresh token may then be used up).
    pub may_have_arrived: bool,
}

/// The kinds that are told apart because the next step differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransportErrorKind {
    Dns,
    Connect,
    Tls,
    Timeout,
    Broken,
    InvalidRequest,
}

/// Sends requests. Proxy, CA bundle, TLS verification, client certificates and timeouts are the workspace's
/// settings for the request's host, and are the adapter's affair.
#[async_trait]
pub trait HttpClient: Send + Sync {
    /// Sends one request and reads its answer up to the limit.
    async fn send(&self, request: OutgoingRequest) -> Result<IncomingResponse, TransportError>;
}

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Wall clock: may jump.
    fn now(&self) -> UnixMillis;
    /// Time since some fixed moment of this process; never jumps, and counts while the machine sleeps where the
    /// system can tell.
    fn monotonic(&self) -> Duration;
}

/// Waits.
#[async_trait]
pub trait Timer: Send + Sync {
    /// Resolves after `duration` of monotonic time.
    async fn sleep(&self, duration: Duration);
}

/// Runs a future to its end even if nobody waits for it any more.
pub trait Spawner: Send + Sync {
    fn spawn(&self, task: BoxFuture<'static, ()>);
}

/// Cryptographically strong random bytes.
pub trait Randomness: Send + Sync {
    fn fill(&self, bytes: &mut [u8]);
}

/// Keeps token sets, durably and secretly.
#[async_trait]
pub trait TokenStore: Send + Sync {
    /// The token set under this key, as last committed by any process.
    async fn load(&self, key: &TokenKey) -> Result<Option<StoredTokens>, Failure>;
    /// Stores it whole, replacing what was there. On return it is on disk.
    async fn save(&self, key: &TokenKey, tokens: &StoredTokens) -> Result<(), Failure>;
    /// Removes it. Says whether there was one.
    async fn delete(&self, key: &TokenKey) -> Result<bool, Failure>;
    /// All of them, in the order in which they were obtained.
    async fn list(&self) -> Result<Vec<(TokenKey, StoredTokens)>, Failure>;
    /// Writes down that a refresh request is about to leave (or that its end is known), so that a crash in
    /// between is recognised afterwards.
    async fn mark_refresh(&self, key: &TokenKey, started_at: Option<UnixMillis>) -> Result<(), Failure>;
    /// A number that changes whenever any process changed any token set. Must be cheap: it is asked at each send.
    fn generation(&self) -> u64;
}

/// The lock that lets one process at a time renew a token set.
#[async_trait]
pub trait RefreshLock: Send + Sync {
    /// Waits for the lock at most `patience`; the failure then says who holds it. Dropping the guard releases it,
    /// and so does the death of the process.
    async fn acquire(&self, key: &TokenKey, patience: Duration) -> Result<Box<dyn RefreshGuard>, Failure>;
}

/// Proof that the lock is held.
pub trait RefreshGuard: Send + Sync {}

/// Opens the system browser.
#[async_trait]
pub trait BrowserOpener: Send + Sync {
    /// Opens the URL; the URL's scheme has been checked. The failure says what could not be started.
    async fn open(&self, url: &Url) -> Result<(), Failure>;
}

/// Where the browser is to come back to.
#[derive(Clone)]
pub struct RedirectTarget {
    /// As configured: `{port}` stands for any free port.
    pub redirect_uri: String,
    /// PEM certificate and key, where the redirect URI is `https`.
    pub certificate: Option<Secret>,
    /// Whether the answer comes in the fragment and has to be handed over by the page (implicit and hybrid).
    pub fragment: bool,
    /// Whether the answer may come as a POST (`form_post`).
    pub form_post: bool,
}

/// Listens on loopback for authorization responses (RFC 8252 §7.3).
#[async_trait]
pub trait RedirectListener: Send + Sync {
    /// Starts to listen for the answer that carries `state`. Several logins may wait on one port.
    async fn listen(
        &self,
        target: &RedirectTarget,
        state: &Secret,
    ) -> Result<Box<dyn AwaitedRedirect>, Failure>;
}

/// One login that waits for the browser to come back. Dropping it ends the wait.
#[async_trait]
pub trait AwaitedRedirect: Send + Sync {
    /// The redirect URI with its real port, exactly as it is to be sent.
    fn redirect_uri(&self) -> &str;
    /// The parameters of the one answer whose state is ours. Anything else that arrives changes nothing.
    async fn receive(&mut self) -> Result<Vec<(String, Secret)>, Failure>;
    /// Tells the page in the browser how it ended.
    async fn conclude(&mut self, outcome: Result<(), Failure>);
}

/// Hears of every step of a flow as it happens.
pub trait FlowObserver: Send + Sync {
    fn step(&self, step: &FlowStep);
}

/// The person at the other end of an interactive grant.
#[async_trait]
pub trait Person: Send + Sync {
    /// Shows what is waited for; called again when it changes.
    fn waiting(&self, wait: &WaitingFor);
    /// Resolves with the URL that the person pasted; stays pending if none is.
    async fn pasted_callback(&self) -> Secret;
    /// Resolves when the person cancels; stays pending otherwise.
    async fn cancelled(&self);
}

/// What an interactive flow waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "for", rename_all = "snake_case")]
pub enum WaitingFor {
    /// The browser is to come back to the redirect URI.
    SignIn {
        /// The authorization request as a link.
        authorization_url: String,
        redirect_uri: String,
        /// False when the redirect URI is not ours to serve: the callback URL has to be pasted.
        listening: bool,
        /// Why the browser was not opened, where it was not.
        browser_problem: Option<String>,
        /// When the wait ends, in milliseconds since 1970.
        until: UnixMillis,
    },
    /// A code is to be typed in on another device (RFC 8628).
    Device {
        user_code: String,
        verification_uri: String,
        verification_uri_complete: Option<String>,
        until: UnixMillis,
        /// Seconds between two polls.
        interval: u64,
    },
    /// A decoupled sign-in is to be approved on the person's own device (CIBA).
    Backchannel { binding_message: Option<String>, until: UnixMillis },
}
