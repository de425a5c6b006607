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
}

impl Watched {
    /// A token set was seen where its demand was at hand.
    pub(crate) fn remember(&self, demand: &TokenDemand) {
        let mut seen = self.lock();
        let node = seen.get(&demand.key()).and_then(|seen| seen.node.clone());
        seen.insert(demand.key(), Seen { demand: demand.clone(), node });
    }

    /// The card of `node` shows a token set.
    pub(crate) fn look_at(&self, demand: &TokenDemand, node: &str) {
        self.lock().insert(demand.key(), Seen { demand: demand.clone(), node: Some(node.to_owned()) });
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
