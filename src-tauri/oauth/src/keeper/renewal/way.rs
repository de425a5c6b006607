//! The ways to a token set: each speaks with the provider and returns what it granted.

use crate::authorization_server::{AuthorizationServer, Endpoint};
use crate::config::AuthConfig;
use crate::dpop::DpopKey;
use crate::endpoints::Dialogue;
use crate::endpoints::token::Granted;
use crate::failure::Failure;
use crate::flow::Flow;
use crate::grants;
use crate::keeper::Inner;
use crate::ports::{Person, WaitingFor};
use crate::secret::Secret;
use crate::token_response::TokenError;
use crate::token_set::{StoredTokens, TokenSet};

/// How long an authorization request without a person may take, in seconds.
const SILENT_LIMIT: u64 = 30;

/// How a token set is to be had.
pub(super) enum Way<'a> {
    /// With the refresh token. What is granted is not judged yet: it has to be on disk first.
    Refresh(&'a StoredTokens, &'a Secret),
    /// The verdict on the ID token that a refresh granted in place of the former one.
    Judge {
        former: &'a TokenSet,
        granted: Box<Granted>,
    },
    /// The grant once more, without a person.
    Again(Option<&'a StoredTokens>),
    With(&'a dyn Person),
}

impl Inner {
    /// Resolves the authorization server and goes one way.
    pub(super) async fn go(
        &self,
        config: &AuthConfig,
        stored: Option<&StoredTokens>,
        flow: &Flow,
        way: Way<'_>,
    ) -> Result<Granted, TokenError> {
        let server = self.server_for(config, flow, &way).await?;
        let dpop_key = self.dpop_key(config, stored)?;
        let dialogue =
            Dialogue { config, server: &server, flow, known: &self.known, dpop_key: dpop_key.as_ref() };
        let tokens = match way {
            Way::Refresh(stored, token) => {
                return grants::refresh_token::renew(&dialogue, &stored.tokens, token).await;
            }
            Way::Judge { former, granted } => grants::refresh_token::judge(&dialogue, former, *granted).await,
            Way::Again(Some(stored)) if config.grant.is_interactive() => {
                let silent = silently(config, stored);
                let dialogue = Dialogue { config: &silent, ..dialogue };
                grants::obtain(&dialogue, Some(&Nobody)).await?
            }
            Way::Again(_) => grants::obtain(&dialogue, None).await?,
            Way::With(person) => grants::obtain(&dialogue, Some(person)).await?,
        };
        Ok(Granted { tokens, server_time: None })
    }

    /// A refresh needs the token endpoint alone, and with a refresh URL not even that.
    async fn server_for(
        &self,
        config: &AuthConfig,
        flow: &Flow,
        way: &Way<'_>,
    ) -> Result<AuthorizationServer, Failure> {
        let needed = match way {
            Way::Refresh(..) if config.refresh_endpoint.is_some() => &[],
            Way::Judge { .. } => &[],
            Way::Refresh(..) => &[Endpoint::Token][..],
            Way::Again(_) | Way::With(_) => grants::needed_endpoints(config),
        };
        self.known.servers.resolve(config, needed, flow).await
    }

    /// The key that tokens are bound to: the one of the token set at hand, else a new one where DPoP is on.
    fn dpop_key(
        &self,
        config: &AuthConfig,
        stored: Option<&StoredTokens>,
    ) -> Result<Option<DpopKey>, Failure> {
        match stored.and_then(|stored| stored.tokens.dpop_key.as_ref()) {
            Some(jwk) => DpopKey::from_jwk(jwk).map(Some),
            None if config.dpop => DpopKey::generate(&*self.surroundings.randomness).map(Some),
            None => Ok(None),
        }
    }
}

/// Nobody can be asked: an authorization request with `prompt=none` is answered without a person, or refused.
struct Nobody;

#[async_trait::async_trait]
impl Person for Nobody {
    fn waiting(&self, _: &WaitingFor) {}

    async fn pasted_callback(&self) -> Secret {
        std::future::pending().await
    }

    async fn cancelled(&self) {
        std::future::pending().await
    }
}

fn silently(config: &AuthConfig, stored: &StoredTokens) -> AuthConfig {
    let mut silent = config.clone();
    silent.prompt = Some("none".to_owned());
    silent.login_timeout_seconds = silent.login_timeout_seconds.min(SILENT_LIMIT);
    if silent.id_token_hint.is_none() {
        silent.id_token_hint = stored.tokens.id_token.clone();
    }
    silent
}
