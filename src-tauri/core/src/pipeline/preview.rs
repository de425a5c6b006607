//! What the next send will do about authorization, told beforehand. Nothing leaves for it.

use gatepass_oauth::config::{SendIn, UseToken};
use gatepass_oauth::keeper::{HeldReason, TokenDemand};
use gatepass_oauth::token_set::StoredTokens;
use gatepass_oauth::{AuthConfig, Failure, Secret, Status};

use super::inherit::inherit;
use super::{Draft, Pipeline};
use crate::template::{FirstOf, Resolver};
use crate::workspace::{Auth, AuthKind};

/// What the next send will do about authorization. It shows no secret.
#[derive(Debug, Clone, PartialEq)]
pub enum WillSend {
    /// No authorization is set.
    Nothing,
    /// This is attached.
    Credential {
        place: CredentialPlace,
        /// Header, query parameter or body field.
        name: String,
        /// `Bearer eyJ…x3Q`.
        preview: String,
        /// The token set's name and which of its tokens, for OAuth 2.0.
        token: Option<(String, UseToken)>,
    },
    /// The token is renewed first, then sent.
    RefreshFirst { token_name: String },
    /// There is no token yet; it is obtained first, without a person.
    ObtainFirst { token_name: String },
    /// The request is held back.
    HeldBack { token_name: String, reason: HeldReason },
    /// Config or token store stand in the way.
    NotReady(Failure),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialPlace {
    Header,
    Query,
    Body,
}

impl Pipeline {
    /// What sending this draft would do about authorization, as things stand.
    pub async fn will_send(&self, draft: Draft) -> WillSend {
        let inherited = inherit(draft);
        if inherited.auth.kind != AuthKind::OAuth2 {
            let builtin = self.builtin();
            let dynamic = FirstOf(&[&builtin]);
            let mut resolver = Resolver::new(&inherited.scopes, &dynamic);
            return of_other(&inherited.auth, |text| resolver.resolve(text, "auth").into_owned());
        }
        match self.demand(&inherited.auth, &inherited.scopes, &inherited.environment).await.0 {
            Err(failure) => WillSend::NotReady(failure),
            Ok(demand) => match self.keeper.show(&demand).await {
                Err(failure) => WillSend::NotReady(failure),
                Ok(stored) => {
                    let status = self.keeper.status(&demand, stored.as_ref());
                    of_oauth2(&demand.config, stored.as_ref(), status)
                }
            },
        }
    }

