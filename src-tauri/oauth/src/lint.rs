//! A check of an auth config before anything is sent: what OAuth 2.1 removed or forbids, what the provider says it
//! does not support, and what most likely is an oversight.

use serde::Serialize;
use serde_json::Value;

use crate::authorization_server::AuthorizationServer;
use crate::config::{AuthConfig, Grant, Pkce, SendIn, UseToken};
use crate::failure::Fix;

mod support;

/// Something in an auth config that a person should know. It never stops a request.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Warning {
    /// The setting that it is about.
    pub setting: &'static str,
    pub kind: WarningKind,
    /// What is the matter, in one sentence.
    pub message: String,
    /// Why it matters, and what to do.
    pub reason: String,
    /// A change that settles it, offered as one click.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<Fix>,
}

/// Where a warning comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WarningKind {
    /// OAuth 2.1 or RFC 9700 removed or forbids it.
    Deprecated,
    /// The provider's metadata says that it is not supported there.
    Unsupported,
    /// It works, and most likely is not what is meant.
    Oversight,
}

/// All warnings about a config; with the provider's metadata, also about what it does not support.
pub fn lint(config: &AuthConfig, server: Option<&AuthorizationServer>) -> Vec<Warning> {
    let mut warnings: Vec<Warning> =
        [implicit(config), password(config), pkce(config, server), token_in_query(config)]
            .into_iter()
            .flatten()
            .collect();
    warnings.extend(plain_endpoints(config, server));
    warnings.extend(missing_openid(config));
    warnings.extend(missing_offline_access(config, server));
    if let Some(server) = server.filter(|server| server.metadata().is_some()) {
        warnings.extend(support::unsupported(config, server));
    }
    warnings
}

fn implicit(config: &AuthConfig) -> Option<Warning> {
    let hybrid = config.grant == Grant::AuthorizationCode
        && config.response_type.split_whitespace().any(|part| part == "token");
    if config.grant != Grant::Implicit && !hybrid {
        return None;
    }
    let warning = Warning::new(
        if hybrid { "response_type" } else { "grant" },
        WarningKind::Deprecated,
        "The access token comes through the browser",
        "It then stands in a URL, where history, extensions and other programs can read it. OAuth 2.1 removed this; \
         the authorization code grant with PKCE does the same without.",
    );
    Some(if hybrid {
        warning.fix("Use the response type code", "response_type", "code")
    } else {
        warning.fix("Use the authorization code grant", "grant", "authorization_code")
    })
}

fn password(config: &AuthConfig) -> Option<Warning> {
    (config.grant == Grant::Password).then(|| {
        Warning::new(
            "grant",
            WarningKind::Deprecated,
            "The password is handed to the client",
            "The client sees the password, and no second factor is possible. OAuth 2.1 removed this grant; the \
             authorization code grant lets the provider ask for the password itself.",
        )
        .fix("Use the authorization code grant", "grant", "authorization_code")
    })
}

fn pkce(config: &AuthConfig, server: Option<&AuthorizationServer>) -> Option<Warning> {
    if config.grant != Grant::AuthorizationCode {
        return None;
    }
    let methods = server.and_then(|server| server.supported("code_challenge_methods_supported"));
    let s256_is_possible = methods.is_none_or(|methods| methods.contains(&"S256"));
    let (message, reason) = match config.pkce {
        Pkce::S256 => return None,
        Pkce::Plain if !s256_is_possible => return None,
        Pkce::Plain => (
            "The code challenge is sent plain",
            "Who reads the authorization request can then redeem the code. S256 protects it, and costs nothing.",
        ),
        Pkce::Off => (
            "The code is not protected by PKCE",
            "Who intercepts the code can redeem it. OAuth 2.1 requires PKCE; providers that don’t know it ignore it.",
        ),
    };
    let warning = Warning::new("pkce", WarningKind::Deprecated, message, reason);
    Some(warning.fix("Use PKCE with S256", "pkce", "S256"))
}

fn token_in_query(config: &AuthConfig) -> Option<Warning> {
    (config.send_in == SendIn::Query).then(|| {
        Warning::new(
            "send_in",
            WarningKind::Deprecated,
            "The token is sent in the URL",
            "URLs end up in logs of servers and proxies. OAuth 2.1 forbids it; send the token in a header if the API \
             takes it.",
        )
        .fix("Send it in a header", "send_in", "header")
    })
}

/// Tokens over plain HTTP to another machine can be read on the way.
fn plain_endpoints(config: &AuthConfig, server: Option<&AuthorizationServer>) -> Vec<Warning> {
    use crate::authorization_server::Endpoint;
    let typed_in = AuthorizationServer::new(config, None);
    let server = server.unwrap_or(&typed_in);
    Endpoint::ALL
        .into_iter()
        .filter(|endpoint| server.endpoint(*endpoint).is_some_and(is_plain_and_remote))
        .map(|endpoint| {
            Warning::new(
                endpoint.as_str(),
                WarningKind::Deprecated,
                "This endpoint is not encrypted",
                "Whoever is on the way can read and change what is sent. Use https.",
            )
        })
        .collect()
}

fn is_plain_and_remote(url: &str) -> bool {
    let Ok(url) = url::Url::parse(url.trim()) else { return false };
    let is_loopback = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "http" && !is_loopback
}

fn missing_openid(config: &AuthConfig) -> Option<Warning> {
    let wanted = config.use_token == UseToken::IdToken
        || config.response_type.split_whitespace().any(|part| part == "id_token");
    if !wanted || config.scopes().any(|scope| scope == "openid") {
        return None;
    }
    let warning = Warning::new(
        "scope",
        WarningKind::Oversight,
        "An ID token is wanted without the scope openid",
        "Providers send an ID token only if the scope openid is asked for.",
    );
    Some(warning.fix("Add the scope openid", "scope", with_scope(config, "openid")))
}

fn missing_offline_access(config: &AuthConfig, server: Option<&AuthorizationServer>) -> Option<Warning> {
    const SCOPE: &str = "offline_access";
    let renewable = matches!(config.grant, Grant::AuthorizationCode | Grant::DeviceCode);
    let known = server?.supported("scopes_supported")?.contains(&SCOPE);
    let openid = config.scopes().any(|scope| scope == "openid");
    if !renewable || !config.auto_refresh || !known || !openid || config.scopes().any(|scope| scope == SCOPE)
    {
        return None;
    }
    let warning = Warning::new(
        "scope",
        WarningKind::Oversight,
        "There may be no refresh token",
        "Auto-refresh is on, and this provider gives out refresh tokens for the scope offline_access, which is not \
         asked for.",
    );
    Some(warning.fix("Add the scope offline_access", "scope", with_scope(config, SCOPE)))
}

fn with_scope(config: &AuthConfig, scope: &str) -> String {
    config.scopes().chain([scope]).collect::<Vec<_>>().join(" ")
}

impl Warning {
    fn new(
        setting: &'static str,
        kind: WarningKind,
        message: impl Into<String>,
        reason: impl Into<String>,
    ) -> Self {
        Self { setting, kind, message: message.into(), reason: reason.into(), fix: None }
    }

    fn fix(mut self, label: &str, setting: &str, value: impl Into<Value>) -> Self {
        self.fix = Some(Fix { label: label.to_owned(), setting: setting.to_owned(), value: value.into() });
        self
    }
}

#[cfg(test)]
mod tests;
