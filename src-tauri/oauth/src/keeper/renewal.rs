//! Renewing and obtaining. The order of a refresh: in-process single flight, lock, re-read, marker, send, commit,
//! unmark, release, hand out. A crash at any instant leaves the old token set or the new one, whole.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt, Shared, WeakShared};

use super::memory::{Held, version};
use super::table::{self, Renewal, Row};
use super::{Inner, TokenDemand};
use crate::config::AuthConfig;
use crate::dpop::DpopKey;
use crate::endpoints::Dialogue;
use crate::failure::{Code, Failure};
use crate::flow::Flow;
use crate::grants;
use crate::ports::{FlowObserver, Person, UnixMillis, WaitingFor};
use crate::secret::Secret;
use crate::token_key::TokenKey;
use crate::token_response::TokenError;
use crate::token_set::{Origin, Standing, StoredTokens, TokenSet};
use crate::transcript::{Step, StepResult};

/// How long another process that renews the same token set is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long after a failure the next attempt is made, in seconds: the first, the second, … and all later ones.
const BACKOFF: [u64; 4] = [2, 5, 15, 60];

/// How long an authorization request without a person may take, in seconds.
const SILENT_LIMIT: u64 = 30;

/// A renewal under way: everybody who needs its result waits for the same one.
pub(super) struct Flight {
    outcome: SharedOutcome,
    flow: Flow,
}

pub(super) type SharedOutcome = Shared<BoxFuture<'static, Result<Held, NotRenewed>>>;

/// A sign-in under way. Unlike a renewal it is not carried on when nobody waits.
pub(super) type SharedSignIn = Shared<BoxFuture<'static, Result<Held, Failure>>>;
pub(super) type WeakSignIn = WeakShared<BoxFuture<'static, Result<Held, Failure>>>;

/// Why there is no renewed token set.
#[derive(Clone)]
pub(super) struct NotRenewed {
    pub(super) failure: Failure,
    pub(super) why: Why,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// Only a person can get one.
    PersonNeeded,
    /// It may work later.
    Failed,
    /// The token set was deleted meanwhile.
    Deleted,
}

/// What a renewal is for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Errand {
    /// The version that is to be replaced; `None` if there was no token set.
    pub(super) replaces: Option<u64>,
    /// A person asked for it.
    pub(super) asked: bool,
    /// A server refused the access token: it is dead, whatever its expiry says.
    pub(super) refused: bool,
}

/// After a failure: until when nothing is tried without a person asking for it.
#[derive(Clone)]
pub(super) struct Pause {
    pub(super) until: Duration,
    /// The provider itself named the time.
    pub(super) by_provider: bool,
    pub(super) failed_at: Duration,
    pub(super) attempts: u32,
    pub(super) failure: Failure,
}

impl Inner {
    /// Renews (or silently obtains) a token set, or joins the renewal that is under way. Once begun it goes on to
    /// its end, whoever still waits.
    pub(super) fn renew(
        self: &Arc<Self>,
        demand: &TokenDemand,
        key: &TokenKey,
        errand: Errand,
        observer: Option<Arc<dyn FlowObserver>>,
    ) -> SharedOutcome {
        let mut flights = super::lock(&self.flights);
        if let Some(flight) = flights.get(key) {
            let (outcome, flow) = (flight.outcome.clone(), flight.flow.clone());
            // What an observer does is its own affair: it may well ask the keeper something.
            drop(flights);
            if let Some(observer) = observer {
                flow.join(observer);
            }
            return outcome;
        }
        let flow = Flow::new(&self.surroundings, &demand.config);
        if let Some(observer) = observer {
            flow.join(observer);
        }
        let (inner, demand, own_key, own_flow) = (self.clone(), demand.clone(), key.clone(), flow.clone());
        let outcome = async move {
            let outcome = inner.carry_out(&demand, &own_key, errand, &own_flow).await;
            super::lock(&inner.flights).remove(&own_key);
            inner.changed(&own_key);
            outcome.map_err(|not| NotRenewed { failure: own_flow.told(not.failure), ..not })
        };
        let outcome = outcome.boxed().shared();
        flights.insert(key.clone(), Flight { outcome: outcome.clone(), flow });
        drop(flights);
        self.surroundings.spawner.spawn(outcome.clone().map(drop).boxed());
        self.tell(key);
        outcome
    }

