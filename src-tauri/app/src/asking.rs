//! What the provider says about a token and its person, and signing out.

use gatepass_oauth::keeper::Inspected;

use crate::App;
use crate::card::claim_views;
use crate::dto::{CheckView, EndedView, ErrorView, InspectedView};

impl App {
    /// Asks the provider about the access token of a node (RFC 7662).
    pub async fn introspect_token(&self, node: String) -> Result<InspectedView, ErrorView> {
        let demand = self.demand(&node).await?;
        let recording = self.record_flow(&node, &demand.key());
        Ok(self.keeper().introspect(&demand, recording).await?.into())
    }

    /// Asks the provider about the person, and compares the subject with that of the ID token (OpenID Connect Core
    /// §5.3.2).
    pub async fn userinfo(&self, node: String) -> Result<InspectedView, ErrorView> {
        let demand = self.demand(&node).await?;
        let recording = self.record_flow(&node, &demand.key());
        Ok(self.keeper().userinfo(&demand, recording).await?.into())
    }

    /// Signs out: revokes, deletes here, and opens the provider's page for it where it has one (OpenID Connect
    /// RP-Initiated Logout). Deleted here also if the provider could not be told.
    pub async fn log_out(&self, node: String) -> Result<EndedView, ErrorView> {
        let demand = self.demand(&node).await?;
        let recording = self.record_flow(&node, &demand.key());
        let ended = self.keeper().end_session(&demand, recording).await;
        self.ended(&node, ended).await
    }
}

impl From<Inspected> for InspectedView {
    fn from(inspected: Inspected) -> Self {
        Self {
            claims: claim_views(&inspected.claims),
            checks: inspected.checks.iter().map(CheckView::from).collect(),
        }
    }
}
