//! Renewal in the background: tokens in use are renewed before they end, also while nobody looks. While nothing is
//! due, nothing runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

use futures_util::future::{self, Either};
use futures_util::task::AtomicWaker;

use super::memory::Held;
use super::renewal::Errand;
use super::table::{self, Renewal};
use super::{Inner, TokenDemand};
use crate::token_key::TokenKey;

/// Timers of many systems stand still while the machine sleeps: after a wake-up this is the longest that a due
/// renewal is late.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);

/// After a wake-up many may be due at once: another one is begun after this long at the earliest, unless the one
/// before has ended.
const BETWEEN_TWO: Duration = Duration::from_secs(1);

/// How many renewals in a row may fail before the token set is left to be renewed at its next use.
const ATTEMPTS: u32 = 20;

/// A token set in use.
pub(super) struct Watched {
    demand: TokenDemand,
    /// Whether it was used since it was last renewed in the background: one that nothing uses is let go.
    used: bool,
}

/// Wakes the background renewal when something has changed.
#[derive(Default)]
pub(super) struct Signal {
    rung: AtomicU64,
    waker: AtomicWaker,
}

impl Signal {
    pub(super) fn ring(&self) {
        self.rung.fetch_add(1, Ordering::SeqCst);
        self.waker.wake();
    }

    async fn rung_since(&self, seen: u64) {
        future::poll_fn(|context| {
            self.waker.register(context.waker());
            if self.rung.load(Ordering::SeqCst) == seen { Poll::Pending } else { Poll::Ready(()) }
        })
        .await;
    }
}

/// What a watched token set needs.
enum Due {
    Now(Held),
    In(Duration),
    Never,
}

impl Inner {
    /// Counts as a use. Wakes the background renewal only if that makes a difference.
    pub(super) fn watch(&self, demand: &TokenDemand, key: TokenKey) {
        let mut watched = super::lock(&self.watched);
        let former = watched.get(&key);
        let is_news = former.is_none_or(|former| {
            !former.used
                || former.demand.config.auto_refresh != demand.config.auto_refresh
                || former.demand.config.use_token != demand.config.use_token
                || former.demand.config.refresh_margin_seconds != demand.config.refresh_margin_seconds
        });
        watched.insert(key, Watched { demand: demand.clone(), used: true });
        drop(watched);
        if is_news {
            self.signal.ring();
        }
    }

    pub(super) async fn keep_fresh(self: &Arc<Self>) {
        loop {
            let seen = self.signal.rung.load(Ordering::SeqCst);
            let next = self.renew_what_is_due().await;
            let rung = Box::pin(self.signal.rung_since(seen));
            match next {
                None => rung.await,
                Some(next) => {
                    let sleep = self.surroundings.timer.sleep(next.min(LONGEST_SLEEP));
                    future::select(rung, sleep).await;
                }
            }
        }
    }

    /// Renews what is due, one after the other, and returns in how long the next is; `None` if none will be.
    async fn renew_what_is_due(self: &Arc<Self>) -> Option<Duration> {
        let in_use: Vec<(TokenKey, TokenDemand)> = super::lock(&self.watched)
            .iter()
            .filter(|(_, watched)| watched.used && watched.demand.config.auto_refresh)
            .map(|(key, watched)| (key.clone(), watched.demand.clone()))
            .collect();
        let mut next: Option<Duration> = None;
        for (key, demand) in in_use {
            match self.due(&key, &demand).await {
                Due::Now(held) => {
                    self.renew_in_background(&key, &demand, &held).await;
                    next = Some(Duration::ZERO);
                }
                Due::In(left) => next = Some(next.map_or(left, |next| next.min(left))),
                Due::Never => {}
            }
        }
        // After a renewal the list is looked at again at once; what is under way then is not due a second time.
        next
    }

    async fn renew_in_background(self: &Arc<Self>, key: &TokenKey, demand: &TokenDemand, held: &Held) {
        if let Some(watched) = super::lock(&self.watched).get_mut(key) {
            watched.used = false;
        }
        let errand = Errand { replaces: Some(held.version), asked: false, refused: false };
        let listeners = super::lock(&self.listeners).clone();
        let observer = listeners.iter().find_map(|listener| listener.renewing(key));
        let renewed = self.renew(demand, key, errand, observer);
        let (inner, key) = (self.clone(), key.clone());
        let settled = Box::pin(async move {
            let has_failed = renewed.await.is_err();
            let attempts = super::lock(&inner.pauses).get(&key).map_or(0, |pause| pause.attempts);
            if has_failed && attempts < ATTEMPTS {
                // The use that this renewal was for still stands.
                if let Some(watched) = super::lock(&inner.watched).get_mut(&key) {
                    watched.used = true;
                }
                inner.signal.ring();
            }
        });
        if let Either::Right(((), settled)) =
            future::select(settled, self.surroundings.timer.sleep(BETWEEN_TWO)).await
        {
            self.surroundings.spawner.spawn(settled);
        }
    }

    async fn due(&self, key: &TokenKey, demand: &TokenDemand) -> Due {
        if super::lock(&self.flights).contains_key(key) {
            return Due::Never;
        }
        // A store that cannot be read now is read again at the next look.
        let Ok(Some(held)) = self.current(key).await else { return Due::Never };
        let config = &demand.config;
        let clock = &*self.surroundings.clock;
        let now = held.now(clock);
        let stored = &held.stored;
        if matches!(
            table::renewal(config, Some(stored), false, now),
            Renewal::PersonNeeded | Renewal::PromptNone
        ) {
            return Due::Never;
        }
        let Some(expires_at) = stored.expires_at_of_used(config) else { return Due::Never };
        let lifetime = expires_at.saturating_sub(stored.tokens.obtained_at).max(0);
        // Never in the first half of a life: a margin longer than the lifetime would renew without end.
        let margin = config.refresh_margin_millis(lifetime).min(lifetime / 2);
        let left = expires_at.saturating_sub(margin).saturating_sub(now);
        let mut left = Duration::from_millis(u64::try_from(left).unwrap_or(0));
        if let Some(pause) = super::lock(&self.pauses).get(key) {
            left = left.max(pause.until.saturating_sub(clock.monotonic()));
        }
        if left.is_zero() { Due::Now(held) } else { Due::In(left) }
    }
}