    async fn carry_out(
        &self,
        demand: &TokenDemand,
        key: &TokenKey,
        errand: Errand,
        flow: &Flow,
    ) -> Result<Held, NotRenewed> {
        let store = &self.surroundings.store;
        let guard = self.surroundings.lock.acquire(key, PATIENCE).await.map_err(failed)?;
        let stored = store.load(key).await.map_err(failed)?;
        if let Some(saved) = self.save_what_was_not(key, stored.as_ref(), flow).await? {
            return Ok(saved);
        }
        match (&stored, errand.replaces) {
            (None, Some(_)) => return Err(deleted()),
            (Some(found), replaced) if replaced != Some(version(found)) => {
                let held = self.remember(key, Some(found.clone()));
                if let Some(held) = held.filter(|held| self.row(&demand.config, Some(held)) != Row::Expired) {
                    return Ok(held);
                }
            }
            _ => {}
        }
        let now = self.now_of(key, stored.as_ref());
        let renewal = table::renewal(&demand.config, stored.as_ref(), errand.asked, now);
        let outcome = self.attempt(demand, key, stored, renewal, errand, flow).await;
        drop(guard);
        outcome
    }

    async fn attempt(
        &self,
        demand: &TokenDemand,
        key: &TokenKey,
        stored: Option<StoredTokens>,
        renewal: Renewal,
        errand: Errand,
        flow: &Flow,
    ) -> Result<Held, NotRenewed> {
        let is_silent = matches!(renewal, Renewal::PromptNone);
        let refresh_token = match renewal {
            Renewal::PersonNeeded => return Err(person_needed(stored.as_ref())),
            Renewal::RefreshToken(token) => Some(token),
            Renewal::RunAgain | Renewal::PromptNone => None,
        };
        let interrupted_at = stored.as_ref().and_then(|stored| stored.refresh_started_at);
        let started_at = self.surroundings.clock.now();
        if refresh_token.is_some() {
            self.surroundings.store.mark_refresh(key, Some(started_at)).await.map_err(failed)?;
        }
        if let Some(at) = interrupted_at {
            let detail =
                format!("A refresh begun at {} did not end; its refresh token may be used up", moment(at));
            flow.end(Step::Refresh, flow.begin(), StepResult::Retried, detail);
        }
        let mut answer = match (&refresh_token, &stored) {
            (Some(token), Some(stored)) => {
                self.with_dialogue(&demand.config, Some(stored), flow, Way::Refresh(stored, token)).await
            }
            _ => self.with_dialogue(&demand.config, stored.as_ref(), flow, Way::Again(stored.as_ref())).await,
        };
        let refusal =
            answer.as_ref().err().filter(|error| error.invalid_grant && refresh_token.is_some()).cloned();
        if refusal.is_some() && grants::runs_again_silently(&demand.config) {
            answer =
                self.with_dialogue(&demand.config, stored.as_ref(), flow, Way::Again(stored.as_ref())).await;
        }
        match answer {
            Ok(tokens) => self.commit(demand, key, stored.as_ref(), tokens, flow).await,
            Err(error) if is_silent => Err(NotRenewed { failure: error.failure, why: Why::PersonNeeded }),
            Err(error) => {
                let refused = refusal.map(|_| refresh_token).unwrap_or_default();
                let trouble = Trouble { error, refused, interrupted_at, started_at, errand };
                Err(self.write_down(key, stored, trouble).await)
            }
        }
    }

    /// Resolves the authorization server and carries out one way of getting a token set.
    async fn with_dialogue(
        &self,
        config: &AuthConfig,
        stored: Option<&StoredTokens>,
        flow: &Flow,
        way: Way<'_>,
    ) -> Result<TokenSet, TokenError> {
        let server = self.known.servers.resolve(config, grants::needed_endpoints(config), flow);
        let refresh_only = matches!(way, Way::Refresh(..)) && config.refresh_endpoint.is_some();
        let server = match server.await {
            Err(_) if refresh_only => crate::authorization_server::AuthorizationServer::new(config, None),
            other => other?,
        };
        let dpop_key = self.dpop_key(config, stored)?;
        let dialogue =
            Dialogue { config, server: &server, flow, known: &self.known, dpop_key: dpop_key.as_ref() };
        match way {
            Way::Refresh(stored, token) => {
                grants::refresh_token::renew(&dialogue, &stored.tokens, token).await
            }
            Way::Again(Some(stored)) if config.grant.is_interactive() => {
                let silent = silently(config, stored);
                let dialogue = Dialogue { config: &silent, ..dialogue };
                grants::obtain(&dialogue, Some(&Nobody)).await
            }
            Way::Again(_) => grants::obtain(&dialogue, None).await,
            Way::With(person) => grants::obtain(&dialogue, Some(person)).await,
        }
    }

