//! From a provider's answer to a token set on disk: nothing is handed out before.

use super::way::Way;
use super::{NotRenewed, deleted, failed};
use crate::endpoints::token::Granted;
use crate::failure::Failure;
use crate::flow::Flow;
use crate::grants;
use crate::keeper::memory::{Held, version};
use crate::keeper::{Inner, TokenDemand, lock};
use crate::token_key::TokenKey;
use crate::token_set::{Origin, Standing, StoredTokens, TokenSet};
use crate::transcript::{Step, StepResult};

/// A token set that came from the provider and is not on disk yet.
#[derive(Clone)]
pub(in crate::keeper) struct Unsaved {
    replaces: Option<u64>,
    tokens: StoredTokens,
}

impl Inner {
    /// Puts what was granted on disk before anybody gets it. If the old token set was deleted or replaced meanwhile,
    /// that stands. An ID token of a refresh is judged afterwards: fetching keys may take long or fail, and until it
    /// is on disk the new refresh token could be lost.
    pub(super) async fn commit(
        &self,
        demand: &TokenDemand,
        key: &TokenKey,
        replaced: Option<&StoredTokens>,
        granted: Granted,
        flow: &Flow,
    ) -> Result<Held, NotRenewed> {
        let new = fresh(demand, granted.tokens.clone());
        if let Some(replaced) = replaced {
            match self.surroundings.store.load(key).await {
                Ok(Some(found)) if version(&found) == version(replaced) => {}
                Ok(Some(found)) => return self.remember(key, Some(found)).ok_or_else(deleted),
                Ok(None) => return Err(deleted()),
                Err(failure) => return Err(self.keep_unsaved(key, Some(replaced), new, failure)),
            }
        }
        let began = flow.begin();
        if let Err(failure) = self.surroundings.store.save(key, &new).await {
            flow.end(Step::Store, began, StepResult::Failed, failure.message.clone());
            return Err(self.keep_unsaved(key, replaced, new, failure));
        }
        flow.end(Step::Store, began, StepResult::Ok, "The new token set is stored");
        if replaced.is_some() {
            // The token set on disk carries no marker any more; this clears one that is kept beside it. If it fails,
            // the next refresh merely mentions an interruption.
            let _ = self.surroundings.store.mark_refresh(key, None).await;
        }
        lock(&self.pauses).remove(key);
        match replaced {
            Some(replaced) if grants::refresh_token::is_unjudged(&new.tokens) => {
                self.judge(demand, key, replaced, granted, flow).await
            }
            _ => self.remember(key, Some(new)).ok_or_else(deleted),
        }
    }

    /// Adds the verdict on the ID token to a token set that is on disk already.
    async fn judge(
        &self,
        demand: &TokenDemand,
        key: &TokenKey,
        replaced: &StoredTokens,
        granted: Granted,
        flow: &Flow,
    ) -> Result<Held, NotRenewed> {
        let committed = version(&fresh(demand, granted.tokens.clone()));
        let way = Way::Judge { former: &replaced.tokens, granted: Box::new(granted) };
        let judged = self.go(&demand.config, Some(replaced), flow, way).await;
        let judged = judged.map_err(|error| failed(error.failure))?;
        let new = fresh(demand, judged.tokens);
        match self.surroundings.store.load(key).await.map_err(failed)? {
            Some(found) if version(&found) == committed => {
                self.surroundings.store.save(key, &new).await.map_err(failed)?;
                self.remember(key, Some(new)).ok_or_else(deleted)
            }
            Some(found) => self.remember(key, Some(found)).ok_or_else(deleted),
            None => Err(deleted()),
        }
    }

    fn keep_unsaved(
        &self,
        key: &TokenKey,
        replaced: Option<&StoredTokens>,
        tokens: StoredTokens,
        failure: Failure,
    ) -> NotRenewed {
        let unsaved = Unsaved { replaces: replaced.map(version), tokens };
        lock(&self.unsaved).insert(key.clone(), unsaved);
        failed(failure)
    }

    /// An answer of the provider that could not be stored (a full disk) is stored now, before anything is sent: the
    /// refresh token that it replaces is most likely used up.
    pub(super) async fn save_what_was_not(
        &self,
        key: &TokenKey,
        stored: Option<&StoredTokens>,
        flow: &Flow,
    ) -> Result<Option<Held>, NotRenewed> {
        let Some(unsaved) = lock(&self.unsaved).get(key).cloned() else { return Ok(None) };
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
            lock(&self.unsaved).remove(key);
            return Ok(self.remember(key, Some(unsaved.tokens)));
        }
        lock(&self.unsaved).remove(key);
        Ok(None)
    }
}

/// The token set as it is stored.
pub(super) fn fresh(demand: &TokenDemand, tokens: TokenSet) -> StoredTokens {
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