    /// The demand of a draft: the token set that its authorization means; `None` if that is not OAuth 2.0.
    ///
    /// # Errors
    /// The config cannot be read, with the setting named.
    pub async fn demand_of(&self, draft: Draft) -> Result<Option<TokenDemand>, Failure> {
        let inherited = inherit(draft);
        if inherited.auth.kind != AuthKind::OAuth2 {
            return Ok(None);
        }
        let (demand, _) = self.demand(&inherited.auth, &inherited.scopes, &inherited.environment).await;
        demand.map(Some)
    }
}

fn of_oauth2(config: &AuthConfig, stored: Option<&StoredTokens>, status: Status) -> WillSend {
    let token_name = config.token_name.clone();
    let interactive = config.grant.is_interactive();
    let Some(stored) = stored.filter(|_| status != Status::None) else {
        return if config.auto_refresh && !interactive {
            WillSend::ObtainFirst { token_name }
        } else {
            WillSend::HeldBack { token_name, reason: HeldReason::NoToken }
        };
    };
    let silent = config.auto_refresh && (stored.tokens.refresh_token.is_some() || !interactive);
    match status {
        Status::SignInNeeded => WillSend::HeldBack { token_name, reason: HeldReason::SignInNeeded },
        Status::Expired | Status::Expiring | Status::Refreshing if silent => {
            WillSend::RefreshFirst { token_name }
        }
        Status::Expired if config.auto_refresh => {
            WillSend::HeldBack { token_name, reason: HeldReason::SignInNeeded }
        }
        Status::Expired => WillSend::HeldBack { token_name, reason: HeldReason::Expired },
        _ => of_token(config, stored, token_name),
    }
}

fn of_token(config: &AuthConfig, stored: &StoredTokens, token_name: String) -> WillSend {
    let token = match config.use_token {
        UseToken::AccessToken => stored.tokens.access_token.as_ref(),
        UseToken::IdToken => stored.tokens.id_token.as_ref(),
    };
    let Some(token) = token else {
        let reason = match config.use_token {
            UseToken::AccessToken => HeldReason::NoToken,
            UseToken::IdToken => HeldReason::NoIdToken,
        };
        return WillSend::HeldBack { token_name, reason };
    };
    let unsound = config.use_token == UseToken::IdToken && !stored.tokens.id_token_is_sound();
    if unsound && !config.allow_invalid_id_token {
        return WillSend::HeldBack { token_name, reason: HeldReason::IdTokenInvalid };
    }
    let (place, name, preview) = match config.send_in {
        SendIn::Header => {
            let prefix = config.header_prefix.trim();
            let preview = format!("{prefix} {}", token.preview());
            (CredentialPlace::Header, &config.header_name, preview.trim_start().to_owned())
        }
        SendIn::Query => (CredentialPlace::Query, &config.parameter_name, token.preview()),
        SendIn::Body => (CredentialPlace::Body, &config.parameter_name, token.preview()),
    };
    WillSend::Credential { place, name: name.clone(), preview, token: Some((token_name, config.use_token)) }
}

fn of_other(auth: &Auth, mut resolved: impl FnMut(&str) -> String) -> WillSend {
    let header = |preview: String| WillSend::Credential {
        place: CredentialPlace::Header,
        name: "Authorization".to_owned(),
        preview,
        token: None,
    };
    let preview = |value: String| Secret::new(value).preview();
    match auth.kind {
        AuthKind::NoAuth | AuthKind::OAuth2 => WillSend::Nothing,
        AuthKind::Bearer => match resolved(auth.text("token")) {
            token if token.trim().is_empty() => WillSend::Nothing,
            token => header(format!("Bearer {}", preview(token))),
        },
        AuthKind::Basic => match resolved(auth.text("username")) {
            username if username.is_empty() && auth.text("password").is_empty() => WillSend::Nothing,
            username => header(format!("Basic {username}:•••")),
        },
        AuthKind::ApiKey => match resolved(auth.text("key")) {
            name if name.trim().is_empty() => WillSend::Nothing,
            name => WillSend::Credential {
                place: if auth.text("in") == "query" {
                    CredentialPlace::Query
                } else {
                    CredentialPlace::Header
                },
                name,
                preview: preview(resolved(auth.text("value"))),
                token: None,
            },
        },
        AuthKind::Jwt if auth.text("addTokenTo") == "queryParam" => WillSend::Credential {
            place: CredentialPlace::Query,
            name: Some(auth.text("queryParamKey"))
                .filter(|name| !name.is_empty())
                .unwrap_or("token")
                .to_owned(),
            preview: "a token signed for this request".to_owned(),
            token: None,
        },
        AuthKind::Jwt | AuthKind::Asap => header("Bearer (a token signed for this request)".to_owned()),
        AuthKind::Digest => {
            header(format!("Digest {}:•••, once the API asks for it", resolved(auth.text("username"))))
        }
        AuthKind::Ntlm => {
            header(format!("NTLM {}:•••, once the API asks for it", resolved(auth.text("username"))))
        }
        AuthKind::OAuth1 => header("OAuth (a signature of this request)".to_owned()),
        AuthKind::AwsV4 => header("AWS4-HMAC-SHA256 (a signature of this request)".to_owned()),
        AuthKind::Hawk => header("Hawk (a signature of this request)".to_owned()),
        AuthKind::EdgeGrid => header("EG1-HMAC-SHA256 (a signature of this request)".to_owned()),
    }
}
