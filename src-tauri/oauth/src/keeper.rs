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

mod background;
mod decision;
mod ending;
mod memory;
mod renaming;
mod renewal;
mod sending;
mod table;
mod usable_token;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

pub use decision::{Decision, HeldBack, HeldReason, Offer, SendTerms, TokenDemand};
pub use usable_token::{Placement, UsableToken};

use serde::Serialize;
use serde_json::{Map, Value};

use self::background::{Signal, Watched};
use self::memory::{Held, Memory};
use self::renewal::{Errand, Flight, Pause, Unsaved, WeakSignIn};
use self::table::Row;
use crate::authorization_server::{AuthorizationServer, Endpoint};
use crate::config::AuthConfig;
use crate::endpoints::protected_resource::{self, ResourceMetadata};
use crate::endpoints::registration::Registration;
use crate::endpoints::{Dialogue, KnownProviders};
use crate::failure::{Code, Failure};
use crate::flow::Flow;
use crate::ports::{
    BrowserOpener, Clock, FlowObserver, HttpClient, Person, Randomness, RedirectListener, RefreshLock,
    Spawner, Timer, TokenStore, UnixMillis,
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
    known: Arc<KnownProviders>,
    memory: Memory,
    /// Held while the store is read: whoever needs the same token set then finds it in memory.
    reading: futures_util::lock::Mutex<()>,
    flights: Mutex<HashMap<TokenKey, Flight>>,
    sign_ins: Mutex<HashMap<TokenKey, WeakSignIn>>,
    pauses: Mutex<HashMap<TokenKey, Pause>>,
    unsaved: Mutex<HashMap<TokenKey, Unsaved>>,
    watched: Mutex<HashMap<TokenKey, Watched>>,
    signal: Signal,
    listeners: Mutex<Vec<Arc<dyn KeeperListener>>>,
}

/// Hears when a token set or its status changes.
pub trait KeeperListener: Send + Sync {
    /// The token set under `key` was obtained, renewed, deleted, or its status changed. Called from the task that
    /// did it: it must not block.
    fn changed(&self, key: &TokenKey);

