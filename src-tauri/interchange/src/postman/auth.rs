//! Authorizations. OAuth 2.0 is translated ([`super::oauth2`]); the other kinds keep Postman's own names.

use gatepass_core::workspace::{Auth, AuthKind};
use serde_json::{Map, Value, json};

use super::{oauth2, rows};
use crate::imported::Notes;

/// Rewrites the object form of v2.0 (`{"bearer": {"token": "…"}}`) as the rows of v2.1.
pub(super) fn to_rows(auth: &mut Value) {
    for (name, value) in auth.as_object_mut().into_iter().flatten() {
        if let Value::Object(members) = value
            && name != "type"
        {
            let rows = std::mem::take(members).into_iter().map(|(key, value)| row(&key, value));
            *value = Value::Array(rows.collect());
        }
    }
}

/// `None`: as the parent says.
pub(super) fn read(auth: Option<&Value>, notes: &mut Notes) -> Option<Auth> {
    let auth = auth?.as_object()?;
    let name = auth.get("type").and_then(Value::as_str).unwrap_or_default();
    let Some(kind) = AuthKind::parse(name) else {
        if !matches!(name, "" | "inherit") {
            notes.warn(
                format!("The authorization is of the unknown kind “{name}”"),
                "It is inherited from the parent; what was there is kept for export",
            );
        }
        return None;
    };
    let params = params(auth.get(name));
    Some(match kind {
        AuthKind::OAuth2 => oauth2::read(params, notes),
        kind => Auth { kind, params },
    })
}

/// The parameters as rows, or as the members of an object.
fn params(written: Option<&Value>) -> Map<String, Value> {
    let pairs: Vec<(String, &Value)> = match written {
        Some(Value::Array(rows)) => {
            rows.iter().filter_map(|row| Some((rows::text(row.get("key")), row.get("value")?))).collect()
        }
        Some(Value::Object(members)) => members.iter().map(|(key, value)| (key.clone(), value)).collect(),
        _ => Vec::new(),
    };
    let told = pairs.into_iter().filter(|(key, value)| !key.is_empty() && !value.is_null());
    told.map(|(key, value)| (key, value.clone())).collect()
}

pub(super) fn write(auth: &Auth) -> Value {
    let name = auth.kind.as_str();
    let rows: Vec<Value> = match auth.kind {
        AuthKind::NoAuth => return json!({"type": name}),
        AuthKind::OAuth2 => oauth2::write(&auth.params),
        _ => auth.params.iter().map(|(key, value)| row(key, value.clone())).collect(),
    };
    json!({"type": name, name: rows})
}

pub(super) fn row(key: &str, value: Value) -> Value {
    let kind = match value {
        Value::String(_) => "string",
        Value::Bool(_) => "boolean",
        _ => "any",
    };
    json!({"key": key, "value": value, "type": kind})
}
