//! `auth.oauth2`: Postman's keys and those of our auth config (`gatepass_oauth::config`), both ways.
//!
//! What Postman has no key for stands beside them as `gatepass.<name>`.

use gatepass_core::template::is_only_variables;
use gatepass_core::workspace::{Auth, AuthKind};
use serde_json::{Map, Value, json};

use super::auth::row;
use super::rows;
use crate::imported::Notes;

/// Postman's key and ours, where the value is the same.
const SAME: [(&str, &str); 14] = [
    ("tokenName", "token_name"),
    ("authUrl", "authorization_endpoint"),
    ("accessTokenUrl", "token_endpoint"),
    ("refreshTokenUrl", "refresh_endpoint"),
    ("redirect_uri", "redirect_uri"),
    ("clientId", "client_id"),
    ("clientSecret", "client_secret"),
    ("scope", "scope"),
    ("username", "username"),
    ("password", "password"),
    ("code_verifier", "code_verifier"),
    ("audience", "audience"),
    ("resource", "resource"),
    ("headerPrefix", "header_prefix"),
];
/// Older spellings, understood and written under the present name.
const OLD_NAMES: [(&str, &str); 6] = [
    ("redirectUri", "redirect_uri"),
    ("callBackUrl", "redirect_uri"),
    ("callbackUrl", "redirect_uri"),
    ("grantType", "grant_type"),
    ("clientAuth", "client_authentication"),
    ("codeVerifier", "code_verifier"),
];
const EXTRAS: [(&str, &str); 3] = [
    ("authRequestParams", "authorization"),
    ("tokenRequestParams", "token"),
    ("refreshRequestParams", "refresh"),
];
/// Keys that have no meaning here and need no remark: the system browser is always used, the type comes with the
/// token.
const WITHOUT_MEANING: [&str; 7] =
    ["useBrowser", "tokenType", "algorithm", "hashAlgorithm", "addTokenTo", "challengeAlgorithm", "state"];
/// Where Postman's own site takes the browser back to; nobody else can receive that.
const POSTMAN_CALLBACK: &str = "oauth.pstmn.io";
/// The prefix of what Postman has no key for.
const OWN: &str = "gatepass.";

/// The auth config that Postman's parameters describe.
pub(super) fn read(mut theirs: Map<String, Value>, notes: &mut Notes) -> Auth {
    for (old, present) in OLD_NAMES {
        if let Some(value) = theirs.shift_remove(old) {
            theirs.entry(present).or_insert(value);
        }
    }
    if let Some(bearer) = pasted_variable(&theirs, notes) {
        return bearer;
    }
    let mut params = Map::new();
    read_grant(&mut theirs, &mut params, notes);
    for (key, name) in SAME {
        if let Some(value) = theirs.shift_remove(key).filter(|value| value != "") {
            params.insert(name.to_owned(), value);
        }
    }
    read_client_authentication(&mut theirs, &mut params, notes);
    if text(&theirs, "addTokenTo") == "queryParams" {
        params.insert("send_in".to_owned(), json!("query"));
    }
    read_extras(&mut theirs, &mut params);
    remark(&theirs, &params, notes);
    for (key, value) in theirs {
        if let Some(name) = key.strip_prefix(OWN) {
            params.insert(name.to_owned(), value);
        }
    }
    Auth { kind: AuthKind::OAuth2, params }
}

/// A token that is only a variable, with nothing to get another one by, is a bearer token by another name.
fn pasted_variable(theirs: &Map<String, Value>, notes: &mut Notes) -> Option<Auth> {
    let token = text(theirs, "accessToken");
    let endpoints = ["accessTokenUrl", "authUrl", "gatepass.issuer", "gatepass.token_endpoint"];
    if !is_only_variables(token) || endpoints.iter().any(|name| !text(theirs, name).is_empty()) {
        return None;
    }
    if text(theirs, "addTokenTo") == "queryParams" {
        return None;
    }
    notes.warn(
        "This OAuth 2.0 authorization names no endpoints, only a variable that holds a token",
        "It becomes a bearer token with that variable, which sends the same",
    );
    let mut auth = Auth::new(AuthKind::Bearer);
    auth.params.insert("token".to_owned(), json!(token));
    Some(auth)
}

