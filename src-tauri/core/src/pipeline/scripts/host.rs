//! Who answers the scripts: the same transport and keeper that the request itself uses.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use gatepass_oauth::keeper::{Decision, SendTerms, TokenDemand};
use gatepass_oauth::ports::FlowObserver;
use gatepass_oauth::token_set::StoredTokens;
use gatepass_oauth::{Failure, Secret};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use url::Url;

use super::super::inherit::Inherited;
use super::super::{Draft, Outcome, Pipeline, ScriptPermission};
use super::job;
use crate::ports::{ScriptHost, Unwatched};
use crate::scripting::{
    Answer, CookieCall, OauthCall, Question, Refusal, ScriptCookie, ScriptRequest, VaultCall,
};
use crate::template::Dynamic;
use crate::workspace::{Auth, AuthKind, Body, Definition, FormPart};

/// Answers the scripts of one event of one request.
pub(super) struct Host<'a> {
    pipeline: &'a Pipeline,
    inherited: &'a Inherited,
    terms: SendTerms,
    observer: Arc<dyn FlowObserver>,
    /// The token set that the request's own auth means, if it is OAuth 2.0 and its config is complete.
    demand: Option<TokenDemand>,
    stored: Option<StoredTokens>,
    /// What the scripts have seen and nobody else may.
    secrets: Mutex<Vec<Secret>>,
}

impl<'a> Host<'a> {
    pub(super) async fn new(
        pipeline: &'a Pipeline,
        inherited: &'a Inherited,
        terms: &SendTerms,
        observer: Arc<dyn FlowObserver>,
    ) -> Self {
        let demand = match inherited.auth.kind {
            AuthKind::OAuth2 => {
                pipeline.demand(&inherited.auth, &inherited.scopes, &inherited.environment).await.0.ok()
            }
            _ => None,
        };
        let stored = match &demand {
            Some(demand) => pipeline.keeper.show(demand).await.ok().flatten(),
            None => None,
        };
        // A script never has anybody sign in.
        let terms = SendTerms { person: None, ..terms.clone() };
        let host = Self { pipeline, inherited, terms, observer, demand, stored, secrets: Mutex::default() };
        if let Some(stored) = &host.stored {
            host.has_seen(stored);
        }
        host.secrets().extend(inherited.scopes.secrets().map(Secret::from));
        host
    }

    /// The auth as scripts see it, with the tokens that there are.
    pub(super) fn shown_auth(&self, auth: &Auth) -> Auth {
        let mut shown = auth.clone();
        if let Some(stored) = &self.stored {
            let [access_token, id_token] = job::TOKEN_PARAMETERS;
            if let Some(token) = &stored.tokens.access_token {
                shown.params.insert(access_token.to_owned(), token.expose().into());
            }
            if let Some(token) = &stored.tokens.id_token {
                shown.params.insert(id_token.to_owned(), token.expose().into());
            }
        }
        shown
    }

