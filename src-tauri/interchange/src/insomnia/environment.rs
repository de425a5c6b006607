//! Environments: JSON of any depth becomes variables whose names are the paths.

use gatepass_core::workspace::{Environment, Id, Variable};
use serde_json::Value;

use super::template::translate;
use crate::imported::Notes;
use crate::parts::text;

/// A longer path stays JSON, in bytes.
const PATH_LIMIT: usize = 200;
/// More variables than anybody sets.
const VARIABLE_LIMIT: usize = 10_000;

/// An environment of its own.
pub(super) fn read(environment: &Value, notes: &mut Notes) -> Environment {
    let name = text(environment.get("name"));
    notes.enter(&name);
    let variables = variables(environment, notes);
    notes.leave();
    named(&name, variables)
}

pub(super) fn named(name: &str, variables: Vec<Variable>) -> Environment {
    let name = if name.trim().is_empty() { "Imported environment" } else { name };
    Environment { id: Id::generate(), name: name.to_owned(), colour: None, variables }
}

/// What an environment holds; values that Insomnia's vault keeps are secrets.
pub(super) fn variables(environment: &Value, notes: &mut Notes) -> Vec<Variable> {
    let mut variables = flatten(environment.get("data").unwrap_or(&Value::Null), notes);
    let pairs = environment.get("kvPairData").and_then(Value::as_array).into_iter().flatten();
    let secret: std::collections::HashSet<&str> = pairs
        .filter(|pair| pair.get("type").and_then(Value::as_str) == Some("secret"))
        .filter_map(|pair| pair.get("name").and_then(Value::as_str))
        .collect();
    for variable in &mut variables {
        let name = variable.key.strip_prefix("vault.").unwrap_or(&variable.key);
        variable.secret = variable.key != name || secret.contains(name);
    }
    variables
}

/// `{"api": {"host": "h"}}` is `api.host`. The reader of the document bounds the depth.
pub(super) fn flatten(data: &Value, notes: &mut Notes) -> Vec<Variable> {
    let mut variables = Vec::new();
    for (name, value) in data.as_object().into_iter().flatten() {
        add(name, value, &mut variables, notes);
    }
    variables
}

fn add(name: &str, value: &Value, variables: &mut Vec<Variable>, notes: &mut Notes) {
    match value {
        Value::Object(members) if !members.is_empty() && name.len() < PATH_LIMIT => {
            for (member, value) in members {
                add(&format!("{name}.{member}"), value, variables, notes);
            }
        }
        _ if variables.len() >= VARIABLE_LIMIT => {}
        value => variables.push(Variable::new(name, translate(&text(Some(value)), notes))),
    }
}
