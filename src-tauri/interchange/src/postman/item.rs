//! One item without its children: a definition from and to the members that Postman gives it.

use gatepass_core::workspace::{Definition, NodeKind, RequestDefinition, Variable};
use serde_json::{Map, Value, json};

use super::{auth, body, rows, scripts, settings, url};
use crate::imported::Notes;

/// The schema of what is written.
pub(super) const SCHEMA: &str = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json";

/// The name of an item, or what an item without one is called.
pub(super) fn name(item: &Map<String, Value>, kind: NodeKind) -> String {
    let (name, otherwise) = match kind {
        NodeKind::Collection => (item.get("info").and_then(|info| info.get("name")), "Imported collection"),
        NodeKind::Folder => (item.get("name"), "New Folder"),
        NodeKind::Request => (item.get("name"), "New Request"),
    };
    let name = rows::text(name);
    if name.is_empty() { otherwise.to_owned() } else { name }
}

/// The definition in an item's members. Of a collection the description stands in `info`, of a request in `request`.
pub(super) fn read(item: &Map<String, Value>, kind: NodeKind, notes: &mut Notes) -> Definition {
    let inner = match kind {
        NodeKind::Collection => item.get("info"),
        NodeKind::Folder => None,
        NodeKind::Request => item.get("request"),
    };
    let request = (kind == NodeKind::Request).then(|| read_request(inner, notes));
    let (description, auth) = match kind {
        NodeKind::Collection => (inner.and_then(|info| info.get("description")), item.get("auth")),
        NodeKind::Folder => (item.get("description"), item.get("auth")),
        NodeKind::Request => {
            let within = |name: &str| inner.and_then(|request| request.get(name));
            (within("description"), within("auth"))
        }
    };
    Definition {
        description: rows::description(description),
        auth: auth::read(auth, notes),
        variables: variables(item.get("variable")),
        scripts: scripts::read(item.get("event"), notes),
        settings: settings::read(item.get("protocolProfileBehavior"), request.as_ref()),
        request,
        unknown: Map::new(),
    }
}

fn read_request(request: Option<&Value>, notes: &mut Notes) -> RequestDefinition {
    let mut read = RequestDefinition { method: "GET".to_owned(), ..RequestDefinition::default() };
    match request {
        // A request may be written as its URL alone.
        Some(Value::String(text)) => read.url = text.clone(),
        Some(Value::Object(members)) => {
            let method = rows::text(members.get("method"));
            if !method.trim().is_empty() {
                read.method = method;
            }
            url::read(members.get("url"), &mut read);
            read.headers = rows::read(members.get("header"));
            read.body = body::read(members.get("body"), notes);
            for (name, what) in [("proxy", "proxy"), ("certificate", "client certificate")] {
                if members.get(name).is_some_and(|value| !value.is_null()) {
                    notes.warn(
                        format!("The request has a {what} of its own"),
                        "It is not used, and is kept for export",
                    );
                }
            }
        }
        _ => notes.warn("The item holds no request", "It becomes a request without URL"),
    }
    read
}

/// A list of variables, of items as well as of environments.
pub(super) fn variables(list: Option<&Value>) -> Vec<Variable> {
    let rows = list.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let variables = rows.iter().filter(|row| row.is_object()).map(|row| Variable {
        key: rows::text(row.get("key").or_else(|| row.get("id"))),
        value: rows::text(row.get("value")),
        secret: row.get("type").and_then(Value::as_str) == Some("secret"),
        enabled: row.get("enabled").and_then(Value::as_bool).unwrap_or(!rows::is_disabled(row)),
    });
    variables.filter(|variable| !variable.key.is_empty()).collect()
}

/// The members of an item, without its children.
pub(super) fn write(name: &str, definition: &Definition, kind: NodeKind) -> Map<String, Value> {
    let mut item = Map::new();
    let auth = definition.auth.as_ref().map(auth::write);
    let description = (!definition.description.is_empty()).then(|| json!(definition.description));
    match kind {
        NodeKind::Collection => {
            let mut info = Map::new();
            info.insert("name".to_owned(), json!(name));
            put(&mut info, "description", description);
            info.insert("schema".to_owned(), json!(SCHEMA));
            item.insert("info".to_owned(), Value::Object(info));
            put(&mut item, "auth", auth);
        }
        NodeKind::Folder => {
            item.insert("name".to_owned(), json!(name));
            put(&mut item, "description", description);
            put(&mut item, "auth", auth);
        }
        NodeKind::Request => {
            item.insert("name".to_owned(), json!(name));
            let mut request = definition.request.as_ref().map(write_request).unwrap_or_default();
            put(&mut request, "description", description);
            put(&mut request, "auth", auth);
            item.insert("request".to_owned(), Value::Object(request));
            item.insert("response".to_owned(), json!([]));
        }
    }
    if !definition.scripts.is_empty() {
        item.insert("event".to_owned(), scripts::write(&definition.scripts));
    }
    if !definition.variables.is_empty() {
        item.insert("variable".to_owned(), write_variables(&definition.variables));
    }
    let behavior = settings::write(&definition.settings, definition.request.as_ref());
    if !behavior.is_empty() {
        item.insert("protocolProfileBehavior".to_owned(), Value::Object(behavior));
    }
    item
}

fn write_request(request: &RequestDefinition) -> Map<String, Value> {
    let mut members = Map::new();
    members.insert("method".to_owned(), json!(request.method));
    members.insert("header".to_owned(), rows::write(&request.headers));
    put(&mut members, "body", body::write(&request.body));
    members.insert("url".to_owned(), url::write(request));
    members
}

fn write_variables(variables: &[Variable]) -> Value {
    let rows = variables.iter().map(|variable| {
        let mut row = Map::new();
        row.insert("key".to_owned(), json!(variable.key));
        row.insert("value".to_owned(), json!(variable.value));
        row.insert("type".to_owned(), json!(if variable.secret { "secret" } else { "string" }));
        if !variable.enabled {
            row.insert("disabled".to_owned(), json!(true));
        }
        Value::Object(row)
    });
    Value::Array(rows.collect())
}

fn put(members: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    if let Some(value) = value {
        members.insert(name.to_owned(), value);
    }
}
