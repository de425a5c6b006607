//! Tokens: getting, renewing, showing and ending them.

use std::collections::HashMap;
use std::sync::Arc;

use gatepass_oauth::keeper::TokenDemand;
use gatepass_oauth::token_set::StoredTokens;
use gatepass_oauth::{AuthConfig, Code, Failure, Secret, Status, TokenKey};
use gatepass_storage::tables::token_sets::SealedTokens;

use crate::App;
use crate::dto::{DiscoveryView, ErrorView, FlowChanged, StatusView, TokenCardView, TokenPart, TokenView};
use crate::flows::Recording;
use crate::token_report::reason;

impl App {
    /// Gets a token anew; waits for the person where the grant needs one. The card says how it ended.
    pub async fn get_new_token(&self, node: String) -> Result<TokenCardView, ErrorView> {
        let demand = self.demand(&node).await?;
        self.sign_in(node, demand).await
    }

    /// Gets the token of a demand anew, with the person of this node's card.
    pub(crate) async fn sign_in(
        &self,
        node: String,
        demand: TokenDemand,
    ) -> Result<TokenCardView, ErrorView> {
        self.open_vault().await?;
        let recording = self.record_flow(&node, &demand.key());
        let login = {
            let (listener, node) = (Arc::clone(&self.inner.listener), node.clone());
            self.inner.logins.begin(&node.clone(), move || {
                listener.flow_changed(FlowChanged { node: node.clone() });
            })
        };
        self.inner.failures.clear(&node);
        let obtained = self.keeper().obtain(&demand, Arc::clone(&login) as _, recording).await;
        self.inner.logins.end(&node, &login);
        self.conclude(&node, obtained.map(|_| ())).await
    }

    /// Renews the stored token now.
    pub async fn refresh_token(&self, node: String) -> Result<TokenCardView, ErrorView> {
        let demand = self.demand(&node).await?;
        let recording = self.record_flow(&node, &demand.key());
        self.inner.failures.clear(&node);
        let refreshed = self.keeper().refresh(&demand, recording).await;
        self.conclude(&node, refreshed.map(|_| ())).await
    }

    /// Hands over the URL that the browser ended on.
    pub async fn paste_callback(&self, node: String, url: String) -> Result<(), ErrorView> {
        match self.inner.logins.of(&node) {
            Some(login) => {
                login.paste(Secret::new(url));
                Ok(())
            }
            None => Err(ErrorView::plain(
                "usage",
                "No sign-in is waiting here",
                "It has ended, or was cancelled.",
                "Choose Get new token again.",
            )),
        }
    }

    /// Opens the page of the sign-in that waits here once more.
    pub async fn open_login_page(&self, node: String) -> Result<(), ErrorView> {
        let Some(url) = self.inner.logins.of(&node).and_then(|login| login.page()) else {
            return Err(ErrorView::plain(
                "usage",
                "No sign-in is waiting here",
                "It has ended, or was cancelled.",
                "Choose Get new token again.",
            ));
        };
        self.inner.outside.browser().open(&url).await?;
        Ok(())
    }

    /// Ends the wait of a sign-in. Nothing happens if none waits.
    pub async fn cancel_login(&self, node: String) -> Result<(), ErrorView> {
        if let Some(login) = self.inner.logins.of(&node) {
            login.cancel();
        }
        Ok(())
    }

    /// Deletes a token here, without telling the provider.
    pub async fn delete_token(&self, key: String) -> Result<(), ErrorView> {
        self.keeper().delete(&parsed(&key)?).await?;
        Ok(())
    }

    /// The key of the token that a node sends, as in the list; `None` while its settings are not complete. Unlike
    /// looking at the card this does not count as using the token.
    pub async fn token_key(&self, node: String) -> Result<Option<String>, ErrorView> {
        let draft = self.draft_at_rest(&node).await?;
        Ok(self.demand_in(draft).await.ok().map(|demand| demand.key().to_string()))
    }

