//! What a case may replace.

use std::{fmt, sync::Arc};

use serde_json::{Map, Value};

use super::{honest::Honest, keys::Signing};
use crate::http::{Answer, Request};

type Step = Arc<dyn Fn(&Turn<'_>) -> Answer + Send + Sync>;
type Forge = Arc<dyn Fn(&mut IdToken) + Send + Sync>;

/// One way to misbehave. The default is none.
#[derive(Clone, Default)]
pub struct Case {
    discovery: Option<Step>,
    jwks: Option<Step>,
    authorization: Option<Step>,
    device: Option<Step>,
    token: Option<Step>,
    refresh: Option<Step>,
    userinfo: Option<Step>,
    api: Option<Step>,
    id_token: Option<Forge>,
}

/// One request that is about to be answered.
pub struct Turn<'a> {
    pub request: &'a Request,
    pub(super) honest: &'a Honest,
    id_token: Option<&'a Forge>,
}

/// An ID token before it is signed, as an honest provider would sign it.
#[derive(Clone, Debug)]
pub struct IdToken {
    pub header: Map<String, Value>,
    pub claims: Map<String, Value>,
    pub signing: Signing,
    /// Seconds since 1970 at the provider.
    pub now: u64,
}

impl Case {
    #[must_use]
    pub fn discovery(mut self, step: impl Fn(&Turn<'_>) -> Answer + Send + Sync + 'static) -> Self {
        self.discovery = Some(Arc::new(step));
        self
    }

    #[must_use]
    pub fn jwks(mut self, step: impl Fn(&Turn<'_>) -> Answer + Send + Sync + 'static) -> Self {
        self.jwks = Some(Arc::new(step));
        self
    }

    #[must_use]
    pub fn authorization(mut self, step: impl Fn(&Turn<'_>) -> Answer + Send + Sync + 'static) -> Self {
        self.authorization = Some(Arc::new(step));
        self
    }

    #[must_use]
    pub fn device(mut self, step: impl Fn(&Turn<'_>) -> Answer + Send + Sync + 'static) -> Self {
        self.device = Some(Arc::new(step));
        self
    }

    /// Replaces the answer to every token request, refreshes included unless [`Case::refresh`] replaces those.
    #[must_use]
    pub fn token(mut self, step: impl Fn(&Turn<'_>) -> Answer + Send + Sync + 'static) -> Self {
        self.token = Some(Arc::new(step));
        self
    }

    /// Replaces the answer to token requests with `grant_type=refresh_token` only.
    #[must_use]
    pub fn refresh(mut self, step: impl Fn(&Turn<'_>) -> Answer + Send + Sync + 'static) -> Self {
        self.refresh = Some(Arc::new(step));
        self
    }

    #[must_use]
    pub fn userinfo(mut self, step: impl Fn(&Turn<'_>) -> Answer + Send + Sync + 'static) -> Self {
        self.userinfo = Some(Arc::new(step));
        self
    }

    #[must_use]
    pub fn api(mut self, step: impl Fn(&Turn<'_>) -> Answer + Send + Sync + 'static) -> Self {
        self.api = Some(Arc::new(step));
        self
    }

    /// Changes every ID token before it is signed.
    #[must_use]
    pub fn id_token(mut self, forge: impl Fn(&mut IdToken) + Send + Sync + 'static) -> Self {
        self.id_token = Some(Arc::new(forge));
        self
    }

    /// Both ways at once; where the two replace the same thing, the other's holds.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            discovery: other.discovery.or(self.discovery),
            jwks: other.jwks.or(self.jwks),
            authorization: other.authorization.or(self.authorization),
            device: other.device.or(self.device),
            token: other.token.or(self.token),
            refresh: other.refresh.or(self.refresh),
            userinfo: other.userinfo.or(self.userinfo),
            api: other.api.or(self.api),
            id_token: other.id_token.or(self.id_token),
        }
    }

    pub(super) fn answer(&self, honest: &Honest, request: &Request) -> Answer {
        let turn = Turn { request, honest, id_token: self.id_token.as_ref() };
        let refreshing = request.form("grant_type").as_deref() == Some("refresh_token");
        let replaced = match request.path.as_str() {
            "/.well-known/openid-configuration" | "/.well-known/oauth-authorization-server" => {
                &self.discovery
            }
            "/jwks" => &self.jwks,
            "/authorize" => &self.authorization,
            "/device" => &self.device,
            "/token" if refreshing && self.refresh.is_some() => &self.refresh,
            "/token" => &self.token,
            "/me" => &self.userinfo,
            path if path.starts_with("/api/") => &self.api,
            _ => &None,
        };
        replaced.as_ref().map_or_else(|| turn.honest(), |step| step(&turn))
    }
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Case").finish_non_exhaustive()
    }
}

impl fmt::Debug for Turn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Turn").field("request", self.request).finish_non_exhaustive()
    }
}

impl Turn<'_> {
    /// What an honest provider answers. Codes and refresh tokens are used up by it.
    pub fn honest(&self) -> Answer {
        self.honest.answer(self.request, &|token| {
            if let Some(forge) = self.id_token {
                forge(token);
            }
        })
    }

    /// The honest answer, with its JSON object changed; a refusal stays as it is.
    pub fn altered(&self, change: impl FnOnce(&mut Map<String, Value>)) -> Answer {
        let mut answer = self.honest();
        if let Ok(Value::Object(mut object)) = serde_json::from_slice(&answer.body)
            && answer.status == 200
        {
            change(&mut object);
            answer.body = Value::Object(object).to_string().into_bytes();
        }
        answer
    }

    /// From now on signs with new keys, and publishes only those.
    pub fn rotate_keys(&self) {
        self.honest.rotate_keys();
    }

    /// The provider's own origin.
    pub fn issuer(&self) -> &str {
        self.honest.issuer()
    }
}