    /// The key that tokens are bound to: the one of the token set at hand, else a new one where DPoP is on.
    fn dpop_key(
        &self,
        config: &AuthConfig,
        stored: Option<&StoredTokens>,
    ) -> Result<Option<DpopKey>, Failure> {
        match stored.and_then(|stored| stored.tokens.dpop_key.as_ref()) {
            Some(jwk) => DpopKey::from_jwk(jwk).map(Some),
            None if config.dpop => DpopKey::generate(&*self.surroundings.randomness).map(Some),
            None => Ok(None),
        }
    }

    /// Puts the new token set on disk before anybody gets it. If the old one was deleted or replaced meanwhile,
    /// that stands.
    async fn commit(
        &self,
        demand: &TokenDemand,
        key: &TokenKey,
        replaced: Option<&StoredTokens>,
        tokens: TokenSet,
        flow: &Flow,
    ) -> Result<Held, NotRenewed> {
        let store = &self.surroundings.store;
        if let Some(replaced) = replaced {
            match store.load(key).await.map_err(failed)? {
                None => return Err(deleted()),
                Some(found) if version(&found) != version(replaced) => {
                    return self.remember(key, Some(found)).ok_or_else(deleted);
                }
                Some(_) => {}
            }
        }
        let new = fresh(demand, tokens);
        let began = flow.begin();
        if let Err(failure) = store.save(key, &new).await {
            flow.end(Step::Store, began, StepResult::Failed, failure.message.clone());
            let unsaved = Unsaved { replaces: replaced.map(version), tokens: new };
            super::lock(&self.unsaved).insert(key.clone(), unsaved);
            return Err(failed(failure));
        }
        flow.end(Step::Store, began, StepResult::Ok, "The new token set is stored");
        if replaced.is_some() {
            // The token set on disk carries no marker any more; this clears one that is kept beside it. If it fails,
            // the next refresh merely mentions an interruption.
            let _ = store.mark_refresh(key, None).await;
        }
        super::lock(&self.pauses).remove(key);
        self.remember(key, Some(new)).ok_or_else(deleted)
    }

    /// An answer of the provider that could not be stored (a full disk) is stored now, before anything is sent: the
    /// refresh token that it replaces is most likely used up.
    async fn save_what_was_not(
        &self,
        key: &TokenKey,
        stored: Option<&StoredTokens>,
        flow: &Flow,
    ) -> Result<Option<Held>, NotRenewed> {
        let Some(unsaved) = super::lock(&self.unsaved).get(key).cloned() else { return Ok(None) };
        if stored.map(version) == unsaved.replaces {
            let began = flow.begin();
            self.surroundings.store.save(key, &unsaved.tokens).await.map_err(failed)?;
            flow.end(
                Step::Store,
                began,
                StepResult::Ok,
                "The token set that could not be stored before is stored",
            );
            let _ = self.surroundings.store.mark_refresh(key, None).await;
            super::lock(&self.unsaved).remove(key);
            return Ok(self.remember(key, Some(unsaved.tokens)));
        }
        super::lock(&self.unsaved).remove(key);
        Ok(None)
    }