    /// Whether what a sign-in brings can be kept: asked before a person is sent to a provider in vain.
    ///
    /// # Errors
    /// What stands in the way of the vault's key.
    pub async fn open_vault(&self) -> Result<(), ErrorView> {
        self.door().open().await?;
        Ok(())
    }

    /// All stored tokens, in the order in which they were obtained. Those that cannot be decrypted are there too, with
    /// the reason and without their names.
    pub async fn list_tokens(&self) -> Result<Vec<TokenView>, ErrorView> {
        let environments = self.database().environments().list(self.workspace()).await?;
        let named =
            |id: &str| environments.iter().find(|one| one.id.as_str() == id).map(|one| one.name.clone());
        let (readable, why_not) = match self.keeper().list().await {
            Ok(readable) => (readable, None),
            Err(failure) if failure.code == Code::KeyStore => (Vec::new(), Some(failure.message)),
            Err(failure) => return Err(failure.into()),
        };
        let readable: HashMap<TokenKey, StoredTokens> = readable.into_iter().collect();
        let all = self.database().token_sets().list().await?;
        Ok(all
            .iter()
            .map(|sealed| match readable.get(&sealed.key) {
                Some(stored) => self.token_view(&sealed.key, stored, named(&stored.origin.environment)),
                None => unreadable(sealed, named(&sealed.environment), why_not.as_deref()),
            })
            .collect())
    }

    /// A token's text, because the person asked to see or copy it.
    pub async fn reveal_token(&self, key: String, part: TokenPart) -> Result<String, ErrorView> {
        let key = parsed(&key)?;
        let all = self.keeper().list().await?;
        let stored = all.into_iter().find(|(known, _)| *known == key).map(|(_, stored)| stored.tokens);
        let token = stored.and_then(|tokens| match part {
            TokenPart::AccessToken => tokens.access_token,
            TokenPart::IdToken => tokens.id_token,
            TokenPart::RefreshToken => tokens.refresh_token,
        });
        token.map(|token| token.expose().to_owned()).ok_or_else(|| {
            ErrorView::plain(
                "usage",
                "There is no such token",
                "It was deleted, or the provider sent none of this kind.",
                "Get a new token; for an ID token ask for the scope openid.",
            )
        })
    }

