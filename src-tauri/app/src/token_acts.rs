//! What else can be done with a token: revoke it, give it another name, say why it is this one, delete several.

use std::sync::PoisonError;

use gatepass_oauth::keeper::Ended;
use gatepass_oauth::{Failure, TokenKey};
use serde_json::Value;

use crate::App;
use crate::dto::{EndedView, ErrorView, KeyPartView, TokenCardView};
use crate::tokens::parsed;

impl App {
    /// Revokes the token at the provider and deletes it here; here also if the provider could not be told.
    pub async fn revoke_token(&self, node: String) -> Result<EndedView, ErrorView> {
        let demand = self.demand(&node).await?;
        let recording = self.record_flow(&node, &demand.key());
        let ended = self.keeper().revoke(&demand, recording).await;
        self.ended(&node, ended).await
    }

    /// Gives the token that a node sends another name, here and in the settings that ask for it.
    ///
    /// # Errors
    /// The name is empty or taken, or there is no token.
    pub async fn rename_token(&self, node: String, name: String) -> Result<TokenCardView, ErrorView> {
        let name = name.trim();
        if name.is_empty() {
            return Err(ErrorView::plain(
                "usage",
                "A token needs a name",
                "The name is empty.",
                "Enter one, for example that of the person or role.",
            ));
        }
        let owner = self.open_node(node.clone()).await?.effective_auth.from_node;
        let demand = self.demand(&node).await?;
        self.keeper().rename(&demand, name).await?;
        if let Some(owner) = owner {
            let params = [("token_name".to_owned(), Value::from(name))];
            self.set_auth_params(owner, params.into()).await?;
        }
        self.token_card(node).await
    }

    /// The settings that make the token of a node another one than all others, each with its value.
    pub async fn why_this_token(&self, node: String) -> Result<Vec<KeyPartView>, ErrorView> {
        let demand = self.demand_in(self.draft_at_rest(&node).await?).await?;
        let environments = self.database().environments().list(self.workspace()).await?;
        let in_words = |name: &str, value: String| match name {
            "environment" => {
                let named = environments.iter().find(|one| one.id.as_str() == value);
                named.map_or(value, |environment| environment.name.clone())
            }
            _ => value,
        };
        let parts = TokenKey::parts(&demand.config, &demand.environment);
        Ok(parts
            .into_iter()
            .map(|(name, value)| KeyPartView { name: name.to_owned(), value: in_words(name, value) })
            .collect())
    }

    /// Deletes tokens here, without telling the providers. What is gone already counts as deleted. Those deleted last
    /// are kept in memory, for [`Self::restore_tokens`].
    pub async fn delete_tokens(&self, keys: Vec<String>) -> Result<(), ErrorView> {
        let keys = keys.iter().map(|key| parsed(key)).collect::<Result<Vec<_>, _>>()?;
        // One that cannot be read any more can be deleted, and not be brought back.
        let readable = self.keeper().list().await.unwrap_or_default();
        let doomed: Vec<_> = readable.into_iter().filter(|(key, _)| keys.contains(key)).collect();
        for key in &keys {
            self.keeper().delete(key).await?;
        }
        *self.inner.deleted.lock().unwrap_or_else(PoisonError::into_inner) = doomed;
        Ok(())
    }

    /// Brings back tokens that were deleted last, unless another one has taken the place meanwhile.
    ///
    /// # Errors
    /// They cannot be stored.
    pub async fn restore_tokens(&self, keys: Vec<String>) -> Result<(), ErrorView> {
        let deleted = std::mem::take(&mut *self.inner.deleted.lock().unwrap_or_else(PoisonError::into_inner));
        for (key, stored) in
            deleted.iter().filter(|(key, _)| keys.iter().any(|wanted| wanted == key.as_str()))
        {
            self.keeper().put_back(key, stored).await?;
        }
        Ok(())
    }

    pub(crate) async fn ended(
        &self,
        node: &str,
        ended: Result<Ended, Failure>,
    ) -> Result<EndedView, ErrorView> {
        let (told, revoked_at_provider, notices) = match ended {
            Err(failure) => (Err(failure), false, Vec::new()),
            Ok(ended) => (ended.failure.map_or(Ok(()), Err), ended.revoked_at_provider, ended.notices),
        };
        let card = self.conclude(node, told).await?;
        Ok(EndedView { card, revoked_at_provider, notices })
    }
}