    /// A renewal in the background begins, of which nobody hears otherwise: who is returned hears its steps. If
    /// several listeners answer, the first one counts.
    fn renewing(&self, _key: &TokenKey) -> Option<Arc<dyn FlowObserver>> {
        None
    }
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
        let inner = Inner {
            surroundings,
            known: Arc::default(),
            memory: Memory::default(),
            reading: futures_util::lock::Mutex::default(),
            flights: Mutex::default(),
            sign_ins: Mutex::default(),
            pauses: Mutex::default(),
            unsaved: Mutex::default(),
            watched: Mutex::default(),
            signal: Signal::default(),
            listeners: Mutex::default(),
        };
        Self { inner: Arc::new(inner) }
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
        self.inner.decide(demand, terms, observer).await
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
        let held = self.inner.obtain(demand, &*person, observer).await?;
        self.watch(demand);
        Ok(StoredTokens::clone(&held.stored))
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
        let key = demand.key();
        let Some(held) = self.inner.current(&key).await? else { return Err(nothing_to_renew()) };
        let errand = Errand { replaces: Some(held.version), asked: true, refused: false };
        let outcome = self.inner.renew(demand, &key, errand, Some(observer)).await;
        self.watch(demand);
        let held = outcome.map_err(|not| not.failure)?;
        if let Some(failure) = held.mistrusted(&demand.config) {
            return Err(failure);
        }
        Ok(StoredTokens::clone(&held.stored))
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
        self.inner.after_unauthorized(demand, rejected, www_authenticate, observer).await
    }

    /// The stored token set, as last committed by any process.
    pub async fn show(&self, demand: &TokenDemand) -> Result<Option<StoredTokens>, Failure> {
        let held = self.inner.current(&demand.key()).await?;
        Ok(held.map(|held| StoredTokens::clone(&held.stored)))
    }

    /// All stored token sets, in the order in which they were obtained. Refused refresh tokens that were kept aside
    /// for a day are let go on this occasion.
    pub async fn list(&self) -> Result<Vec<(TokenKey, StoredTokens)>, Failure> {
        let store = &self.inner.surroundings.store;
        let now = self.inner.surroundings.clock.now();
        let mut all = store.list().await?;
        for (key, stored) in &mut all {
            let is_over = |(_, at): &(_, UnixMillis)| now.saturating_sub(*at) >= table::KEPT_ASIDE;
            if stored.refused_refresh_token.as_ref().is_some_and(is_over) {
                stored.refused_refresh_token = None;
                // A list is worth showing even if nothing can be written now; the next one tries again.
                let _ = store.save(key, stored).await;
            }
        }
        Ok(all)
    }

    /// Removes a token set here, without telling the provider. Says whether there was one. A renewal that is under
    /// way does not bring it back.
    pub async fn delete(&self, key: &TokenKey) -> Result<bool, Failure> {
        self.inner.remove(key).await
    }

    /// Gives a token set another name, which is part of its identity: it moves to another key, which is returned. A
    /// renewal that is under way is waited for, so that what it brings moves along.
    ///
    /// # Errors
    /// There is no token set, or already one of that name; nothing has changed then.
    pub async fn rename(&self, demand: &TokenDemand, name: &str) -> Result<TokenKey, Failure> {
        self.inner.rename(demand, name).await
    }

    /// Brings back a token set that was deleted. If there is one under its key by now, that one stays.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn put_back(&self, key: &TokenKey, stored: &StoredTokens) -> Result<(), Failure> {
        let inner = &self.inner;
        let _alone = inner.surroundings.lock.acquire(key, renaming::PATIENCE).await?;
        if inner.surroundings.store.load(key).await?.is_none() {
            inner.surroundings.store.save(key, stored).await?;
            inner.changed(key);
        }
        Ok(())
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
        self.inner.revoke(demand, observer).await
    }

    /// Asks the provider about the access token (RFC 7662).
    pub async fn introspect(
        &self,
        demand: &TokenDemand,
        observer: Arc<dyn FlowObserver>,
    ) -> Result<Inspected, Failure> {
        self.inner.introspect(demand, observer).await
    }

    /// Asks the provider about the person (OpenID Connect Core §5.3) and compares the subject.
    pub async fn userinfo(
        &self,
        demand: &TokenDemand,
        observer: Arc<dyn FlowObserver>,
    ) -> Result<Inspected, Failure> {
        self.inner.userinfo(demand, observer).await
    }

    /// Signs out: revokes, removes the tokens here, and opens the provider's logout page where it has one
    /// (OpenID Connect RP-Initiated Logout).
    pub async fn end_session(
        &self,
        demand: &TokenDemand,
        observer: Arc<dyn FlowObserver>,
    ) -> Result<Ended, Failure> {
        self.inner.end_session(demand, observer).await
    }

    /// How well the token set is right now, a renewal under way included.
    pub fn status(&self, demand: &TokenDemand, stored: Option<&StoredTokens>) -> Status {
        let key = demand.key();
        if lock(&self.inner.flights).contains_key(&key) {
            return Status::Refreshing;
        }
        let Some(stored) = stored else { return Status::None };
        let held = self.inner.memory.last_known(&key).filter(|held| held.version == memory::version(stored));
        let is_refused = held.is_some_and(|held| held.refused);
        let now = self.inner.now_of(&key, Some(stored));
        match stored.status(&demand.config, now) {
            Status::Valid | Status::Expiring if is_refused => Status::Expired,
            status => status,
        }
    }

    /// Counts as a use of this token: with auto-refresh on, the background renewal covers it for one lifetime from
    /// now on. Call it while the token's card is on the screen, again after each [`KeeperListener::changed`].
    pub fn watch(&self, demand: &TokenDemand) {
        self.inner.watch(demand, demand.key());
    }

    /// Renews watched tokens in the background until the future is dropped; it never returns. To be run once for a
    /// keeper. While nothing is due it sleeps.
    pub async fn keep_fresh(&self) {
        self.inner.keep_fresh().await;
    }

    /// Waits until the renewals that are under way have ended and what they brought is stored: before a process
    /// ends, so that no refresh token is used up for nothing.
    pub async fn settle(&self) {
        let under_way: Vec<_> =
            lock(&self.inner.flights).values().map(|flight| flight.outcome.clone()).collect();
        futures_util::future::join_all(under_way).await;
    }

    /// From now on `listener` hears of changes.
    pub fn subscribe(&self, listener: Arc<dyn KeeperListener>) {
        lock(&self.inner.listeners).push(listener);
    }

    /// Asks the provider of this config for its metadata: the Discover button.
    ///
    /// # Errors
    /// [`Code::Configuration`] without an issuer, else why it could not be had.
    pub async fn discover(
        &self,
        config: &AuthConfig,
        observer: Arc<dyn FlowObserver>,
    ) -> Result<AuthorizationServer, Failure> {
        if config.issuer.is_none() {
            return Err(Failure::new(
                Code::Configuration,
                "There is no issuer to discover",
                "The issuer is empty.",
                "Enter the provider's issuer, for example https://id.example.com.",
            ));
        }
        let flow = Flow::new(&self.inner.surroundings, config);
        flow.join(observer);
        let metadata = self.inner.known.servers.discover(config, &flow).await;
        let metadata = metadata.map_err(|failure| flow.told(failure))?;
        Ok(AuthorizationServer::new(config, Some(metadata)))
    }

    /// What is known of this config's provider from an earlier discovery. Nothing is asked of it.
    pub fn known_server(&self, config: &AuthConfig) -> Option<AuthorizationServer> {
        self.inner.known.servers.remembered(config)
    }

    /// Registers a client for this config at its provider (RFC 7591).
    ///
    /// # Errors
    /// What the provider refused, or why it could not be asked.
    pub async fn register(
        &self,
        config: &AuthConfig,
        observer: Arc<dyn FlowObserver>,
    ) -> Result<Registration, Failure> {
        let flow = Flow::new(&self.inner.surroundings, config);
        flow.join(observer);
        let known = &self.inner.known;
        let registered = async {
            let server = known.servers.resolve(config, &[Endpoint::Registration], &flow).await?;
            Dialogue { config, server: &server, flow: &flow, known, dpop_key: None }.register().await
        };
        registered.await.map_err(|failure| flow.told(failure))
    }

    /// What an API says about the providers that it trusts (RFC 9728), after its 401 pointed to `address` (see
    /// [`crate::challenge::resource_metadata`]).
    ///
    /// # Errors
    /// It cannot be had, or is about another API.
    pub async fn resource_metadata(
        &self,
        address: &str,
        api: &url::Url,
        config: &AuthConfig,
        observer: Arc<dyn FlowObserver>,
    ) -> Result<ResourceMetadata, Failure> {
        let flow = Flow::new(&self.inner.surroundings, config);
        flow.join(observer);
        protected_resource::fetch(address, api, &flow).await.map_err(|failure| flow.told(failure))
    }
}

