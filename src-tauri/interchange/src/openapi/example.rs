//! Examples: those of the description where it has some, else values that fit the schema.

use serde_json::{Map, Value, json};

use super::servers::list;
use super::specification::Specification;
use crate::imported::Notes;

/// Deeper than an example is read.
const DEPTH_LIMIT: usize = 10;

/// The value that a parameter begins with.
pub(super) fn of_parameter<'a>(
    parameter: &'a Value,
    specification: &Specification<'a>,
    notes: &mut Notes,
) -> Value {
    let written =
        written(parameter, specification, notes).or_else(|| specification.copy(parameter.get("x-example")?));
    let schema = parameter.get("schema").map(|schema| specification.resolve(schema, notes));
    let content =
        || parameter.get("content").and_then(Value::as_object).and_then(|content| content.values().next());
    written
        .or_else(|| fixed(schema?, specification))
        .or_else(|| fixed(parameter, specification))
        .or_else(|| content().and_then(|content| self::written(content, specification, notes)))
        .unwrap_or_default()
}

/// The example of a body.
pub(super) fn of_media_type<'a>(
    media: &'a Value,
    specification: &Specification<'a>,
    notes: &mut Notes,
) -> Value {
    if let Some(written) = written(media, specification, notes) {
        return written;
    }
    match media.get("schema") {
        Some(schema) => of_schema(schema, specification, notes),
        None => Value::Null,
    }
}

/// A value that fits a schema.
pub(super) fn of_schema<'a>(
    schema: &'a Value,
    specification: &Specification<'a>,
    notes: &mut Notes,
) -> Value {
    Making { specification, notes, within: Vec::new() }.schema(schema).unwrap_or_default()
}

/// `example`, or the first of `examples`.
fn written<'a>(place: &'a Value, specification: &Specification<'a>, notes: &mut Notes) -> Option<Value> {
    if let Some(example) = place.get("example") {
        return specification.copy(example);
    }
    match place.get("examples")? {
        Value::Object(examples) => {
            let example = specification.resolve(examples.values().next()?, notes);
            specification.copy(example.get("value")?)
        }
        Value::Array(examples) => specification.copy(examples.first()?),
        _ => None,
    }
}

/// What a schema says that its value is, or is best.
fn fixed(schema: &Value, specification: &Specification) -> Option<Value> {
    let first = |name: &str| specification.copy(list(schema.get(name)).first()?);
    let said = |name: &str| specification.copy(schema.get(name)?);
    said("example")
        .or_else(|| first("examples"))
        .or_else(|| said("default"))
        .or_else(|| said("const"))
        .or_else(|| first("enum"))
}

struct Making<'n, 's, 'a> {
    specification: &'s Specification<'a>,
    notes: &'n mut Notes,
    /// The schemas around this one: one that holds itself ends there.
    within: Vec<*const Value>,
}

impl<'a> Making<'_, '_, 'a> {
    /// `None` where there is nothing to say, or no end of it.
    fn schema(&mut self, schema: &'a Value) -> Option<Value> {
        let schema = self.specification.resolve(schema, self.notes);
        let place: *const Value = schema;
        let endless = self.within.len() >= DEPTH_LIMIT || self.within.contains(&place);
        if endless || !self.specification.spend(0) {
            return None;
        }
        if let Some(fixed) = fixed(schema, self.specification) {
            return Some(fixed);
        }
        self.within.push(place);
        let made = self.made(schema);
        self.within.pop();
        made
    }

    fn made(&mut self, schema: &'a Value) -> Option<Value> {
        if let Some(all) = schema.get("allOf").and_then(Value::as_array) {
            return Some(self.all_of(all, schema));
        }
        for name in ["oneOf", "anyOf"] {
            if let Some(choice) =
                list(schema.get(name)).iter().find(|choice| choice.get("type") != Some(&json!("null")))
            {
                return self.schema(choice);
            }
        }
        let kind = match schema.get("type") {
            Some(Value::String(kind)) => kind.as_str(),
            Some(Value::Array(kinds)) => {
                kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap_or_default()
            }
            _ if schema.get("properties").is_some() => "object",
            _ if schema.get("items").is_some() => "array",
            _ => "",
        };
        match kind {
            "object" => Some(Value::Object(self.properties(schema))),
            "array" => {
                let item = schema.get("items").and_then(|items| self.schema(items));
                Some(Value::Array(item.into_iter().collect()))
            }
            "string" => Some(json!(string(schema))),
            "integer" | "number" => {
                Some(schema.get("minimum").filter(|least| least.is_number()).cloned().unwrap_or(json!(0)))
            }
            "boolean" => Some(json!(true)),
            _ => None,
        }
    }

    fn all_of(&mut self, all: &'a [Value], schema: &'a Value) -> Value {
        let mut merged = Map::new();
        let mut other = None;
        for part in all.iter().take(50) {
            match self.schema(part) {
                Some(Value::Object(members)) => merged.extend(members),
                Some(value) => other = Some(value),
                None => {}
            }
        }
        merged.extend(self.properties(schema));
        match other {
            Some(value) if merged.is_empty() => value,
            _ => Value::Object(merged),
        }
    }

    /// What only the server sets is left out.
    fn properties(&mut self, schema: &'a Value) -> Map<String, Value> {
        let mut members = Map::new();
        for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            if property.get("readOnly").and_then(Value::as_bool) != Some(true)
                && let Some(value) = self.schema(property)
            {
                members.insert(name.clone(), value);
            }
        }
        members
    }
}

fn string(schema: &Value) -> &'static str {
    match schema.get("format").and_then(Value::as_str).unwrap_or_default() {
        "date-time" => "2026-01-01T00:00:00Z",
        "date" => "2026-01-01",
        "time" => "12:00:00Z",
        "uuid" => "00000000-0000-4000-8000-000000000000",
        "email" => "user@example.com",
        "uri" | "url" | "uri-reference" => "https://example.com",
        "hostname" => "example.com",
        "ipv4" => "192.0.2.1",
        "ipv6" => "2001:db8::1",
        "byte" | "binary" => "",
        _ => "string",
    }
}