    /// Writes a failure down in the token set: only `invalid_grant` ends it, everything else is tried again.
    async fn write_down(&self, key: &TokenKey, stored: Option<StoredTokens>, trouble: Trouble) -> NotRenewed {
        let Trouble { error, refused, interrupted_at, started_at, errand } = trouble;
        let failure = error.failure.clone();
        let pause = self.pause(key, &error);
        let Some(mut stored) = stored else { return failed(failure) };
        let now = self.surroundings.clock.now();
        let mut why = Why::Failed;
        let mut failure = failure;
        if let Some(refresh_token) = refused {
            let mut reason = format!("The refresh token was refused: {}", error.failure.cause);
            if let Some(at) = interrupted_at {
                reason.push_str(&format!(
                    " A refresh begun at {} was interrupted, which may have used it up.",
                    moment(at)
                ));
            }
            failure.code = Code::SignInNeeded;
            failure.next_step = "Sign in again: get a new token.".to_owned();
            stored.standing = Standing::SignInNeeded { reason };
            stored.tokens.refresh_token = None;
            stored.refused_refresh_token = Some((refresh_token, now));
            why = Why::PersonNeeded;
        } else if !matches!(stored.standing, Standing::SignInNeeded { .. }) {
            let wait = pause.until.saturating_sub(pause.failed_at);
            let retry_at =
                now.saturating_add(UnixMillis::try_from(wait.as_millis()).unwrap_or(UnixMillis::MAX));
            stored.standing =
                Standing::Failed { reason: failure.message.clone(), retry_at, attempts: pause.attempts };
        }
        // Where the request may have arrived, its end is not known: the marker stays and explains what comes next.
        stored.refresh_started_at =
            error.may_have_arrived.then_some(started_at).filter(|_| why == Why::Failed && is_lost(&error));
        let marker = stored.refresh_started_at;
        let held_version = version(&stored);
        // The failure itself is what the person hears of; if it cannot be written down, the old set stands.
        let is_current = matches!(self.surroundings.store.load(key).await, Ok(Some(found)) if version(&found) == held_version);
        if is_current && self.surroundings.store.save(key, &stored).await.is_ok() {
            let _ = self.surroundings.store.mark_refresh(key, marker).await;
            self.remember(key, Some(stored));
        }
        if errand.refused {
            self.memory.refuse(key, held_version);
        }
        NotRenewed { failure, why }
    }

    fn pause(&self, key: &TokenKey, error: &TokenError) -> Pause {
        let mut pauses = super::lock(&self.pauses);
        let attempts = pauses.get(key).map_or(1, |pause| pause.attempts.saturating_add(1));
        let step =
            if error.passing { usize::try_from(attempts - 1).unwrap_or(usize::MAX) } else { usize::MAX };
        let seconds = BACKOFF[step.min(BACKOFF.len() - 1)];
        let wait = self.with_jitter(Duration::from_secs(seconds));
        let wait = error.retry_after.map_or(wait, |asked| asked.max(wait));
        let failed_at = self.surroundings.clock.monotonic();
        let pause = Pause {
            until: failed_at + wait,
            by_provider: error.retry_after.is_some(),
            failed_at,
            attempts,
            failure: error.failure.clone(),
        };
        pauses.insert(key.clone(), pause.clone());
        pause
    }

    /// Between four and six fifths of a duration, so that many clients do not come back at the same instant.
    fn with_jitter(&self, duration: Duration) -> Duration {
        let mut byte = [0];
        self.surroundings.randomness.fill(&mut byte);
        duration.mul_f64(0.8 + 0.4 * f64::from(byte[0]) / 255.0)
    }

    /// Lets a person sign in because requests need it: however many there are, they share one sign-in. It ends when
    /// nobody waits for it any more.
    pub(super) fn sign_in(
        self: &Arc<Self>,
        demand: &TokenDemand,
        person: Arc<dyn Person>,
        observer: Arc<dyn FlowObserver>,
    ) -> SharedSignIn {
        let key = demand.key();
        let mut sign_ins = super::lock(&self.sign_ins);
        if let Some(under_way) = sign_ins.get(&key).and_then(WeakShared::upgrade) {
            return under_way;
        }
        let (inner, demand, own_key) = (self.clone(), demand.clone(), key.clone());
        let outcome = async move {
            let outcome = inner.obtain(&demand, &*person, observer).await;
            super::lock(&inner.sign_ins).remove(&own_key);
            outcome
        };
        let outcome = outcome.boxed().shared();
        if let Some(weak) = outcome.downgrade() {
            sign_ins.insert(key, weak);
        }
        outcome
    }

    /// Get New Token: carries out the grant with a person, and puts the result in place of what was there.
    pub(super) async fn obtain(
        &self,
        demand: &TokenDemand,
        person: &dyn Person,
        observer: Arc<dyn FlowObserver>,
    ) -> Result<Held, Failure> {
        let key = demand.key();
        let flow = Flow::new(&self.surroundings, &demand.config);
        flow.join(observer);
        let carried_out = Box::pin(self.with_dialogue(&demand.config, None, &flow, Way::With(person)));
        let tokens = match futures_util::future::select(carried_out, person.cancelled()).await {
            futures_util::future::Either::Left((outcome, _)) => {
                outcome.map_err(|error| flow.told(error.failure))?
            }
            futures_util::future::Either::Right(_) => return Err(flow.told(grants::cancelled())),
        };
        // A refresh that is under way elsewhere looks again before it writes, so a lock that cannot be had is no
        // reason to lose what a person has just signed in for.
        let guard = self.surroundings.lock.acquire(&key, PATIENCE).await;
        let new = fresh(demand, tokens);
        let began = flow.begin();
        if let Err(failure) = self.surroundings.store.save(&key, &new).await {
            flow.end(Step::Store, began, StepResult::Failed, failure.message.clone());
            return Err(flow.told(failure));
        }
        flow.end(Step::Store, began, StepResult::Ok, "The new token set is stored");
        drop(guard);
        super::lock(&self.pauses).remove(&key);
        super::lock(&self.unsaved).remove(&key);
        let held = self.remember(&key, Some(new)).ok_or_else(|| deleted().failure)?;
        self.changed(&key);
        match held.mistrusted(&demand.config) {
            Some(failure) => Err(flow.told(failure)),
            None => Ok(held),
        }
    }
}