    /// Reads the metadata of the issuer that is set for this node.
    pub async fn discover(&self, node: String) -> Result<DiscoveryView, ErrorView> {
        let demand = self.demand(&node).await?;
        let recording = self.record_flow(&node, &demand.key());
        let server = self.keeper().discover(&demand.config, recording).await?;
        let metadata = server.metadata();
        let text = |name: &str| metadata.and_then(|metadata| metadata.text(name)).map(str::to_owned);
        let list = |name: &str| {
            let listed = metadata.and_then(|metadata| metadata.list(name)).unwrap_or_default();
            listed.into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        let endpoints =
            DISCOVERED.iter().filter_map(|name| Some(((*name).to_owned(), text(name)?))).collect();
        Ok(DiscoveryView {
            issuer: text("issuer").unwrap_or_default(),
            endpoints,
            scopes_supported: list("scopes_supported"),
            grant_types_supported: list("grant_types_supported"),
            client_authentication_supported: list("token_endpoint_auth_methods_supported"),
            pkce_supported: list("code_challenge_methods_supported"),
        })
    }

    /// The card after an action: with its failure, until the next one.
    pub(crate) async fn conclude(
        &self,
        node: &str,
        ended: Result<(), Failure>,
    ) -> Result<TokenCardView, ErrorView> {
        if let Err(failure) = ended
            && failure.code != Code::Cancelled
        {
            self.inner.failures.set(node, failure);
        }
        self.inner.listener.flow_changed(FlowChanged { node: node.to_owned() });
        self.token_card(node.to_owned()).await
    }

    pub(crate) fn record_flow(&self, node: &str, key: &TokenKey) -> Arc<Recording> {
        let (listener, node) = (Arc::clone(&self.inner.listener), node.to_owned());
        self.inner.flows.record(key, move || listener.flow_changed(FlowChanged { node: node.clone() }))
    }

    /// A row of the list. Its own config is not at hand, so the usual margin decides between valid and expiring.
    fn token_view(&self, key: &TokenKey, stored: &StoredTokens, environment: Option<String>) -> TokenView {
        let status = match self.inner.watched.demand_of(key) {
            Some(demand) => self.keeper().status(&demand, Some(stored)),
            None => stored.status(&usual_config(), self.now()),
        };
        TokenView {
            key: key.to_string(),
            name: stored.origin.token_name.clone(),
            client_id: stored.origin.client_id.clone(),
            provider: stored.origin.provider.clone(),
            grant: stored.origin.grant.clone(),
            scope: stored.origin.scope.clone(),
            environment,
            status: status.into(),
            reason: reason(stored),
            obtained_at: stored.tokens.obtained_at,
            expires_at: stored.tokens.expires_at,
            has_refresh_token: stored.tokens.refresh_token.is_some(),
            last_used_at: self.inner.watched.used_at(key),
        }
    }
}

/// The endpoints that discovery can fill in, by their names in metadata and in the auth config alike.
const DISCOVERED: [&str; 11] = [
    "authorization_endpoint",
    "token_endpoint",
    "device_authorization_endpoint",
    "pushed_authorization_request_endpoint",
    "backchannel_authentication_endpoint",
    "registration_endpoint",
    "jwks_uri",
    "userinfo_endpoint",
    "introspection_endpoint",
    "revocation_endpoint",
    "end_session_endpoint",
];

pub(crate) fn usual_config() -> AuthConfig {
    AuthConfig::from_json(&serde_json::json!({ "grant": "authorization_code" }))
        .expect("a config with a grant and nothing else is complete")
}

/// A row for a token set whose text nobody here can read: it can still be told from the others, and deleted.
fn unreadable(sealed: &SealedTokens, environment: Option<String>, why: Option<&str>) -> TokenView {
    let why = why.unwrap_or("It was sealed with another key, or its bytes were changed");
    TokenView {
        key: sealed.key.to_string(),
        name: "Locked".to_owned(),
        client_id: String::new(),
        provider: String::new(),
        grant: String::new(),
        scope: String::new(),
        environment,
        status: StatusView::None,
        reason: Some(format!("It cannot be decrypted. {why}.")),
        obtained_at: sealed.obtained_at,
        expires_at: None,
        has_refresh_token: false,
        last_used_at: None,
    }
}

pub(crate) fn parsed(key: &str) -> Result<TokenKey, ErrorView> {
    TokenKey::parse(key).ok_or_else(|| {
        ErrorView::plain(
            "usage",
            "This is no token",
            "Its key is malformed.",
            "Choose a token from the list.",
        )
    })
}

impl From<Status> for StatusView {
    fn from(status: Status) -> Self {
        match status {
            Status::None => Self::None,
            Status::Valid => Self::Valid,
            Status::Expiring => Self::Expiring,
            Status::Expired => Self::Expired,
            Status::Refreshing => Self::Refreshing,
            Status::Failed => Self::Failed,
            Status::SignInNeeded => Self::SignInNeeded,
        }
    }
}

/// The last failure of each node's card, until it is tried again.
#[derive(Default)]
pub(crate) struct Failures(std::sync::Mutex<HashMap<String, Failure>>);

impl Failures {
    pub(crate) fn set(&self, node: &str, failure: Failure) {
        self.lock().insert(node.to_owned(), failure);
    }

    pub(crate) fn clear(&self, node: &str) {
        self.lock().remove(node);
    }

    pub(crate) fn of(&self, node: &str) -> Option<Failure> {
        self.lock().get(node).cloned()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Failure>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
