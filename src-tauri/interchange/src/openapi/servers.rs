//! Servers become the variable `baseUrl`, and what is left open in their URLs variables of its own.

use gatepass_core::workspace::Variable;
use serde_json::Value;
use url::Url;

use super::specification::Specification;
use crate::imported::Notes;
use crate::parts::text;

/// The variable that every URL begins with.
pub(super) const BASE: &str = "baseUrl";
/// More variables than anybody sets.
pub(super) const VARIABLE_LIMIT: usize = 1000;
/// More servers than anybody chooses from.
const SERVER_LIMIT: usize = 100;

/// `baseUrl` once for each server, the first one switched on; then the servers' own variables.
pub(super) fn variables(specification: &Specification, notes: &mut Notes) -> Vec<Variable> {
    let mut variables = Vec::new();
    let mut inner = Vec::new();
    if specification.swagger {
        variables.extend(swagger_urls(specification).into_iter().map(|url| Variable::new(BASE, url)));
    } else {
        for server in list(specification.root.get("servers")).iter().take(SERVER_LIMIT) {
            let url = url(specification, server, &mut inner);
            variables.push(Variable::new(BASE, url));
        }
    }
    if variables.is_empty() {
        variables.push(Variable::new(BASE, ""));
    }
    for other in variables.iter_mut().skip(1) {
        other.enabled = false;
    }
    if !variables[0].value.contains("://") && !variables[0].value.starts_with("{{") {
        notes.warn(
            "The description names no server, or only a path on one",
            "Complete the variable baseUrl before sending",
        );
    }
    variables.extend(inner);
    variables
}

/// The URL of a server with our variables; the variables that are not known yet join `known`.
pub(super) fn url(specification: &Specification, server: &Value, known: &mut Vec<Variable>) -> String {
    for (name, variable) in server.get("variables").and_then(Value::as_object).into_iter().flatten().take(20)
    {
        if known.len() < VARIABLE_LIMIT && !known.iter().any(|known| known.key == *name) {
            known.push(Variable::new(name.as_str(), text(variable.get("default"))));
        }
    }
    let url = specification.text(server.get("url")).replace('{', "{{").replace('}', "}}");
    url.trim_end_matches('/').to_owned()
}

fn swagger_urls(specification: &Specification) -> Vec<String> {
    let root = specification.root;
    let host = text(root.get("host"));
    let path = text(root.get("basePath"));
    let path = path.trim_end_matches('/');
    if host.is_empty() {
        return vec![path.to_owned()];
    }
    let mut schemes: Vec<&str> = list(root.get("schemes")).iter().filter_map(Value::as_str).take(4).collect();
    schemes.sort_by_key(|scheme| *scheme != "https");
    if schemes.is_empty() {
        schemes.push("https");
    }
    schemes.into_iter().map(|scheme| format!("{scheme}://{host}{path}")).collect()
}

/// What relative URLs of the description are relative to: the first server, with the defaults of its variables.
pub(super) fn base(specification: &Specification) -> Option<Url> {
    if specification.swagger {
        return Url::parse(swagger_urls(specification).first()?).ok();
    }
    let server = list(specification.root.get("servers")).first()?;
    let mut url = text(server.get("url"));
    for (name, variable) in server.get("variables").and_then(Value::as_object).into_iter().flatten().take(20)
    {
        url = url.replace(&format!("{{{name}}}"), &text(variable.get("default")));
    }
    Url::parse(&url).ok()
}

pub(super) fn list(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}