fn read_grant(theirs: &mut Map<String, Value>, params: &mut Map<String, Value>, notes: &mut Notes) {
    let plain = text(theirs, "challengeAlgorithm") == "plain";
    let grant = theirs.shift_remove("grant_type").map(|grant| rows::text(Some(&grant))).unwrap_or_default();
    let (grant, pkce) = match grant.as_str() {
        // What Postman assumes, too.
        "" => ("authorization_code", Some("off")),
        "authorization_code" => ("authorization_code", Some("off")),
        "authorization_code_with_pkce" => ("authorization_code", Some(if plain { "plain" } else { "S256" })),
        "password_credentials" => ("password", None),
        known @ ("implicit" | "client_credentials" | "password" | "device_code" | "jwt_bearer"
        | "refresh_token" | "token_exchange" | "saml2_bearer" | "ciba") => (known, None),
        other => {
            if !is_only_variables(other) {
                notes.warn(
                    format!("The grant type “{other}” is not known"),
                    "It stands in the auth config as it is; choose a grant before getting a token",
                );
            }
            (other, None)
        }
    };
    params.insert("grant".to_owned(), json!(grant));
    if let Some(pkce) = pkce {
        params.insert("pkce".to_owned(), json!(pkce));
    }
}

/// Without a secret there is nothing to authenticate with: what Postman sends then (a name and an empty password)
/// is what public clients are refused for.
fn read_client_authentication(
    theirs: &mut Map<String, Value>,
    params: &mut Map<String, Value>,
    notes: &mut Notes,
) {
    let has_secret = params.contains_key("client_secret");
    let method = match text(theirs, "client_authentication") {
        "header" if has_secret => "client_secret_basic",
        "body" if has_secret => "client_secret_post",
        "header" | "body" | "" => return,
        other => {
            notes.warn(
                format!("The client authentication “{other}” is not known"),
                "The provider's metadata decides instead",
            );
            return;
        }
    };
    params.insert("client_authentication".to_owned(), json!(method));
}

fn read_extras(theirs: &mut Map<String, Value>, params: &mut Map<String, Value>) {
    let mut extra = Map::new();
    for (key, name) in EXTRAS {
        let Some(Value::Array(list)) = theirs.shift_remove(key) else { continue };
        let rows: Vec<Value> = list.iter().filter(|row| row.is_object()).map(read_extra).collect();
        if !rows.is_empty() {
            extra.insert(name.to_owned(), Value::Array(rows));
        }
    }
    if !extra.is_empty() {
        params.insert("extra".to_owned(), Value::Object(extra));
    }
}

fn read_extra(row: &Value) -> Value {
    let mut ours = Map::new();
    ours.insert("name".to_owned(), json!(rows::text(row.get("key"))));
    ours.insert("value".to_owned(), json!(rows::text(row.get("value"))));
    let place = match row.get("send_as").and_then(Value::as_str) {
        Some("request_url") => Some("query"),
        Some("request_body") => Some("body"),
        Some("request_header") => Some("header"),
        _ => None,
    };
    if let Some(place) = place {
        ours.insert("in".to_owned(), json!(place));
    }
    let enabled = row.get("enabled").and_then(Value::as_bool).unwrap_or(!rows::is_disabled(row));
    ours.insert("enabled".to_owned(), json!(enabled));
    Value::Object(ours)
}

