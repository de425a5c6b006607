//! What else can be done with a token set: ask about it, revoke it, sign out.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::memory::Held;
use super::table::Row;
use super::{Ended, Errand, Inner, Inspected, TokenDemand};
use crate::authorization_server::Endpoint;
use crate::endpoints::Dialogue;
use crate::error_code::RevocationErrorCode;
use crate::failure::Failure;
use crate::flow::Flow;
use crate::ports::FlowObserver;
use crate::token_key::TokenKey;
use crate::token_set::TokenSet;

impl Inner {
    pub(super) async fn revoke(
        &self,
        demand: &TokenDemand,
        observer: Arc<dyn FlowObserver>,
    ) -> Result<Ended, Failure> {
        self.end(demand, observer, |dialogue, tokens, ended| {
            Box::pin(async move {
                if dialogue.server.endpoint(Endpoint::Revocation).is_none() {
                    ended.notices.push(NO_REVOCATION.to_owned());
                    return Ok(());
                }
                revoke_all(dialogue, tokens, ended).await
            })
        })
        .await
    }

    pub(super) async fn end_session(
        &self,
        demand: &TokenDemand,
        observer: Arc<dyn FlowObserver>,
    ) -> Result<Ended, Failure> {
        self.end(demand, observer, |dialogue, tokens, ended| {
            Box::pin(async move {
                let has_revocation = dialogue.server.endpoint(Endpoint::Revocation).is_some();
                let revoked = if has_revocation { revoke_all(dialogue, tokens, ended).await } else { Ok(()) };
                if !dialogue.end_session(tokens).await? {
                    ended.notices.push(NO_LOGOUT.to_owned());
                }
                revoked
            })
        })
        .await
    }

    /// Tells the provider, then removes the tokens here in any case: whoever ends a session does not want them any
    /// more, and a provider that is down must not keep them alive on this machine.
    async fn end(
        &self,
        demand: &TokenDemand,
        observer: Arc<dyn FlowObserver>,
        tell: impl for<'a> FnOnce(
            &'a Dialogue<'a>,
            &'a TokenSet,
            &'a mut Ended,
        ) -> BoxFuture<'a, Result<(), Failure>>,
    ) -> Result<Ended, Failure> {
        let key = demand.key();
        let mut ended =
            Ended { removed: false, revoked_at_provider: false, notices: Vec::new(), failure: None };
        let Some(held) = self.current(&key).await? else {
            ended.notices.push("There was no token here.".to_owned());
            return Ok(ended);
        };
        let flow = Flow::new(&self.surroundings, &demand.config);
        flow.join(observer);
        if let Err(failure) = self.told(demand, &held, &flow, &mut ended, tell).await {
            ended.notices.push(
                "The provider could not be told; its tokens live on there until they expire.".to_owned(),
            );
            ended.failure = Some(flow.told(failure));
        }
        ended.removed = self.remove(&key).await?;
        Ok(ended)
    }

    async fn told(
        &self,
        demand: &TokenDemand,
        held: &Held,
        flow: &Flow,
        ended: &mut Ended,
        tell: impl for<'a> FnOnce(
            &'a Dialogue<'a>,
            &'a TokenSet,
            &'a mut Ended,
        ) -> BoxFuture<'a, Result<(), Failure>>,
    ) -> Result<(), Failure> {
        let config = &demand.config;
        let server = self.known.servers.resolve(config, &[], flow).await?;
        let dialogue = Dialogue {
            config,
            server: &server,
            flow,
            known: &self.known,
            dpop_key: held.dpop_key.as_deref(),
        };
        tell(&dialogue, &held.stored.tokens, ended).await
    }

    /// Removes a token set here.
    pub(super) async fn remove(&self, key: &TokenKey) -> Result<bool, Failure> {
        let removed = self.surroundings.store.delete(key).await?;
        super::lock(&self.pauses).remove(key);
        super::lock(&self.unsaved).remove(key);
        self.changed(key);
        Ok(removed)
    }

    pub(super) async fn introspect(
        &self,
        demand: &TokenDemand,
        observer: Arc<dyn FlowObserver>,
    ) -> Result<Inspected, Failure> {
        let Some(held) = self.current(&demand.key()).await? else {
            return Err(super::no_token_to_ask_about());
        };
        let flow = Flow::new(&self.surroundings, &demand.config);
        flow.join(observer);
        let asked = async {
            let token = held.stored.tokens.access_token.as_ref().ok_or_else(super::no_token_to_ask_about)?;
            let config = &demand.config;
            let server = self.known.servers.resolve(config, &[Endpoint::Introspection], &flow).await?;
            let dialogue =
                Dialogue { config, server: &server, flow: &flow, known: &self.known, dpop_key: None };
            dialogue.introspect(token).await
        };
        let claims = asked.await.map_err(|failure| flow.told(failure))?;
        Ok(Inspected { claims, checks: Vec::new() })
    }

    /// The token is renewed first where it has ended, can be, and may be.
    pub(super) async fn userinfo(
        self: &Arc<Self>,
        demand: &TokenDemand,
        observer: Arc<dyn FlowObserver>,
    ) -> Result<Inspected, Failure> {
        let key = demand.key();
        let config = &demand.config;
        let Some(mut held) = self.current(&key).await? else { return Err(super::no_token_to_ask_about()) };
        if config.auto_refresh && self.row(config, Some(&held)) == Row::Expired {
            let errand = Errand { replaces: Some(held.version), asked: false, refused: held.refused };
            held =
                self.renew(demand, &key, errand, Some(observer.clone())).await.map_err(|not| not.failure)?;
        }
        let flow = Flow::new(&self.surroundings, config);
        flow.join(observer);
        let asked = async {
            let server = self.known.servers.resolve(config, &[Endpoint::Userinfo], &flow).await?;
            let dpop_key = held.dpop_key.as_deref().filter(|_| held.is_bound());
            let dialogue = Dialogue { config, server: &server, flow: &flow, known: &self.known, dpop_key };
            dialogue.userinfo(&held.stored.tokens).await
        };
        let (claims, checks) = asked.await.map_err(|failure| flow.told(failure))?;
        Ok(Inspected { claims, checks })
    }
}

/// The refresh token first: with it most providers end the access tokens that came of it.
async fn revoke_all(dialogue: &Dialogue<'_>, tokens: &TokenSet, ended: &mut Ended) -> Result<(), Failure> {
    let named = [("refresh_token", &tokens.refresh_token), ("access_token", &tokens.access_token)];
    for (hint, token) in named {
        if let Some(token) = token {
            match dialogue.revoke(token, hint).await {
                Ok(()) => ended.revoked_at_provider = true,
                // RFC 7009 §2.2.1: some providers cannot revoke access tokens, and need not.
                Err(failure) if failure.reports(RevocationErrorCode::UnsupportedTokenType) => {
                    ended.notices.push(format!("The provider does not revoke {}s.", hint.replace('_', " ")));
                }
                Err(failure) => return Err(failure),
            }
        }
    }
    Ok(())
}

const NO_REVOCATION: &str =
    "The provider has no revocation endpoint: the tokens are gone here, and live on there until they expire.";
const NO_LOGOUT: &str = "The provider has no logout page: you may still be signed in there in your browser.";
