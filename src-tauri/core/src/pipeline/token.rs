//! Step 2: the token, as far as it can be had without asking anybody, so that variables (and scripts) can read it.

use std::sync::Arc;

use gatepass_oauth::keeper::{Decision, SendTerms, TokenDemand};
use gatepass_oauth::ports::FlowObserver;
use gatepass_oauth::{AuthConfig, Failure};
use serde_json::{Map, Value};

use super::Pipeline;
use super::inherit::Inherited;
use super::oauth_names::{OauthNames, asks_for_tokens};
use super::verdict::Journal;
use crate::ports::{Progress, Stage};
use crate::template::{Builtin, Findings, FirstOf, Resolver, Scopes};
use crate::workspace::{Auth, AuthKind, ScriptEvent};

/// A request whose token is settled as far as it can be without a person.
pub(super) struct TokenReady {
    pub(super) inherited: Inherited,
    /// `None`: nothing was asked for yet, because the config names variables that only a script can still set.
    pub(super) token: Option<TokenState>,
}

pub(super) enum TokenState {
    /// Not OAuth 2.0.
    NotNeeded,
    Decided {
        demand: Box<TokenDemand>,
        decision: Decision,
    },
    /// The config or the token store stands in the way. It is told when the request would leave.
    Failed(Failure),
}

impl Pipeline {
    pub(super) async fn make_token_ready(
        &self,
        mut inherited: Inherited,
        terms: &SendTerms,
        progress: &(dyn Progress + 'static),
        journal: &mut Journal,
    ) -> TokenReady {
        inherited.started_at = Some(self.clock.now());
        // What a script may still change is asked for once more behind it, and told then.
        let provisional = self.runs_scripts(&inherited.draft, ScriptEvent::PreRequest);
        let (token, findings) = self.settle_token(&inherited, terms, progress, journal, provisional).await;
        if !provisional {
            journal.found(findings);
        }
        TokenReady { inherited, token }
    }

    /// The token as it can be had silently. `cautious`: none is asked for while a variable of the config has no value.
    pub(super) async fn settle_token(
        &self,
        inherited: &Inherited,
        terms: &SendTerms,
        progress: &(dyn Progress + 'static),
        journal: &mut Journal,
        cautious: bool,
    ) -> (Option<TokenState>, Findings) {
        if inherited.auth.kind != AuthKind::OAuth2 {
            return (Some(TokenState::NotNeeded), Findings::default());
        }
        progress.reached(Stage::Token);
        let (demand, findings) =
            self.demand(&inherited.auth, &inherited.scopes, &inherited.environment).await;
        if cautious && !findings.problems.is_empty() {
            return (None, findings);
        }
        let token = match demand {
            Ok(demand) => self.decide_silently(demand, terms, journal.observer()).await,
            Err(failure) => TokenState::Failed(failure),
        };
        (Some(token), findings)
    }

    async fn decide_silently(
        &self,
        demand: TokenDemand,
        terms: &SendTerms,
        observer: Arc<dyn FlowObserver>,
    ) -> TokenState {
        let silently = SendTerms { person: None, ..terms.clone() };
        match self.keeper.for_sending(&demand, &silently, observer).await {
            Ok(decision) => TokenState::Decided { demand: Box::new(demand), decision },
            Err(failure) => TokenState::Failed(failure),
        }
    }

    /// The auth config with its variables resolved, as a demand for a token.
    ///
    /// # Errors
    /// The config cannot be read, with the setting named.
    pub(super) async fn demand(
        &self,
        auth: &Auth,
        scopes: &Scopes,
        environment: &str,
    ) -> (Result<TokenDemand, Failure>, Findings) {
        let (mut params, mut findings) = self.resolve_params(&auth.params, scopes, None);
        if asks_for_tokens(&findings.problems) {
            // A token exchange, for one, takes its subject token from another named token.
            match OauthNames::named(&self.keeper, environment).await {
                Ok(names) => (params, findings) = self.resolve_params(&auth.params, scopes, Some(&names)),
                Err(failure) => return (Err(failure), findings),
            }
        }
        let config = AuthConfig::from_json(&Value::Object(params));
        (config.map(|config| TokenDemand { config, environment: environment.to_owned() }), findings)
    }

    pub(super) fn resolve_params(
        &self,
        params: &Map<String, Value>,
        scopes: &Scopes,
        names: Option<&OauthNames>,
    ) -> (Map<String, Value>, Findings) {
        let builtin = self.builtin();
        let with_names: [&dyn crate::template::Dynamic; 2];
        let dynamic: &[&dyn crate::template::Dynamic] = match names {
            Some(names) => {
                with_names = [names, &builtin];
                &with_names
            }
            None => &[&builtin],
        };
        let dynamic = FirstOf(dynamic);
        let mut resolver = Resolver::new(scopes, &dynamic);
        let params = params
            .iter()
            .map(|(name, value)| (name.clone(), resolve_value(value, &format!("auth {name}"), &mut resolver)))
            .collect();
        (params, resolver.finish())
    }

    pub(super) fn builtin(&self) -> Builtin<'_> {
        Builtin { clock: self.clock.as_ref(), randomness: self.randomness.as_ref() }
    }
}

/// Every text in the value resolved; names of members stay as they are.
pub(super) fn resolve_value(value: &Value, place: &str, resolver: &mut Resolver<'_>) -> Value {
    match value {
        Value::String(text) => Value::String(resolver.resolve(text, place).into_owned()),
        Value::Array(items) => items.iter().map(|item| resolve_value(item, place, resolver)).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), resolve_value(value, place, resolver)))
            .collect::<Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}