/// A token set that came from the provider and is not on disk yet.
#[derive(Clone)]
pub(super) struct Unsaved {
    replaces: Option<u64>,
    tokens: StoredTokens,
}

enum Way<'a> {
    Refresh(&'a StoredTokens, &'a Secret),
    /// The grant once more, without a person.
    Again(Option<&'a StoredTokens>),
    With(&'a dyn Person),
}

struct Trouble {
    error: TokenError,
    /// The refresh token, if it was refused for good.
    refused: Option<Secret>,
    interrupted_at: Option<UnixMillis>,
    started_at: UnixMillis,
    errand: Errand,
}

/// Nobody can be asked: an authorization request with `prompt=none` is answered without a person, or refused.
struct Nobody;

#[async_trait::async_trait]
impl Person for Nobody {
    fn waiting(&self, _: &WaitingFor) {}

    async fn pasted_callback(&self) -> Secret {
        std::future::pending().await
    }

    async fn cancelled(&self) {
        std::future::pending().await
    }
}

fn silently(config: &AuthConfig, stored: &StoredTokens) -> AuthConfig {
    let mut silent = config.clone();
    silent.prompt = Some("none".to_owned());
    silent.login_timeout_seconds = silent.login_timeout_seconds.min(SILENT_LIMIT);
    if silent.id_token_hint.is_none() {
        silent.id_token_hint = stored.tokens.id_token.clone();
    }
    silent
}

fn fresh(demand: &TokenDemand, tokens: TokenSet) -> StoredTokens {
    let config = &demand.config;
    let provider = config.issuer.as_ref().or(config.token_endpoint.as_ref());
    StoredTokens {
        tokens,
        standing: Standing::Good,
        refresh_started_at: None,
        origin: Origin {
            token_name: config.token_name.clone(),
            provider: provider.cloned().unwrap_or_default(),
            client_id: config.client_id.clone(),
            grant: config.grant.as_str().to_owned(),
            environment: demand.environment.clone(),
            scope: config.scope.clone().unwrap_or_default(),
        },
        refused_refresh_token: None,
    }
}

/// Whether the answer got lost, rather than being one that could be read.
fn is_lost(error: &TokenError) -> bool {
    matches!(error.failure.code, Code::Network | Code::Timeout | Code::Tls)
}

fn failed(failure: Failure) -> NotRenewed {
    NotRenewed { failure, why: Why::Failed }
}

fn deleted() -> NotRenewed {
    let failure = Failure::new(
        Code::SignInNeeded,
        "The token set was deleted while it was being renewed",
        "Somebody deleted it here or in another process. What the provider answered was not stored.",
        "Get a new token.",
    );
    NotRenewed { failure, why: Why::Deleted }
}

fn person_needed(stored: Option<&StoredTokens>) -> NotRenewed {
    let cause = match stored.map(|stored| &stored.standing) {
        Some(Standing::SignInNeeded { reason }) => reason.clone(),
        Some(_) => "There is no refresh token, and this grant takes a person each time.".to_owned(),
        None => "There is no token set yet, and this grant takes a person.".to_owned(),
    };
    let failure = Failure::new(Code::SignInNeeded, "Somebody has to sign in", cause, "Get a new token.");
    NotRenewed { failure, why: Why::PersonNeeded }
}

fn moment(at: UnixMillis) -> String {
    let format = time::macros::format_description!("[year]-[month]-[day] [hour]:[minute]:[second] UTC");
    time::OffsetDateTime::from_unix_timestamp(at.div_euclid(1000))
        .ok()
        .and_then(|time| time.format(format).ok())
        .unwrap_or_else(|| "an unknown time".to_owned())
}
