//! Variables as the run left them, as documents that Postman, Newman and Gatepass read again.

use std::io::Write as _;
use std::path::Path;

use gatepass_app::core::pipeline::LiveVariables;
use gatepass_app::core::template::VariableSet;
use serde_json::{Map, Value, json};

use super::unwritten;
use crate::outcome::Stop;

/// The variables of `environment` or `globals`. Values that scripts made keep their types; secret ones are left empty
/// unless `secrets` go along.
pub(super) fn scope(scope: &str, variables: &LiveVariables, secrets: bool) -> Value {
    let none = VariableSet::default();
    let environment = variables.environment.as_deref();
    let (id, name, set) = match scope {
        "environment" => (
            environment.map(|environment| environment.id.to_string()).unwrap_or_default(),
            environment.map(|environment| environment.name.as_str()).unwrap_or_default(),
            environment.map_or(&none, |environment| environment.variables()),
        ),
        _ => (String::new(), "", &*variables.globals),
    };
    let mut document = Map::new();
    if !id.is_empty() {
        document.insert("id".to_owned(), json!(id));
    }
    document.insert("name".to_owned(), json!(if name.is_empty() { scope } else { name }));
    document.insert("values".to_owned(), rows(set, secrets));
    document.insert("_postman_variable_scope".to_owned(), json!(scope));
    Value::Object(document)
}

fn rows(set: &VariableSet, secrets: bool) -> Value {
    let typed = set.values();
    let row = |variable: &gatepass_app::core::workspace::Variable| {
        let text = || Value::String(variable.value.clone());
        let value = match (variable.secret && !secrets, variable.enabled) {
            (true, _) => json!(""),
            (false, true) => typed.get(&variable.key).cloned().unwrap_or_else(text),
            (false, false) => text(),
        };
        let kind = if variable.secret { "secret" } else { "any" };
        let mut row = json!({ "type": kind, "value": value, "key": variable.key });
        if !variable.enabled {
            row["enabled"] = json!(false);
        }
        row
    };
    set.variables().iter().map(row).collect()
}

/// Writes the variables of a scope to a file, secrets included: it is there to be run with again. Only its owner may
/// read a file that is made for it.
///
/// # Errors
/// The file cannot be written.
pub fn write_scope(file: &Path, name: &str, variables: &LiveVariables) -> Result<(), Stop> {
    let text = format!("{:#}\n", scope(name, variables, true));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(file).and_then(|mut open| open.write_all(text.as_bytes()));
    written.map_err(|error| unwritten(file, &error))
}