impl Inner {
    /// The token set as last committed by any process: from memory, unless the store has changed since. However many
    /// look at once, one of them reads; a renewal would else queue up behind the reads of all that wait for it.
    async fn current(&self, key: &TokenKey) -> Result<Option<Held>, Failure> {
        let store = &self.surroundings.store;
        if let Some(held) = self.memory.recall(key, store.generation()) {
            return Ok(held);
        }
        let _reading = self.reading.lock().await;
        let generation = store.generation();
        if let Some(held) = self.memory.recall(key, generation) {
            return Ok(held);
        }
        let stored = store.load(key).await?;
        Ok(self.memory.remember(key, stored, Some(generation), &*self.surroundings.clock))
    }

    /// Remembers what was written or read in the course of a renewal. Between that and now another process may have
    /// written, so the next look reads again.
    fn remember(&self, key: &TokenKey, stored: Option<StoredTokens>) -> Option<Held> {
        self.memory.remember(key, stored, None, &*self.surroundings.clock)
    }

    /// The present on the time line of this token set.
    fn now_of(&self, key: &TokenKey, stored: Option<&StoredTokens>) -> UnixMillis {
        let clock = &*self.surroundings.clock;
        let held = self.memory.last_known(key);
        let same = held.filter(|held| stored.is_some_and(|stored| memory::version(stored) == held.version));
        same.map_or_else(|| clock.now(), |held| held.now(clock))
    }

    fn row(&self, config: &AuthConfig, held: Option<&Held>) -> Row {
        let now = held.map_or(0, |held| held.now(&*self.surroundings.clock));
        let refused = held.is_some_and(|held| held.refused);
        table::row(config, held.map(|held| &*held.stored), now, refused)
    }

    /// Tells everybody that something about this token set has changed, the background renewal included.
    fn changed(&self, key: &TokenKey) {
        self.tell(key);
        self.signal.ring();
    }

    fn tell(&self, key: &TokenKey) {
        let listeners = lock(&self.listeners).clone();
        for listener in listeners {
            listener.changed(key);
        }
    }
}

fn nothing_to_renew() -> Failure {
    Failure::new(
        Code::SignInNeeded,
        "There is no token to refresh",
        "None was obtained with these settings in this environment, or it was deleted.",
        "Get a new token.",
    )
}

fn no_token_to_ask_about() -> Failure {
    Failure::new(
        Code::SignInNeeded,
        "There is no token to ask the provider about",
        "None was obtained with these settings in this environment, or it was deleted.",
        "Get a new token.",
    )
}

/// A poisoned lock means that another thread panicked between two plain assignments: what it guards is whole.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
