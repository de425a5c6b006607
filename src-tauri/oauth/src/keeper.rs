//! "Give me a usable token for this request": the one component that hands out tokens. It returns the stored one,
//! renews it, obtains it, or says that a person is needed. Manual, automatic, runner and command-line refresh are
//! this one code path.
//!
//! | token | auto-refresh on | auto-refresh off |
//! | --- | --- | --- |
//! | valid | sent | sent |
//! | inside the margin | renewed, then sent (the old one is sent if renewing fails and it still lives) | sent |
//! | expired | renewed silently if it can be, else held back | held back |
//! | none | obtained silently if no person is needed, else held back | held back |
//! | 401 `invalid_token` | renewed once, sent once more | the answer stands |

mod decision;
mod usable_token;

use std::sync::{Arc, Mutex};

pub use decision::{Decision, HeldBack, HeldReason, Offer, SendTerms, TokenDemand};
pub use usable_token::{Placement, UsableToken};

use serde::Serialize;
use serde_json::{Map, Value};

use crate::failure::{Code, Failure};
use crate::ports::{
    BrowserOpener, Clock, FlowObserver, HttpClient, Person, Randomness, RedirectListener, RefreshLock,
    Spawner, Timer, TokenStore,
};
use crate::token_key::TokenKey;
use crate::token_set::{Check, Status, StoredTokens};

/// Everything that the keeper needs from the outside world.
#[derive(Clone)]
pub struct Surroundings {
    pub http: Arc<dyn HttpClient>,
    pub clock: Arc<dyn Clock>,
    pub timer: Arc<dyn Timer>,
    pub spawner: Arc<dyn Spawner>,
    pub randomness: Arc<dyn Randomness>,
    pub store: Arc<dyn TokenStore>,
    pub lock: Arc<dyn RefreshLock>,
    pub browser: Arc<dyn BrowserOpener>,
    pub redirect: Arc<dyn RedirectListener>,
}

/// Hands out usable tokens. Cheap to clone: all clones are one keeper.
#[derive(Clone)]
pub struct Keeper {
    inner: Arc<Inner>,
}

struct Inner {
    surroundings: Surroundings,
    listeners: Mutex<Vec<Arc<dyn KeeperListener>>>,
}

/// Hears when a token set or its status changes.
pub trait KeeperListener: Send + Sync {
    /// The token set under `key` was obtained, renewed, deleted, or its status changed. Called from the task that
    /// did it: it must not block.
    fn changed(&self, key: &TokenKey);
}

/// What became of tokens that were revoked, or of a session that was ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ended {
    /// Whether tokens were removed here. That happens even if the provider could not be told.
    pub removed: bool,
    /// Whether the provider confirmed the revocation (RFC 7009).
    pub revoked_at_provider: bool,
    /// What a person should know about it.
    pub notices: Vec<String>,
    /// Why the provider could not be told, where it could not.
    pub failure: Option<Failure>,
}

/// What the provider says about a token (RFC 7662) or its subject (OpenID Connect Core §5.3).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Inspected {
    pub claims: Map<String, Value>,
    /// For userinfo: whether its `sub` is the one of the ID token.
    pub checks: Vec<Check>,
}

impl Keeper {
    /// A keeper over these surroundings. It does nothing by itself until [`Self::keep_fresh`] runs.
    pub fn new(surroundings: Surroundings) -> Self {
        Self { inner: Arc::new(Inner { surroundings, listeners: Mutex::default() }) }
    }

    /// Decides what a request that carries this auth config does now: the table of this module in full.
    ///
    /// # Errors
    /// Only what concerns neither the token nor its renewal: the token store cannot be read, the config cannot
    /// work. A renewal that failed is a [`Decision::HeldBack`] that carries the failure.
    pub async fn for_sending(
        &self,
        demand: &TokenDemand,
        terms: &SendTerms,
        observer: Arc<dyn FlowObserver>,
    ) -> Result<Decision, Failure> {
        let (_, _, _) = (demand, terms, observer);
        Err(not_yet())
    }

    /// Get New Token: always a new one. The stored one is kept until the new one is on disk.
    ///
    /// # Errors
    /// Whatever stopped the flow, with its steps. [`Code::IdTokenInvalid`]: the token set was stored and marked.
    pub async fn obtain(
        &self,
        demand: &TokenDemand,
        person: Arc<dyn Person>,
        observer: Arc<dyn FlowObserver>,
    ) -> Result<StoredTokens, Failure> {
        let (_, _, _) = (demand, person, observer);
        Err(not_yet())
    }

