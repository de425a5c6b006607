//! Renewing and obtaining without a person. The order of a refresh: in-process single flight, lock, re-read, marker,
//! send, commit, unmark, release, hand out. A crash at any instant leaves the old token set or the new one, whole.

mod commit;
mod failure;
mod sign_in;
mod way;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt, Shared};

pub(super) use commit::Unsaved;
pub(super) use failure::Pause;
pub(super) use sign_in::WeakSignIn;

use self::failure::Trouble;
use self::way::Way;
use super::memory::{Held, version};
use super::table::{self, Renewal, Row};
use super::{Inner, TokenDemand};
use crate::failure::{Code, Failure};
use crate::flow::Flow;
use crate::grants;
use crate::ports::{FlowObserver, UnixMillis};
use crate::token_key::TokenKey;
use crate::token_set::{Standing, StoredTokens};
use crate::transcript::{Step, StepResult};

/// How long another process that renews the same token set is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// A renewal under way: everybody who needs its result waits for the same one.
pub(super) struct Flight {
    pub(super) outcome: SharedOutcome,
    flow: Flow,
}

pub(super) type SharedOutcome = Shared<BoxFuture<'static, Result<Held, NotRenewed>>>;

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
                self.go(&demand.config, Some(stored), flow, Way::Refresh(stored, token)).await
            }
            _ => self.go(&demand.config, stored.as_ref(), flow, Way::Again(stored.as_ref())).await,
        };
        let refusal =
            answer.as_ref().err().filter(|error| error.invalid_grant && refresh_token.is_some()).cloned();
        if refusal.is_some() && grants::runs_again_silently(&demand.config) {
            answer = self.go(&demand.config, stored.as_ref(), flow, Way::Again(stored.as_ref())).await;
        }
        match answer {
            Ok(granted) => self.commit(demand, key, stored.as_ref(), granted, flow).await,
            Err(error) if is_silent => Err(NotRenewed { failure: error.failure, why: Why::PersonNeeded }),
            Err(error) => {
                let refused = refusal.map(|_| refresh_token).unwrap_or_default();
                let trouble = Trouble { error, refused, interrupted_at, started_at, errand };
                Err(self.write_down(key, stored, trouble).await)
            }
        }
    }
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
