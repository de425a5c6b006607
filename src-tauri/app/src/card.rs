//! The token card: everything that is shown of the token that a node sends, and the line that says what the next
//! Send will do.

use gatepass_core::pipeline::{CredentialPlace, WillSend};
use gatepass_core::workspace::AuthKind;
use gatepass_oauth::config::UseToken;
use gatepass_oauth::keeper::{HeldReason, TokenDemand};
use gatepass_oauth::lint::lint;
use gatepass_oauth::token_set::StoredTokens;
use gatepass_oauth::{AuthConfig, Secret};
use serde_json::{Map, Value};

use crate::App;
use crate::dto::{
    AdviceView, CheckView, ClaimView, ErrorView, FlowStepView, NodeHealth, StatusView, TokenCardView, Tone,
    WillSendView,
};
use crate::source::Surrounding;
use crate::token_report::{claims_of, reason};

/// More configs than this are not looked at for the tree: it is drawn often.
const HEALTH_LIMIT: usize = 500;

/// Claims that are moments (RFC 7519 §4.1, OpenID Connect Core §2), in seconds since 1970.
const TIMES: [&str; 5] = ["exp", "iat", "nbf", "auth_time", "updated_at"];

impl App {
    /// The card of a node whose effective auth is OAuth 2.0. Looking at it counts as using the token.
    pub async fn token_card(&self, node: String) -> Result<TokenCardView, ErrorView> {
        let lineage = self.lineage(&node).await?;
        let read = async {
            let draft = self.draft_in(&lineage, &self.surrounding().await?).await?;
            let demand = self.demand_in(draft.clone()).await?;
            let stored = self.keeper().show(&demand).await?;
            Ok::<_, ErrorView>((draft, demand, stored))
        };
        let (draft, demand, stored) = match read.await {
            Ok(read) => read,
            Err(problem) => return Ok(unreadable(problem)),
        };
        if stored.is_some() {
            self.inner.watched.look_at(&demand, &node);
            self.keeper().watch(&demand);
        }
        let will_send = in_words(self.pipeline().will_send(draft).await);
        Ok(self.card(&node, &demand, stored.as_ref(), will_send))
    }

    /// What the next Send of a node will do, whatever its kind of auth.
    pub async fn will_send(&self, node: String) -> Result<WillSendView, ErrorView> {
        let lineage = self.lineage(&node).await?;
        let surrounding = self.surrounding().await;
        let draft = match surrounding {
            Ok(surrounding) => self.draft_in(&lineage, &surrounding).await,
            Err(problem) => Err(problem),
        };
        Ok(match draft {
            Ok(draft) => in_words(self.pipeline().will_send(draft).await),
            Err(problem) => will_not_send(problem.message),
        })
    }

    /// The health of each node that carries an OAuth 2.0 config of its own, in tree order.
    pub async fn tree_health(&self) -> Result<Vec<NodeHealth>, ErrorView> {
        let nodes = self.database().nodes().tree(self.workspace()).await?;
        let owners = nodes.iter().filter(|node| node.auth == Some(AuthKind::OAuth2)).take(HEALTH_LIMIT);
        // A vault that does not open does not open for any of them.
        let surrounding = self.surrounding().await.ok();
        let mut health = Vec::new();
        for node in owners {
            let node = node.id.to_string();
            let demand = match &surrounding {
                Some(surrounding) => self.demand_at_rest(&node, surrounding).await,
                None => None,
            };
            let stored = match &demand {
                Some(demand) => self.keeper().show(demand).await.ok().flatten(),
                None => None,
            };
            health.push(match demand {
                None => NodeHealth { node, token_key: None, status: StatusView::None },
                Some(demand) => {
                    if stored.is_some() {
                        self.inner.watched.remember(&demand);
                    }
                    let status = self.keeper().status(&demand, stored.as_ref()).into();
                    NodeHealth { node, token_key: Some(demand.key().to_string()), status }
                }
            });
        }
        Ok(health)
    }

    async fn demand_at_rest(&self, node: &str, surrounding: &Surrounding) -> Option<TokenDemand> {
        let lineage = self.lineage(node).await.ok()?;
        let draft = self.draft_in(&lineage, surrounding).await.ok()?;
        self.pipeline().demand_of(draft).await.ok().flatten()
    }