/// Says what is not carried over.
fn remark(theirs: &Map<String, Value>, params: &Map<String, Value>, notes: &mut Notes) {
    let token = text(theirs, "accessToken");
    if is_only_variables(token) {
        notes.warn(
            "The access token is taken from a variable",
            "Gatepass gets and renews its own token by this config; the variable is not sent",
        );
    } else if !token.is_empty() {
        notes.offer(text(params, "token_name"), token);
        notes.warn("The document holds an access token", "It is offered, and not used unless you accept it");
    }
    if !text(theirs, "state").is_empty() {
        notes.warn(
            "A fixed state is set",
            "It is not sent: every sign-in gets a random one, which is compared",
        );
    }
    if text(params, "redirect_uri").contains(POSTMAN_CALLBACK) {
        notes.warn(
            "The redirect URI belongs to Postman's own site",
            "The sign-in ends there: paste the URL that the browser ended on, or register \
             http://127.0.0.1/callback at the provider and set it here",
        );
    }
    let mac = !matches!(text(theirs, "tokenType").to_ascii_lowercase().as_str(), "" | "bearer");
    if mac {
        notes.warn("The token type is not Bearer", "The provider's answer decides how the token is sent");
    }
    for (key, value) in theirs {
        let known = key.starts_with(OWN)
            || WITHOUT_MEANING.contains(&key.as_str())
            || matches!(key.as_str(), "accessToken" | "client_authentication");
        if !known && value != "" {
            notes.warn(
                format!("The OAuth 2.0 setting “{key}” is not known"),
                "It has no effect, and is kept for export",
            );
        }
    }
}

fn text<'a>(params: &'a Map<String, Value>, name: &str) -> &'a str {
    params.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The rows that say to Postman what our parameters say.
pub(super) fn write(params: &Map<String, Value>) -> Vec<Value> {
    let mut out = Vec::new();
    for (name, value) in params {
        match name.as_str() {
            "type" => {}
            "grant" => out.extend(write_grant(value, params)),
            // Said together with the grant, if that is one that has it.
            "pkce" if text(params, "grant") == "authorization_code" => {}
            "client_authentication" if value == "client_secret_basic" => {
                out.push(row("client_authentication", json!("header")));
            }
            "client_authentication" if value == "client_secret_post" => {
                out.push(row("client_authentication", json!("body")));
            }
            "send_in" if value == "header" => out.push(row("addTokenTo", json!("header"))),
            "send_in" if value == "query" => out.push(row("addTokenTo", json!("queryParams"))),
            "extra" if value.is_object() => out.extend(write_extras(value)),
            // Postman knows one resource only.
            "resource" if !value.is_string() => out.push(row("gatepass.resource", value.clone())),
            name => match SAME.iter().find(|(_, ours)| *ours == name) {
                Some((theirs, _)) => out.push(row(theirs, value.clone())),
                None => out.push(row(&format!("{OWN}{name}"), value.clone())),
            },
        }
    }
    out
}

fn write_grant(grant: &Value, params: &Map<String, Value>) -> Vec<Value> {
    let pkce = params.get("pkce").and_then(Value::as_str).unwrap_or("S256");
    match grant.as_str().unwrap_or_default() {
        "authorization_code" => match pkce {
            "off" => vec![row("grant_type", json!("authorization_code"))],
            pkce => vec![
                row("grant_type", json!("authorization_code_with_pkce")),
                row("challengeAlgorithm", json!(pkce)),
            ],
        },
        "password" => vec![row("grant_type", json!("password_credentials"))],
        _ => vec![row("grant_type", grant.clone())],
    }
}

fn write_extras(extra: &Value) -> Vec<Value> {
    let lists = EXTRAS.iter().filter_map(|(key, name)| {
        let rows: Vec<Value> =
            extra.get(name)?.as_array()?.iter().map(|row| write_extra(row, name)).collect();
        (!rows.is_empty()).then(|| row(key, Value::Array(rows)))
    });
    lists.collect()
}

fn write_extra(row: &Value, list: &str) -> Value {
    let place = match row.get("in").and_then(Value::as_str) {
        Some("query") => "request_url",
        Some("header") => "request_header",
        Some(_) => "request_body",
        None if list == "authorization" => "request_url",
        None => "request_body",
    };
    json!({
        "key": rows::text(row.get("name")),
        "value": rows::text(row.get("value")),
        "enabled": row.get("enabled").and_then(Value::as_bool).unwrap_or(true),
        "send_as": place,
    })
}
