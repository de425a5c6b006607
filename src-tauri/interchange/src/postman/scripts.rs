//! Events: the scripts of an item. They are carried along and never run by importing.

use gatepass_core::workspace::{Script, ScriptEvent};
use serde_json::{Map, Value, json};

use crate::imported::Notes;

const TYPE: &str = "text/javascript";

/// Scripts that would do something. Empty ones, which Postman writes everywhere, are left to the kept source.
pub(super) fn read(events: Option<&Value>, notes: &mut Notes) -> Vec<Script> {
    let events = events.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    events.iter().filter_map(|event| read_event(event, notes)).collect()
}

fn read_event(event: &Value, notes: &mut Notes) -> Option<Script> {
    let script = event.get("script")?;
    let source = match script {
        // A script may be written as its text alone.
        Value::String(_) | Value::Array(_) => lines(script),
        Value::Object(members) => members.get("exec").map(lines).unwrap_or_default(),
        _ => return None,
    };
    if source.trim().is_empty() {
        return None;
    }
    let listen = event.get("listen").and_then(Value::as_str).unwrap_or_default();
    let event_kind = match listen {
        "prerequest" => ScriptEvent::PreRequest,
        "test" => ScriptEvent::Test,
        other => {
            notes.warn(
                format!("There is a script for the unknown event “{other}”"),
                "It never runs, and is kept for export",
            );
            return None;
        }
    };
    if event.get("disabled").and_then(Value::as_bool) == Some(true) {
        notes.warn(format!("The {listen} script is switched off"), "It does not run, and is kept for export");
        return None;
    }
    let mut unknown = script.as_object().cloned().unwrap_or_default();
    unknown.shift_remove("exec");
    if unknown.get("type").and_then(Value::as_str) == Some(TYPE) {
        unknown.shift_remove("type");
    }
    Some(Script { event: event_kind, source, unknown })
}

fn lines(exec: &Value) -> String {
    match exec {
        Value::String(text) => text.clone(),
        Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n"),
        _ => String::new(),
    }
}

pub(super) fn write(scripts: &[Script]) -> Value {
    scripts.iter().map(write_event).collect::<Vec<_>>().into()
}

fn write_event(script: &Script) -> Value {
    let listen = match script.event {
        ScriptEvent::PreRequest => "prerequest",
        ScriptEvent::Test => "test",
    };
    let mut members = Map::new();
    members.insert("type".to_owned(), json!(TYPE));
    members.insert("exec".to_owned(), json!(script.source.split('\n').collect::<Vec<_>>()));
    members.extend(script.unknown.clone());
    json!({"listen": listen, "script": members})
}