    fn card(
        &self,
        node: &str,
        demand: &TokenDemand,
        stored: Option<&StoredTokens>,
        will_send: WillSendView,
    ) -> TokenCardView {
        let config = &demand.config;
        let key = demand.key();
        let status = self.keeper().status(demand, stored);
        let tokens = stored.map(|stored| &stored.tokens);
        let granted = scopes(tokens.and_then(|tokens| tokens.scope.as_deref()));
        let missing = match tokens {
            Some(_) => config
                .scopes()
                .filter(|asked| !granted.iter().any(|got| got == asked))
                .map(str::to_owned)
                .collect(),
            None => Vec::new(),
        };
        let id_token = tokens.and_then(|tokens| tokens.id_token.as_ref());
        let access_token = tokens.and_then(|tokens| tokens.access_token.as_ref());
        let expires_at = stored.and_then(|stored| stored.expires_at_of_used(config));
        TokenCardView {
            token_key: Some(key.to_string()),
            problem: None,
            name: config.token_name.clone(),
            status: status.into(),
            reason: stored.and_then(reason),
            token_type: tokens.map(|tokens| tokens.token_type.clone()),
            obtained_at: tokens.map(|tokens| tokens.obtained_at),
            expires_at,
            renews_at: renews_at(config, stored, expires_at),
            missing_scopes: missing,
            granted_scopes: granted,
            has_refresh_token: tokens.is_some_and(|tokens| tokens.refresh_token.is_some()),
            has_id_token: id_token.is_some(),
            no_id_token_reason: no_id_token_reason(config, stored),
            use_token: config.use_token.as_str().to_owned(),
            auto_refresh: config.auto_refresh,
            access_token_preview: access_token.map(Secret::preview),
            id_token_preview: id_token.map(Secret::preview),
            id_token_claims: tokens.map(|tokens| claim_views(&tokens.id_token_claims())).unwrap_or_default(),
            id_token_checks: tokens
                .map(|tokens| tokens.id_token_checks.iter().map(CheckView::from).collect())
                .unwrap_or_default(),
            access_token_claims: access_token.map(|token| claim_views(&claims_of(token))).unwrap_or_default(),
            notices: tokens.map(|tokens| tokens.notices.clone()).unwrap_or_default(),
            flow: self.inner.flows.of(&key).iter().map(FlowStepView::from).collect(),
            will_send,
            waiting: self.inner.logins.of(node).and_then(|login| login.view()),
            failure: self.inner.failures.of(node).map(ErrorView::from),
            // With what is known of the provider already; drawing a card asks nobody.
            advice: lint(config, self.keeper().known_server(config).as_ref())
                .into_iter()
                .map(AdviceView::from)
                .collect(),
        }
    }
}

/// When the background renewal will act; `None` where it will not.
fn renews_at(config: &AuthConfig, stored: Option<&StoredTokens>, expires_at: Option<i64>) -> Option<i64> {
    let (stored, expires_at) = (stored?, expires_at?);
    let renewable = stored.tokens.refresh_token.is_some() || !config.grant.is_interactive();
    let well = matches!(stored.standing, gatepass_oauth::token_set::Standing::Good);
    let lifetime = expires_at - stored.tokens.obtained_at;
    (config.auto_refresh && renewable && well).then(|| expires_at - config.refresh_margin_millis(lifetime))
}

fn no_id_token_reason(config: &AuthConfig, stored: Option<&StoredTokens>) -> Option<String> {
    match stored {
        Some(stored) if stored.tokens.id_token.is_some() => None,
        _ if !config.grant.is_interactive()
            && config.grant != gatepass_oauth::config::Grant::RefreshToken
            && config.username.is_none() =>
        {
            Some("Nobody signs in with this grant, so there is no ID token.".to_owned())
        }
        _ if !config.scopes().any(|scope| scope == "openid") => {
            Some("The scope openid is not asked for, so the provider sends no ID token.".to_owned())
        }
        Some(_) => Some("The provider sent no ID token.".to_owned()),
        None => Some("There is no token yet.".to_owned()),
    }
}

