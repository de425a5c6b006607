//! A collection as Postman v2.1.

use gatepass_core::template::is_only_variables;
use gatepass_core::workspace::secrets::{is_public_parameter, is_secret_header};
use gatepass_core::workspace::{AuthKind, Branch, Definition, NodeKind};
use serde_json::{Map, Value, json};

use super::{KEPT, item, keep};
use crate::imported::Notes;

/// What goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// Passwords, tokens, client secrets and secret variables go out as well. Off: they are left empty.
    pub secrets: bool,
}

/// The collection as a Postman collection v2.1. A folder or request becomes a collection with its content.
pub fn write_collection(branch: &Branch, options: Options) -> Value {
    let mut root = match branch.kind {
        NodeKind::Collection => write_own(branch, options),
        NodeKind::Folder | NodeKind::Request => {
            item::write(&branch.name, &Definition::default(), NodeKind::Collection)
        }
    };
    let children = match branch.kind {
        NodeKind::Collection => branch.children.iter().map(|child| write_node(child, options)).collect(),
        NodeKind::Folder | NodeKind::Request => vec![write_node(branch, options)],
    };
    root.insert("item".to_owned(), Value::Array(children));
    Value::Object(root)
}

fn write_node(branch: &Branch, options: Options) -> Value {
    let mut members = write_own(branch, options);
    if branch.kind != NodeKind::Request {
        let children = branch.children.iter().map(|child| write_node(child, options)).collect();
        members.insert("item".to_owned(), Value::Array(children));
    }
    Value::Object(members)
}

/// A node without its children: as it is now, merged with what was kept from its source.
fn write_own(branch: &Branch, options: Options) -> Map<String, Value> {
    let fresh = item::write(&branch.name, &branch.definition, branch.kind);
    let mut members = match branch.definition.kept_from(KEPT) {
        None => fresh,
        Some(kept) => {
            let source = keep::source_of(kept);
            let read = item::read(&source, branch.kind, &mut Notes::default());
            let before = item::write(&item::name(&source, branch.kind), &read, branch.kind);
            keep::merge(kept, &before, fresh)
        }
    };
    if !options.secrets {
        leave_out_secrets(&mut members);
    }
    members
}

fn leave_out_secrets(members: &mut Map<String, Value>) {
    for (name, value) in members.iter_mut() {
        match name.as_str() {
            "auth" => leave_out_of_auth(value),
            "variable" => {
                leave_out_of_rows(value, |row| row.get("type").is_some_and(|kind| kind == "secret"))
            }
            "request" => {
                if let Some(auth) = value.get_mut("auth") {
                    leave_out_of_auth(auth);
                }
                if let Some(headers) = value.get_mut("header") {
                    leave_out_of_rows(headers, |row| {
                        row.get("key").and_then(Value::as_str).is_some_and(is_secret_header)
                    });
                }
            }
            _ => {}
        }
    }
}

fn leave_out_of_auth(auth: &mut Value) {
    for (name, list) in auth.as_object_mut().into_iter().flatten() {
        let kind = AuthKind::parse(name);
        leave_out_of_rows(list, |row| {
            let key = row.get("key").and_then(Value::as_str).unwrap_or_default();
            !kind.is_some_and(|kind| is_public_row(kind, key))
        });
    }
}

fn is_public_row(kind: AuthKind, key: &str) -> bool {
    /// Postman's keys for OAuth 2.0 whose values are no secret.
    const OAUTH2: [&str; 22] = [
        "tokenName",
        "authUrl",
        "accessTokenUrl",
        "refreshTokenUrl",
        "redirect_uri",
        "redirectUri",
        "callBackUrl",
        "callbackUrl",
        "clientId",
        "scope",
        "state",
        "username",
        "audience",
        "resource",
        "headerPrefix",
        "grant_type",
        "grantType",
        "client_authentication",
        "challengeAlgorithm",
        "addTokenTo",
        "useBrowser",
        "tokenType",
    ];
    match kind {
        AuthKind::OAuth2 => {
            let own = key.strip_prefix("gatepass.").is_some_and(|name| is_public_parameter(kind, name));
            own || OAUTH2.contains(&key)
        }
        kind => is_public_parameter(kind, key),
    }
}

/// Empties the values of the rows that hold a secret. Variables stay: they say nothing by themselves.
fn leave_out_of_rows(list: &mut Value, is_secret: impl Fn(&Value) -> bool) {
    for row in list.as_array_mut().into_iter().flatten() {
        if !is_secret(row) {
            continue;
        }
        match row.get_mut("value") {
            // Free parameters of a token request: the names are worth keeping.
            Some(Value::Array(rows)) => {
                rows.iter_mut().for_each(|row| {
                    if let Some(value) = row.get_mut("value") {
                        blank(value);
                    }
                });
            }
            Some(value) => blank(value),
            None => {}
        }
    }
}

fn blank(value: &mut Value) {
    match value {
        Value::Null | Value::Bool(_) => {}
        Value::String(text) if is_only_variables(text) => {}
        _ => *value = json!(""),
    }
}
