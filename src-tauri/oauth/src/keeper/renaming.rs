//! Another name for a token set. The name is part of its identity, so the set moves from one key to another.

use std::time::Duration;

use super::{Inner, TokenDemand, nothing_to_renew};
use crate::failure::{Code, Failure};
use crate::token_key::TokenKey;

/// How long a renewal of the same token set is waited for.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

impl Inner {
    /// Both keys are locked meanwhile: a renewal would otherwise bring the old one back with a refresh token that the
    /// renamed set has used up. The new one is on disk before the old one goes.
    pub(super) async fn rename(&self, demand: &TokenDemand, name: &str) -> Result<TokenKey, Failure> {
        let from = demand.key();
        let mut config = demand.config.clone();
        config.token_name = name.to_owned();
        let to = TokenKey::of(&config, &demand.environment);
        if from == to {
            return Ok(to);
        }
        // Always in the same order, so that two that swap names do not wait for each other.
        let (first, second) = if from < to { (&from, &to) } else { (&to, &from) };
        let locks = &self.surroundings.lock;
        let _first = locks.acquire(first, PATIENCE).await?;
        let _second = locks.acquire(second, PATIENCE).await?;
        let store = &self.surroundings.store;
        let Some(mut stored) = store.load(&from).await? else { return Err(nothing_to_renew()) };
        if store.load(&to).await?.is_some() {
            return Err(taken(name));
        }
        stored.origin.token_name = name.to_owned();
        store.save(&to, &stored).await?;
        self.changed(&to);
        self.remove(&from).await?;
        Ok(to)
    }
}

fn taken(name: &str) -> Failure {
    Failure::new(
        Code::Usage,
        format!("There is already a token named “{name}”"),
        "It was obtained with the same settings under that name. Neither was changed.",
        "Choose another name, or delete the other token first.",
    )
}
