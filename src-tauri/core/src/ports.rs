//! What the client needs from outside. Ports stand only where the implementations really differ.

use async_trait::async_trait;
use futures_util::future::BoxFuture;

use gatepass_oauth::ports::UnixMillis;

use crate::exchange::{Exchange, OutgoingRequest, ResponseBody, ShownRequest, Timing, WholeBody};
use crate::scripting::{Answer, CookieCall, Question, Refusal, ScriptCookie, ScriptJob, ScriptReport};
use crate::workspace::Id;

/// Sends API requests. Token requests leave by the same door, so that no setting can be forgotten for one of them.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Sends one request and reads its answer. Dropping the future cancels it.
    async fn send(
        &self,
        request: OutgoingRequest,
        progress: &(dyn Progress + 'static),
    ) -> Result<Exchange, SendFailure>;

    /// Reads the body of a request into memory, as it would leave: for signatures that cover it.
    async fn read_body(&self, request: &OutgoingRequest) -> Result<WholeBody, SendFailure>;
}

/// Hears how far a request is.
pub trait Progress: Send + Sync {
    fn reached(&self, stage: Stage);

    /// A part of an answer that comes bit by bit (server-sent events), decoded, as it comes. The parts are in the
    /// answer's body too.
    fn streamed(&self, _part: &[u8]) {}

    /// Resolves when whoever watches has seen enough of such an answer: what came until then is its body.
    fn enough(&self) -> BoxFuture<'_, ()> {
        Box::pin(std::future::pending())
    }
}

/// The stages that a person can be shown while they wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    Token,
    Connecting,
    Waiting,
    Receiving { bytes: u64, of: Option<u64> },
}

/// Nobody listens.
pub struct Unwatched;

impl Progress for Unwatched {
    fn reached(&self, _stage: Stage) {}
}

/// Why no answer came.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SendFailure {
    pub kind: SendFailureKind,
    /// What happened.
    pub message: String,
    /// Why, most likely.
    pub cause: String,
    /// What to do.
    pub next_step: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendFailureKind {
    /// The request cannot be sent as it stands (bad URL, forbidden character, missing file).
    Invalid,
    Dns,
    Connect,
    Tls,
    Timeout,
    Broken,
    /// A limit of ours was reached: body size, redirects, headers.
    Limit,
    Cancelled,
}

/// Remembers what was sent: the history.
pub trait Recorder: Send + Sync {
    /// Takes a record. It must not block: the request is not to wait for its own history.
    fn record(&self, record: Record);
}

/// A request that left, and how it ended. Secrets are blanked, but for what the answer's body holds.
#[derive(Clone)]
pub struct Record {
    /// The saved request it came from, if it came from one.
    pub request: Option<Id>,
    pub name: String,
    pub sent_at: UnixMillis,
    pub shown: ShownRequest,
    /// The answer, or why there was none.
    pub answer: Result<RecordedAnswer, SendFailure>,
}

/// An answer as it may be kept.
#[derive(Clone)]
pub struct RecordedAnswer {
    pub status: u16,
    pub reason: String,
    pub version: String,
    pub headers: Vec<(String, String)>,
    /// As it came: it is the API's, and may hold anything.
    pub body: ResponseBody,
    pub timing: Timing,
}

/// Runs scripts. Made for a run and dropped at its end: what it started ends with it.
#[async_trait]
pub trait ScriptEngine: Send + Sync {
    /// Runs the scripts of one event, in order. Whatever they do, it ends with a report within the limits that the
    /// engine was made with, not counting what `host` takes to answer. Dropping the future ends the scripts.
    async fn run(&self, job: ScriptJob, host: &dyn ScriptHost) -> ScriptReport;
}

/// Answers what scripts ask for.
#[async_trait]
pub trait ScriptHost: Send + Sync {
    /// Several questions of one script may wait for their answers at the same time.
    ///
    /// # Errors
    /// Why there is no answer, for the script to read.
    async fn answer(&self, question: Question) -> Result<Answer, Refusal>;
}

/// The cookies of the workspace, for scripts. What the transport sends comes from the same jar.
pub trait ScriptCookies: Send + Sync {
    /// What is sent to this URL.
    fn list(&self, url: &url::Url) -> Vec<ScriptCookie>;

    /// Sets the cookie, or takes away the one of that name, or all; `List` changes nothing.
    ///
    /// # Errors
    /// The jar does not take such a cookie.
    fn change(
        &self,
        url: &url::Url,
        call: CookieCall,
        cookie: Option<ScriptCookie>,
        name: Option<&str>,
    ) -> Result<(), Refusal>;
}
