//! Rows and texts, as forgiving as Postman's own reader.

use gatepass_core::workspace::KeyValue;
use serde_json::{Map, Value, json};

/// A value as text: strings as they are, null as nothing, numbers, switches and structures as JSON.
pub(super) fn text(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// A description: text, or an object with `content`.
pub(super) fn description(value: Option<&Value>) -> String {
    match value {
        Some(Value::Object(members)) => text(members.get("content")),
        Some(Value::String(text)) => text.clone(),
        _ => String::new(),
    }
}

pub(super) fn is_disabled(row: &Value) -> bool {
    row.get("disabled").and_then(Value::as_bool).unwrap_or(false)
}

/// One row; `None` for what is no object.
pub(super) fn read_row(row: &Value) -> Option<KeyValue> {
    let members = row.as_object()?;
    Some(KeyValue {
        name: text(members.get("key")),
        value: text(members.get("value")),
        enabled: !is_disabled(row),
        description: description(members.get("description")),
    })
}

/// A table: a list of rows, or lines `name: value` as header text was once written (`//` switches a line off).
pub(super) fn read(table: Option<&Value>) -> Vec<KeyValue> {
    match table {
        Some(Value::Array(rows)) => rows.iter().filter_map(read_row).collect(),
        Some(Value::String(lines)) => lines.lines().filter_map(read_line).collect(),
        _ => Vec::new(),
    }
}

fn read_line(line: &str) -> Option<KeyValue> {
    let (line, enabled) = match line.trim().strip_prefix("//") {
        Some(line) => (line.trim(), false),
        None => (line.trim(), true),
    };
    let (name, value) = line.split_once(':')?;
    Some(KeyValue {
        name: name.trim().to_owned(),
        value: value.trim().to_owned(),
        enabled,
        description: String::new(),
    })
}

pub(super) fn write(rows: &[KeyValue]) -> Value {
    rows.iter().map(|row| Value::Object(write_row(row))).collect::<Vec<_>>().into()
}

pub(super) fn write_row(row: &KeyValue) -> Map<String, Value> {
    let mut members = Map::new();
    members.insert("key".to_owned(), json!(row.name));
    members.insert("value".to_owned(), json!(row.value));
    if !row.description.is_empty() {
        members.insert("description".to_owned(), json!(row.description));
    }
    if !row.enabled {
        members.insert("disabled".to_owned(), json!(true));
    }
    members
}
