//! Environments and globals.

use gatepass_core::workspace::{Environment, Id, Variable};
use serde_json::{Map, Value, json};

use super::{export::Options, item, rows};
use crate::imported::Notes;

/// An environment file. It gets an identity of its own: its tokens are not those of another one.
pub(super) fn read(json: &Value, notes: &mut Notes) -> Environment {
    let name = rows::text(json.get("name"));
    let name = if name.is_empty() { "Imported environment".to_owned() } else { name };
    let variables = variables(json.get("values").unwrap_or(&Value::Null));
    notes.enter(&name);
    let listed = json.get("values").and_then(Value::as_array).map_or(0, Vec::len);
    if listed > variables.len() {
        notes.warn(format!("{} rows have no name", listed - variables.len()), "They are left out");
    }
    notes.leave();
    Environment { id: Id::generate(), name, colour: None, variables }
}

/// The variables in a list of rows.
pub(super) fn variables(rows: &Value) -> Vec<Variable> {
    item::variables(Some(rows))
}

/// The environment as a Postman environment file.
pub fn write_environment(environment: &Environment, options: Options) -> Value {
    write(&environment.name, "environment", &environment.variables, options)
}

/// The globals as a Postman globals file.
pub fn write_globals(variables: &[Variable], options: Options) -> Value {
    write("Globals", "globals", variables, options)
}

fn write(name: &str, scope: &str, variables: &[Variable], options: Options) -> Value {
    let rows = variables.iter().map(|variable| {
        let shown = options.secrets || !variable.secret;
        let mut row = Map::new();
        row.insert("key".to_owned(), json!(variable.key));
        row.insert("value".to_owned(), json!(if shown { variable.value.as_str() } else { "" }));
        row.insert("type".to_owned(), json!(if variable.secret { "secret" } else { "default" }));
        row.insert("enabled".to_owned(), json!(variable.enabled));
        Value::Object(row)
    });
    json!({"name": name, "values": rows.collect::<Vec<_>>(), "_postman_variable_scope": scope})
}
