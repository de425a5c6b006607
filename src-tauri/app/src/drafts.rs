//! From a node of the database to what the pipeline takes.

use std::sync::Arc;

use gatepass_core::pipeline::{Ancestor, Draft};
use gatepass_core::workspace::{Definition, NodeKind};
use gatepass_oauth::Keeper;
use gatepass_oauth::keeper::TokenDemand;
use gatepass_storage::tables::nodes::StoredNode;

use crate::App;
use crate::dto::ErrorView;
use crate::source::Surrounding;

impl App {
    pub(crate) fn keeper(&self) -> &Keeper {
        self.outside().keeper()
    }

    /// A node as a draft that is about to be used: the playground wakes if the node belongs to it.
    pub(crate) async fn draft(&self, node: &str) -> Result<Draft, ErrorView> {
        self.ready_to_send().await?;
        let lineage = self.lineage(node).await?;
        self.wake_playground(lineage[0].node.collection.as_str()).await?;
        self.draft_in(&lineage, &self.surrounding().await?).await
    }

    /// The same for looking only: the playground sleeps on.
    pub(crate) async fn draft_at_rest(&self, node: &str) -> Result<Draft, ErrorView> {
        let lineage = self.lineage(node).await?;
        self.draft_in(&lineage, &self.surrounding().await?).await
    }

    /// A node, read with those above it, as a draft, secrets open. A collection or folder is a draft that asks for
    /// nothing itself and inherits from what it is, so that its own auth and variables hold.
    pub(crate) async fn draft_in(
        &self,
        lineage: &[StoredNode],
        surrounding: &Surrounding,
    ) -> Result<Draft, ErrorView> {
        let mut opened = Vec::with_capacity(lineage.len());
        for stored in lineage {
            opened.push(Arc::new(self.definitions().open(stored).await?));
        }
        let own = &lineage[0].node;
        let is_request = own.kind == NodeKind::Request;
        let definition = if is_request { Arc::clone(&opened[0]) } else { Arc::new(Definition::default()) };
        let mut draft = Draft::new(own.name.clone(), definition);
        draft.id = Some(own.id.clone());
        draft.ancestors = lineage
            .iter()
            .zip(opened)
            .skip(usize::from(is_request))
            .map(|(stored, definition)| {
                Ancestor::new(stored.node.id.clone(), stored.node.name.clone(), stored.node.kind, definition)
            })
            .collect();
        surrounding.around(&mut draft);
        draft.settings = self.outside().send_settings();
        draft.scripts = self.script_permission(&own.collection, &draft).await?;
        Ok(draft)
    }

    /// The chosen environment and the globals, their secrets open.
    pub(crate) async fn surrounding(&self) -> Result<Surrounding, ErrorView> {
        let environment = match self.stored_chosen_environment().await? {
            Some(stored) => Some(self.definitions().open_environment(&stored).await?),
            None => None,
        };
        Ok(Surrounding::new(environment, self.globals().await?))
    }

    /// The token that a node with OAuth 2.0 means, to do something with it.
    ///
    /// # Errors
    /// Its config cannot be read, or it uses another kind of authorization.
    pub(crate) async fn demand(&self, node: &str) -> Result<TokenDemand, ErrorView> {
        self.demand_in(self.draft(node).await?).await
    }

    /// The token that a draft with OAuth 2.0 means.
    ///
    /// # Errors
    /// As [`Self::demand`].
    pub(crate) async fn demand_in(&self, draft: Draft) -> Result<TokenDemand, ErrorView> {
        self.pipeline().demand_of(draft).await?.ok_or_else(|| {
            ErrorView::plain(
                "configuration",
                "This request does not use OAuth 2.0",
                "Another kind of authorization is set for it.",
                "Choose OAuth 2.0 on the Authorization tab.",
            )
        })
    }
}