    /// Renews the stored token set now, whatever its age: the Refresh button. Joins a renewal that is under way.
    ///
    /// # Errors
    /// [`Code::SignInNeeded`] if it cannot be renewed without a person, else why the renewal failed.
    pub async fn refresh(
        &self,
        demand: &TokenDemand,
        observer: Arc<dyn FlowObserver>,
    ) -> Result<StoredTokens, Failure> {
        let (_, _) = (demand, observer);
        Err(not_yet())
    }

    /// After a 401: renews once and returns the token to retry with, once. `None`: the answer stands (auto-refresh
    /// is off for this send, the challenge is not one to renew on, or only a person could help). If another
    /// request or process renewed in the meantime, its token is returned and no refresh request leaves.
    ///
    /// `www_authenticate` is the header's text; several headers are joined with `, `.
    ///
    /// # Errors
    /// Why the renewal failed.
    pub async fn after_unauthorized(
        &self,
        demand: &TokenDemand,
        rejected: &UsableToken,
        www_authenticate: Option<&str>,
        observer: Arc<dyn FlowObserver>,
    ) -> Result<Option<UsableToken>, Failure> {
        let (_, _, _, _) = (demand, rejected, www_authenticate, observer);
        Err(not_yet())
    }

    /// The stored token set, as last committed by any process.
    pub async fn show(&self, demand: &TokenDemand) -> Result<Option<StoredTokens>, Failure> {
        self.inner.surroundings.store.load(&demand.key()).await
    }

    /// All stored token sets, in the order in which they were obtained.
    pub async fn list(&self) -> Result<Vec<(TokenKey, StoredTokens)>, Failure> {
        self.inner.surroundings.store.list().await
    }

    /// Removes a token set here, without telling the provider. Says whether there was one. A renewal that is under
    /// way does not bring it back.
    pub async fn delete(&self, key: &TokenKey) -> Result<bool, Failure> {
        let deleted = self.inner.surroundings.store.delete(key).await?;
        self.tell(key);
        Ok(deleted)
    }

    /// Revokes refresh and access token at the provider (RFC 7009) and removes them here, the latter in any case.
    ///
    /// # Errors
    /// Only if the store fails; what the provider said is in the answer.
    pub async fn revoke(
        &self,
        demand: &TokenDemand,
        observer: Arc<dyn FlowObserver>,
    ) -> Result<Ended, Failure> {
        let (_, _) = (demand, observer);
        Err(not_yet())
    }

    /// Asks the provider about the access token (RFC 7662).
    pub async fn introspect(
        &self,
        demand: &TokenDemand,
        observer: Arc<dyn FlowObserver>,
    ) -> Result<Inspected, Failure> {
        let (_, _) = (demand, observer);
        Err(not_yet())
    }

    /// Asks the provider about the person (OpenID Connect Core §5.3) and compares the subject.
    pub async fn userinfo(
        &self,
        demand: &TokenDemand,
        observer: Arc<dyn FlowObserver>,
    ) -> Result<Inspected, Failure> {
        let (_, _) = (demand, observer);
        Err(not_yet())
    }

    /// Signs out: revokes, removes the tokens here, and opens the provider's logout page where it has one
    /// (OpenID Connect RP-Initiated Logout).
    pub async fn end_session(
        &self,
        demand: &TokenDemand,
        observer: Arc<dyn FlowObserver>,
    ) -> Result<Ended, Failure> {
        let (_, _) = (demand, observer);
        Err(not_yet())
    }

    /// How well the token set is right now, a renewal under way included.
    pub fn status(&self, demand: &TokenDemand, stored: Option<&StoredTokens>) -> Status {
        stored
            .map_or(Status::None, |stored| stored.status(&demand.config, self.inner.surroundings.clock.now()))
    }

    /// Counts as a use of this token: with auto-refresh on, the background renewal covers it for one lifetime from
    /// now on. Call it while the token's card is on the screen, again after each [`KeeperListener::changed`].
    pub fn watch(&self, demand: &TokenDemand) {
        let _ = demand;
    }

    /// Renews watched tokens in the background until the future is dropped; it never returns. To be run once.
    pub async fn keep_fresh(&self) {
        std::future::pending::<()>().await;
    }

    /// From now on `listener` hears of changes.
    pub fn subscribe(&self, listener: Arc<dyn KeeperListener>) {
        lock(&self.inner.listeners).push(listener);
    }

    fn tell(&self, key: &TokenKey) {
        let listeners = lock(&self.inner.listeners).clone();
        for listener in listeners {
            listener.changed(key);
        }
    }
}

fn not_yet() -> Failure {
    Failure::new(
        Code::Unsupported,
        "Tokens cannot be obtained yet",
        "This build holds the keeper's outline only",
        "Build a later revision.",
    )
}

/// A poisoned lock means that another thread panicked between two plain assignments: what it guards is whole.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