/// The line under the editor, in words. It is always true for the next Send.
fn in_words(will_send: WillSend) -> WillSendView {
    let line = |tone, lead: String, header: Option<String>, value: Option<String>, tail: String| {
        WillSendView { tone, lead, header, value, tail }
    };
    let sends = || "This request will send".to_owned();
    let authorization = || Some("Authorization".to_owned());
    match will_send {
        WillSend::Nothing => line(Tone::Calm, sends(), None, None, "no Authorization".to_owned()),
        WillSend::Credential { place, name, preview, token } => {
            let tail = match (token, place) {
                (Some((token_name, UseToken::AccessToken)), _) => format!("(access token “{token_name}”)"),
                (Some((token_name, UseToken::IdToken)), _) => format!("(ID token “{token_name}”)"),
                (None, CredentialPlace::Header) => String::new(),
                (None, CredentialPlace::Query | CredentialPlace::Body) => "(API key)".to_owned(),
            };
            let name = match place {
                CredentialPlace::Header => name,
                CredentialPlace::Query => format!("?{name}"),
                CredentialPlace::Body => format!("body field {name}"),
            };
            line(Tone::Calm, sends(), Some(name), Some(preview), tail)
        }
        WillSend::RefreshFirst { token_name } => line(
            Tone::Calm,
            format!("This request will refresh “{token_name}”, then send"),
            authorization(),
            None,
            String::new(),
        ),
        WillSend::ObtainFirst { token_name } => line(
            Tone::Calm,
            format!("This request will get “{token_name}”, then send"),
            authorization(),
            None,
            String::new(),
        ),
        WillSend::HeldBack { token_name, reason } => line(
            Tone::Warn,
            "This request will be held back:".to_owned(),
            None,
            None,
            format!("{} (“{token_name}”)", why(reason)),
        ),
        WillSend::NotReady(failure) => will_not_send(failure.message),
    }
}

fn will_not_send(why: String) -> WillSendView {
    let lead = "This request will not be sent:".to_owned();
    WillSendView { tone: Tone::Bad, lead, header: None, value: None, tail: why }
}

fn why(reason: HeldReason) -> &'static str {
    match reason {
        HeldReason::NoToken => "no token yet",
        HeldReason::Expired => "the token has expired and auto-refresh is off",
        HeldReason::SignInNeeded => "only a new sign-in helps",
        HeldReason::RenewalFailed => "the token has expired and could not be refreshed",
        HeldReason::NoIdToken => "there is no ID token",
        HeldReason::IdTokenInvalid => "the ID token failed a check",
        HeldReason::UnknownTokenType => "the token is of an unknown type",
    }
}

/// The card of a config that cannot be read: the problem, and nothing else.
fn unreadable(problem: ErrorView) -> TokenCardView {
    let tail = problem.message.clone();
    TokenCardView {
        token_key: None,
        problem: Some(problem),
        name: "default".to_owned(),
        status: StatusView::None,
        reason: None,
        token_type: None,
        obtained_at: None,
        expires_at: None,
        renews_at: None,
        granted_scopes: Vec::new(),
        missing_scopes: Vec::new(),
        has_refresh_token: false,
        has_id_token: false,
        no_id_token_reason: Some("There is no token yet.".to_owned()),
        use_token: UseToken::AccessToken.as_str().to_owned(),
        auto_refresh: true,
        access_token_preview: None,
        id_token_preview: None,
        id_token_claims: Vec::new(),
        id_token_checks: Vec::new(),
        access_token_claims: Vec::new(),
        notices: Vec::new(),
        flow: Vec::new(),
        will_send: will_not_send(tail),
        waiting: None,
        failure: None,
        advice: Vec::new(),
    }
}

pub(crate) fn claim_views(claims: &Map<String, Value>) -> Vec<ClaimView> {
    claims
        .iter()
        .map(|(name, value)| ClaimView {
            name: name.clone(),
            json: value.to_string(),
            time: TIMES
                .contains(&name.as_str())
                .then(|| value.as_f64())
                .flatten()
                .map(|seconds| (seconds * 1000.0) as i64),
        })
        .collect()
}

fn scopes(text: Option<&str>) -> Vec<String> {
    text.unwrap_or_default().split_whitespace().map(str::to_owned).collect()
}