    pub(super) fn into_secrets(self) -> Vec<Secret> {
        self.secrets.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn has_seen(&self, stored: &StoredTokens) {
        let tokens = [&stored.tokens.access_token, &stored.tokens.id_token];
        self.secrets().extend(tokens.into_iter().flatten().cloned());
    }

    fn secrets(&self) -> std::sync::MutexGuard<'_, Vec<Secret>> {
        self.secrets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `pm.sendRequest`: no variable is replaced in it, and no script runs for it.
    async fn send(&self, request: ScriptRequest) -> Result<Answer, Refusal> {
        if sends_files(&request.request.body) {
            return Err(Refusal::new(
                "unsupported",
                "pm.sendRequest cannot send files: scripts have no access to them",
            ));
        }
        let auth = Some(request.auth.unwrap_or_else(|| Auth::new(AuthKind::NoAuth)));
        let definition = Definition { request: Some(request.request), auth, ..Definition::default() };
        let mut draft = Draft::new("pm.sendRequest", Arc::new(definition));
        draft.scripts = ScriptPermission::SwitchedOff;
        draft.settings = self.inherited.settings.clone();
        // Its auth may name the tokens of the environment that holds here.
        draft.environment.clone_from(&self.inherited.draft.environment);
        let pipeline = Pipeline { scripting: None, recorder: None, ..self.pipeline.clone() };
        let verdict = pipeline.send(draft, &self.terms, &Unwatched, Arc::clone(&self.observer)).await;
        match verdict.outcome {
            Outcome::Answered(exchange) => Ok(Answer::Response(Box::new(job::response(&exchange)))),
            Outcome::HeldBack(held) => Err(Refusal::new("sign_in_needed", held.message)),
            Outcome::Skipped => Err(Refusal::new("network", "The request was not sent")),
            Outcome::Failed(trouble) => Err(Refusal::new("network", trouble.to_string())),
        }
    }

    async fn oauth(&self, call: OauthCall, name: Option<&str>) -> Result<Answer, Refusal> {
        let demand = self.demand_named(name).await?;
        let keeper = &self.pipeline.keeper;
        let observer = Arc::clone(&self.observer);
        let stored = match call {
            OauthCall::GetToken => {
                match keeper.for_sending(&demand, &self.terms, observer).await.map_err(refused)? {
                    Decision::Send(_) | Decision::SendWithout { .. } => {}
                    Decision::HeldBack(held) => return Err(Refusal::new("sign_in_needed", held.message)),
                }
                keeper.show(&demand).await.map_err(refused)?
            }
            OauthCall::RefreshToken => Some(keeper.refresh(&demand, observer).await.map_err(refused)?),
            OauthCall::RevokeToken => {
                let ended = keeper.revoke(&demand, observer).await.map_err(refused)?;
                return Ok(Answer::Value(json!({
                    "done": true, "revoked_at_provider": ended.revoked_at_provider, "notices": ended.notices,
                })));
            }
        };
        match stored {
            Some(stored) => {
                self.has_seen(&stored);
                Ok(Answer::Value(shown_tokens(&stored)))
            }
            None => Err(Refusal::new("sign_in_needed", "There is no token yet")),
        }
    }

    /// The token set of that name: of the request's auth, of an auth above it, or of the same config under that name.
    async fn demand_named(&self, name: Option<&str>) -> Result<TokenDemand, Refusal> {
        let own = self.demand.as_ref();
        let Some(name) = name else {
            return own.cloned().ok_or_else(|| {
                Refusal::new("configuration", "This request does not use OAuth 2.0: name the token to use")
            });
        };
        if let Some(own) = own.filter(|own| own.config.token_name == name) {
            return Ok(own.clone());
        }
        let above = self.inherited.draft.ancestors.iter();
        for auth in above.filter_map(|above| above.definition.auth.as_ref()) {
            if auth.kind != AuthKind::OAuth2 {
                continue;
            }
            let demand =
                self.pipeline.demand(auth, &self.inherited.scopes, &self.inherited.environment).await.0;
            if let Ok(demand) = demand
                && demand.config.token_name == name
            {
                return Ok(demand);
            }
        }
        let mut demand = own.cloned().ok_or_else(|| {
            Refusal::new("configuration", format!("No authorization here has a token named “{name}”"))
        })?;
        demand.config.token_name = name.to_owned();
        Ok(demand)
    }

    fn cookies(
        &self,
        call: CookieCall,
        url: &str,
        cookie: Option<ScriptCookie>,
        name: Option<&str>,
    ) -> Result<Answer, Refusal> {
        let jar = self.pipeline.scripting.as_ref().and_then(|scripting| scripting.cookies.as_ref());
        let Some(jar) = jar else {
            return Err(Refusal::new("unsupported", "There is no cookie jar here"));
        };
        let url = Url::parse(url).or_else(|_| Url::parse(&format!("http://{url}"))).map_err(|error| {
            Refusal::new("usage", format!("Cookies belong to a URL, and “{url}” is none: {error}"))
        })?;
        match call {
            CookieCall::List => Ok(Answer::Value(json!(jar.list(&url)))),
            change => jar.change(&url, change, cookie, name).map(|()| Answer::Value(Value::Null)),
        }
    }
}

#[async_trait]
impl ScriptHost for Host<'_> {
    async fn answer(&self, question: Question) -> Result<Answer, Refusal> {
        match question {
            Question::SendRequest { request } => self.send(*request).await,
            Question::Oauth { call, name } => self.oauth(call, name.as_deref()).await,
            Question::Cookies { call, url, cookie, name } => {
                self.cookies(call, &url, cookie, name.as_deref())
            }
            Question::Vault { call: VaultCall::Get, .. } => Ok(Answer::Value(Value::Null)),
            Question::Vault { .. } => Err(Refusal::new(
                "unsupported",
                "The vault cannot be written from scripts: keep secrets in secret variables",
            )),
            Question::Dynamic { name } => {
                let value = self.pipeline.builtin().value(&name);
                Ok(Answer::Value(value.map_or(Value::Null, |value| value.text.into())))
            }
        }
    }
}

/// What a script gets of a token set, with the names that `gatepass token` prints. No refresh token.
fn shown_tokens(stored: &StoredTokens) -> Value {
    let tokens = &stored.tokens;
    let at = |millis: i64| {
        let at = OffsetDateTime::from_unix_timestamp(millis.div_euclid(1000)).ok()?;
        at.format(&Rfc3339).ok()
    };
    json!({
        "name": stored.origin.token_name,
        "token_type": tokens.token_type,
        "access_token": tokens.access_token.as_ref().map(|token| token.expose().to_owned()),
        "id_token": tokens.id_token.as_ref().map(|token| token.expose().to_owned()),
        "scope": tokens.scope,
        "obtained_at": at(tokens.obtained_at),
        "expires_at": tokens.expires_at.and_then(at),
    })
}

fn refused(failure: Failure) -> Refusal {
    let code = serde_json::to_value(failure.code).ok();
    let code = code.and_then(|code| code.as_str().map(str::to_owned)).unwrap_or_default();
    Refusal::new(code, format!("{} {}", failure.message, failure.next_step))
}

fn sends_files(body: &Body) -> bool {
    match body {
        Body::File { .. } => true,
        Body::FormData { fields } => fields.iter().any(|field| matches!(field.part, FormPart::Files(_))),
        _ => false,
    }
}
