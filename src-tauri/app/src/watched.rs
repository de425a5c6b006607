//! Which demand a stored token belongs to, and which node's card shows it: the database knows neither.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use gatepass_oauth::TokenKey;
use gatepass_oauth::keeper::TokenDemand;

#[derive(Default)]
pub(crate) struct Watched(Mutex<HashMap<TokenKey, Seen>>);

struct Seen {
    demand: TokenDemand,
    /// The node whose card showed it last.
    node: Option<String>,
    /// When a request was last sent with it (milliseconds since 1970).
    used_at: Option<i64>,
}

impl Watched {
    /// A token set was seen where its demand was at hand.
    pub(crate) fn remember(&self, demand: &TokenDemand) {
        let mut seen = self.lock();
        let former = seen.get(&demand.key());
        let (node, used_at) = former.map(|seen| (seen.node.clone(), seen.used_at)).unwrap_or_default();
        seen.insert(demand.key(), Seen { demand: demand.clone(), node, used_at });
    }

    /// The card of `node` shows a token set.
    pub(crate) fn look_at(&self, demand: &TokenDemand, node: &str) {
        let mut seen = self.lock();
        let used_at = seen.get(&demand.key()).and_then(|seen| seen.used_at);
        seen.insert(demand.key(), Seen { demand: demand.clone(), node: Some(node.to_owned()), used_at });
    }

    /// A request is sent with it.
    pub(crate) fn used(&self, key: &TokenKey, now: i64) {
        if let Some(seen) = self.lock().get_mut(key) {
            seen.used_at = Some(now);
        }
    }

    pub(crate) fn used_at(&self, key: &TokenKey) -> Option<i64> {
        self.lock().get(key).and_then(|seen| seen.used_at)
    }

    pub(crate) fn demand_of(&self, key: &TokenKey) -> Option<TokenDemand> {
        self.lock().get(key).map(|seen| seen.demand.clone())
    }

    pub(crate) fn node_of(&self, key: &TokenKey) -> Option<String> {
        self.lock().get(key).and_then(|seen| seen.node.clone())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<TokenKey, Seen>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
