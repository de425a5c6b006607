//! Authorizations; OAuth 2.0 by the names of our auth config.

use gatepass_core::workspace::{Auth, AuthKind};
use serde_json::{Map, Value, json};

use super::template::translate;
use crate::imported::Notes;
use crate::parts::{self, put, shown, text};

/// Insomnia's names and ours.
const SAME: [(&str, &str); 12] = [
    ("authorizationUrl", "authorization_endpoint"),
    ("accessTokenUrl", "token_endpoint"),
    ("clientId", "client_id"),
    ("clientSecret", "client_secret"),
    ("scope", "scope"),
    ("redirectUrl", "redirect_uri"),
    ("audience", "audience"),
    ("resource", "resource"),
    ("username", "username"),
    ("password", "password"),
    ("origin", "origin"),
    ("tokenPrefix", "header_prefix"),
];

/// `None`: as the parent says.
pub(super) fn read(authentication: Option<&Value>, notes: &mut Notes) -> Option<Auth> {
    let theirs = authentication?.as_object()?;
    let kind = theirs.get("type").and_then(Value::as_str).unwrap_or_default();
    if kind.is_empty() {
        return None;
    }
    if kind == "none" || theirs.get("disabled").and_then(Value::as_bool) == Some(true) {
        if kind != "none" {
            notes.warn("The authorization is switched off", "The request is sent without one");
        }
        return Some(Auth::new(AuthKind::NoAuth));
    }
    let mut value = |name: &str| translate(&text(theirs.get(name)), notes);
    Some(match kind {
        "oauth2" => return Some(oauth2(theirs, notes)),
        "bearer" | "singleToken" => {
            let (token, prefix) = (value("token"), value("prefix"));
            if matches!(prefix.trim(), "" | "Bearer") {
                parts::auth(AuthKind::Bearer, [("token", &token)])
            } else {
                let sent = format!("{prefix} {token}");
                parts::auth(AuthKind::ApiKey, [("key", "Authorization"), ("value", &sent), ("in", "header")])
            }
        }
        "basic" | "digest" | "ntlm" => {
            let kind = AuthKind::parse(kind)?;
            parts::auth(kind, [("username", &value("username")), ("password", &value("password"))])
        }
        "apikey" => match text(theirs.get("addTo")).as_str() {
            "queryParams" => parts::auth(
                AuthKind::ApiKey,
                [("key", &value("key")), ("value", &value("value")), ("in", "query")],
            ),
            "cookie" => {
                let cookie = format!("{}={}", value("key"), value("value"));
                parts::auth(AuthKind::ApiKey, [("key", "Cookie"), ("value", &cookie), ("in", "header")])
            }
            _ => parts::auth(
                AuthKind::ApiKey,
                [("key", &value("key")), ("value", &value("value")), ("in", "header")],
            ),
        },
        "iam" => parts::auth(
            AuthKind::AwsV4,
            [
                ("accessKey", &value("accessKeyId")),
                ("secretKey", &value("secretAccessKey")),
                ("sessionToken", &value("sessionToken")),
                ("region", &value("region")),
                ("service", &value("service")),
            ],
        ),
        "hawk" => parts::auth(
            AuthKind::Hawk,
            [("authId", &value("id")), ("authKey", &value("key")), ("algorithm", &value("algorithm"))],
        ),
        "oauth1" => parts::auth(
            AuthKind::OAuth1,
            [
                ("consumerKey", &value("consumerKey")),
                ("consumerSecret", &value("consumerSecret")),
                ("token", &value("tokenKey")),
                ("tokenSecret", &value("tokenSecret")),
                ("signatureMethod", &value("signatureMethod")),
                ("realm", &value("realm")),
            ],
        ),
        other => {
            notes.warn(
                format!("The authorization of the kind {} is not carried over", shown(other)),
                "It is inherited from the parent; set it up by hand",
            );
            return None;
        }
    })
}

fn oauth2(theirs: &Map<String, Value>, notes: &mut Notes) -> Auth {
    let mut params = Map::new();
    let grant = text(theirs.get("grantType"));
    let grant = if grant.is_empty() { "authorization_code" } else { grant.as_str() };
    params.insert("grant".to_owned(), json!(grant));
    let switch = |name: &str| theirs.get(name).and_then(Value::as_bool).unwrap_or(false);
    match grant {
        "authorization_code" => {
            let method = text(theirs.get("pkceMethod"));
            let pkce = match (switch("usePkce"), method.as_str()) {
                (false, _) => "off",
                (true, "plain") => "plain",
                (true, _) => "S256",
            };
            params.insert("pkce".to_owned(), json!(pkce));
        }
        "implicit" => {
            let response_type =
                text(theirs.get("responseType")).replace('_', " ").replace("id token", "id_token");
            put(&mut params, "response_type", &response_type);
            if response_type == "id_token" {
                params.insert("use_token".to_owned(), json!("id_token"));
            }
        }
        "password" | "client_credentials" | "device_code" => {}
        other => notes.warn(
            format!("The grant type “{}” is not known", shown(other)),
            "It stands in the auth config as it is; choose a grant before getting a token",
        ),
    }
    for (name, ours) in SAME {
        put(&mut params, ours, &translate(&text(theirs.get(name)), notes));
    }
    if params.contains_key("client_secret") {
        let method = if switch("credentialsInBody") { "client_secret_post" } else { "client_secret_basic" };
        params.insert("client_authentication".to_owned(), json!(method));
    }
    if !text(theirs.get("state")).is_empty() {
        notes.warn(
            "A fixed state is set",
            "It is not sent: every sign-in gets a random one, which is compared",
        );
    }
    Auth { kind: AuthKind::OAuth2, params }
}
