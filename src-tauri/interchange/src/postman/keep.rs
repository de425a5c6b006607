//! How nothing gets lost: what was not understood is kept on import and merged back on export.
//!
//! On import the definition that was read is written out again; only the parts that differ from the source are kept
//! ([`remainder`]). On export three versions meet: the kept source, what we made of it then (`before`), and the
//! definition as it is now (`fresh`). Where nothing was changed the source stands, where something was changed the
//! change is taken over, and what we never understood stays beside it ([`merge`]).

use serde_json::{Map, Value, json};

/// Members of an item that are compared member by member instead of as a whole.
const CONTAINERS: [&str; 2] = ["request", "info"];
/// In a kept item: names that we write and the source did not have.
const ABSENT: &str = "(absent)";

/// The parts of `source` that `written` does not say in the same way. Empty if `written` says it all.
pub(super) fn remainder(source: Map<String, Value>, written: &Map<String, Value>) -> Map<String, Value> {
    let absent: Vec<Value> =
        written.keys().filter(|name| !source.contains_key(*name)).map(|name| json!(name)).collect();
    let mut kept = Map::new();
    for (name, value) in source {
        match (written.get(&name), value) {
            (Some(written), value) if *written == value => {}
            (Some(Value::Object(written)), Value::Object(value)) if is_container(&name) => {
                let inner = remainder(value, written);
                if !inner.is_empty() {
                    kept.insert(name, Value::Object(inner));
                }
            }
            (_, value) => drop(kept.insert(name, value)),
        }
    }
    if !absent.is_empty() {
        kept.insert(ABSENT.to_owned(), Value::Array(absent));
    }
    kept
}

/// What of a kept item can be read again, to know what was made of it.
pub(super) fn source_of(kept: &Map<String, Value>) -> Map<String, Value> {
    let mut source = kept.clone();
    source.remove(ABSENT);
    for name in CONTAINERS {
        if let Some(Value::Object(inner)) = source.get_mut(name) {
            inner.remove(ABSENT);
        }
    }
    source
}

/// The item as it goes out.
pub(super) fn merge(
    kept: &Map<String, Value>,
    before: &Map<String, Value>,
    mut fresh: Map<String, Value>,
) -> Map<String, Value> {
    let absent = kept.get(ABSENT).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut merged = Map::new();
    for (name, source) in kept.iter().filter(|(name, _)| *name != ABSENT) {
        let value = match (source, before.get(name), fresh.shift_remove(name)) {
            (source, None, None) => source.clone(),
            (_, Some(_), None) => continue,
            (_, None, Some(fresh)) => fresh,
            (Value::Object(source), Some(Value::Object(before)), Some(Value::Object(fresh)))
                if is_container(name) =>
            {
                Value::Object(merge(source, before, fresh))
            }
            (source, Some(before), Some(fresh)) => merge_value(source, before, fresh, name == "auth"),
        };
        merged.insert(name.clone(), value);
    }
    for (name, value) in fresh {
        // The source did without, and we would only say what goes without saying.
        let implied =
            absent.iter().any(|absent| *absent == name.as_str()) && before.get(&name) == Some(&value);
        if !implied {
            merged.insert(name, value);
        }
    }
    merged
}

fn is_container(name: &str) -> bool {
    CONTAINERS.contains(&name)
}

/// Merges one whole part. In an auth the rows are told apart by their keys alone, elsewhere their order counts.
fn merge_value(source: &Value, before: &Value, fresh: Value, auth: bool) -> Value {
    if *before == fresh {
        return source.clone();
    }
    match (source, before, fresh) {
        (Value::Object(source), Value::Object(before), Value::Object(fresh)) => {
            Value::Object(merge_object(source, before, fresh, auth))
        }
        (Value::Array(source), Value::Array(before), Value::Array(fresh)) => Value::Array(if auth {
            merge_keyed(source, before, fresh)
        } else {
            merge_rows(source, before, fresh)
        }),
        (_, _, fresh) => fresh,
    }
}

fn merge_object(
    source: &Map<String, Value>,
    before: &Map<String, Value>,
    mut fresh: Map<String, Value>,
    auth: bool,
) -> Map<String, Value> {
    let mut merged = Map::new();
    for (name, source) in source {
        let value = match (before.get(name), fresh.shift_remove(name)) {
            (None, None) => source.clone(),
            (Some(_), None) => continue,
            (None, Some(fresh)) => fresh,
            (Some(before), Some(fresh)) => merge_value(source, before, fresh, auth),
        };
        merged.insert(name.clone(), value);
    }
    for (name, value) in fresh {
        if before.get(&name) != Some(&value) {
            merged.insert(name, value);
        }
    }
    merged
}

/// The rows of an auth.
fn merge_keyed(source: &[Value], before: &[Value], mut fresh: Vec<Value>) -> Vec<Value> {
    let mut merged = Vec::new();
    for row in source {
        let place = fresh.iter().position(|fresh| key(fresh) == key(row));
        let fresh = place.map(|place| fresh.remove(place));
        match (before.iter().find(|before| key(before) == key(row)), fresh) {
            (None, None) => merged.push(row.clone()),
            (Some(_), None) => {}
            (None, Some(fresh)) => merged.push(fresh),
            (Some(before), Some(fresh)) => merged.push(merge_value(row, before, fresh, false)),
        }
    }
    merged.extend(fresh.into_iter().filter(|row| !before.contains(row)));
    merged
}

/// Rows whose order counts: each keeps what its old row of the same key said beyond what we know.
fn merge_rows(source: &[Value], before: &[Value], fresh: Vec<Value>) -> Vec<Value> {
    if source.len() != before.len() {
        return fresh;
    }
    let mut used = vec![false; source.len()];
    let merged = fresh.into_iter().map(|row| {
        let old =
            (0..source.len()).find(|at| !used[*at] && key(&row).is_some() && key(&before[*at]) == key(&row));
        match old {
            Some(at) => {
                used[at] = true;
                merge_value(&source[at], &before[at], row, false)
            }
            None => row,
        }
    });
    merged.collect()
}

fn key(row: &Value) -> Option<&str> {
    row.get("key").and_then(Value::as_str)
}
