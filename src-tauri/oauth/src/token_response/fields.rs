//! The fields of a token response and of an error object.

use serde_json::{Map, Value};

use super::{Circumstances, text_secret};
use crate::ports::UnixMillis;
use crate::token_set::{TokenSet, expiry_of_jwt};

/// A server's time is allowed to differ by this much before it is allowed for: `Date` counts in whole seconds.
const SKEW_NOTICED: UnixMillis = 2_000;

/// Lifetimes beyond this (some 3,000 years) are taken for it.
const LONGEST_LIFETIME: f64 = 1e14;

/// An error object (RFC 6749 §5.2).
pub(super) struct OauthError {
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) uri: Option<String>,
}

/// The error in an object, in any of the shapes that providers use.
pub(super) fn oauth_error(object: &Map<String, Value>) -> Option<OauthError> {
    let text = |name: &str| object.get(name).and_then(Value::as_str).map(str::to_owned);
    let name = match object.get("error")? {
        Value::String(name) if !name.is_empty() => name.clone(),
        // Facebook and Google APIs wrap it: {"error": {"type": …, "code": …, "message": …}}.
        Value::Object(inner) => {
            let name = ["error", "type", "status", "code"].iter().find_map(|key| match inner.get(*key)? {
                Value::String(text) => Some(text.clone()),
                Value::Number(number) => Some(number.to_string()),
                _ => None,
            });
            let description =
                ["message", "error_description"].iter().find_map(|key| inner.get(*key)?.as_str());
            return Some(OauthError {
                name: name.unwrap_or_else(|| "unknown".to_owned()),
                description: description.map(str::to_owned),
                uri: None,
            });
        }
        Value::Number(number) => number.to_string(),
        Value::Bool(true) => "unknown".to_owned(),
        _ => return None,
    };
    Some(OauthError {
        name,
        description: text("error_description").or_else(|| text("message")),
        uri: text("error_uri"),
    })
}

/// The token set in a success answer; the error says what is missing.
pub(super) fn token_set(
    mut object: Map<String, Value>,
    circumstances: &Circumstances<'_>,
    server_time: Option<UnixMillis>,
) -> Result<TokenSet, String> {
    let names: Vec<String> = object.keys().take(20).map(|name| shown_name(name, circumstances)).collect();
    let mut notices = Vec::new();
    // An ID token beside it does not make up for it: whoever sends this means an access token.
    if let Some(kind) = object.get("access_token").and_then(kind_of_no_text) {
        return Err(format!("Its access_token is {kind}, not a text"));
    }
    for name in ["refresh_token", "id_token"] {
        if let Some(kind) = object.get(name).and_then(kind_of_no_text) {
            notices.push(format!("The provider's {name} is {kind}, not a text; it is left out."));
        }
    }
    let access_token = text_secret(object.shift_remove("access_token"));
    let refresh_token = text_secret(object.shift_remove("refresh_token"));
    let id_token = text_secret(object.shift_remove("id_token"));
    if access_token.is_none() && id_token.is_none() {
        return Err(match names.as_slice() {
            [] => "It is an object without any field".to_owned(),
            names => format!("It has no access token, only: {}", names.join(", ")),
        });
    }
    let token_type = match object.shift_remove("token_type") {
        Some(Value::String(text)) if !text.trim().is_empty() => text.trim().to_owned(),
        _ => {
            notices.push("The provider sent no token_type (RFC 6749 §5.1); Bearer is assumed.".to_owned());
            "Bearer".to_owned()
        }
    };
    let received_at = circumstances.received_at;
    let expires_at = match object.shift_remove("expires_in").map(|value| (seconds(&value), value)) {
        Some((Some(seconds), _)) => Some(received_at.saturating_add((seconds * 1000.0) as UnixMillis)),
        unreadable => {
            if let Some((None, value)) = unreadable
                && !value.is_null()
            {
                notices.push(
                    "The provider's expires_in is not a number; the token's own expiry is used.".to_owned(),
                );
            }
            let own = access_token.as_ref().and_then(|token| expiry_of_jwt(token.expose()));
            own.map(|expiry| by_our_clock(expiry, received_at, server_time, &mut notices))
        }
    };
    let scope = granted_scope(object.shift_remove("scope"), circumstances.asked_scope, &mut notices);
    Ok(TokenSet {
        access_token,
        token_type,
        refresh_token,
        id_token,
        scope,
        obtained_at: received_at,
        expires_at,
        dpop_key: None,
        response: object,
        id_token_checks: Vec::new(),
        opened_claims: None,
        believed_claims: None,
        nonce: None,
        notices,
    })
}

/// What kind of value it is, if it is neither a text nor nothing.
fn kind_of_no_text(value: &Value) -> Option<&'static str> {
    match value {
        Value::Null | Value::String(_) => None,
        Value::Bool(_) => Some("true or false"),
        Value::Number(_) => Some("a number"),
        Value::Array(_) => Some("a list"),
        Value::Object(_) => Some("an object"),
    }
}

/// A field's name, if it is one: of a bare token that was taken for a form, all is "name".
fn shown_name(name: &str, circumstances: &Circumstances<'_>) -> String {
    let is_word = |character: char| character.is_ascii_alphanumeric() || "_-.".contains(character);
    if name.len() > 30 || !name.chars().all(is_word) {
        return "…".to_owned();
    }
    circumstances.blanks.text(name)
}

/// A lifetime in seconds: a number, or one written as text. Never negative, never endless.
fn seconds(value: &Value) -> Option<f64> {
    let seconds = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse::<f64>().ok()?,
        _ => return None,
    };
    seconds.is_finite().then(|| seconds.clamp(0.0, LONGEST_LIFETIME / 1000.0))
}

/// An absolute time of the server's clock, by ours.
fn by_our_clock(
    at: UnixMillis,
    received_at: UnixMillis,
    server_time: Option<UnixMillis>,
    notices: &mut Vec<String>,
) -> UnixMillis {
    let skew = server_time.map_or(0, |server| server - received_at);
    if skew.abs() < SKEW_NOTICED {
        return at;
    }
    notices.push(format!(
        "The provider's clock is {} s {} this computer's; that is allowed for.",
        skew.abs() / 1000,
        if skew > 0 { "ahead of" } else { "behind" }
    ));
    at.saturating_sub(skew)
}

fn granted_scope(value: Option<Value>, asked: Option<&str>, notices: &mut Vec<String>) -> Option<String> {
    let granted = match value {
        Some(Value::String(text)) => text.trim().to_owned(),
        Some(Value::Array(values)) => values.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
        _ => String::new(),
    };
    let asked = asked.map(str::trim).filter(|text| !text.is_empty());
    if granted.is_empty() {
        return asked.map(str::to_owned);
    }
    if let Some(asked) = asked {
        let has = |scope: &&str| granted.split([' ', ',']).any(|granted| granted == *scope);
        let missing: Vec<&str> = asked.split_whitespace().filter(|scope| !has(scope)).collect();
        if !missing.is_empty() {
            notices.push(format!("Not granted: {}.", missing.join(" ")));
        }
    }
    Some(granted)
}
