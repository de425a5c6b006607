//! Parameters: of the path, the query, headers and cookies.

use gatepass_core::workspace::{KeyValue, RequestDefinition, Variable};
use indexmap::IndexMap;
use serde_json::Value;

use super::example;
use super::operation::Operation;
use super::servers::VARIABLE_LIMIT;
use super::specification::Specification;
use crate::imported::Notes;
use crate::parts::{row, text};

/// A longer URL stays as it is, in bytes.
const URL_LIMIT: usize = 64 << 10;
/// More parameters than any path has.
const PATH_LIMIT: usize = 100;

/// A parameter with the value that it begins with.
pub(super) struct Parameter<'a> {
    pub name: String,
    pub required: bool,
    pub description: String,
    pub value: Value,
    pub says: &'a Value,
}

/// The parameters of one operation by place and name: the operation's own stand in for those of its path.
pub(super) struct Parameters<'a>(IndexMap<(String, String), Parameter<'a>>);

pub(super) fn of<'a>(
    operation: &Operation<'a>,
    specification: &Specification<'a>,
    notes: &mut Notes,
) -> Parameters<'a> {
    let mut all = IndexMap::new();
    for parameter in operation.parameters() {
        let says = specification.resolve(parameter, notes);
        let (place, name) = (text(says.get("in")), text(says.get("name")));
        if name.is_empty() {
            continue;
        }
        if !specification.spend(name.len()) {
            break;
        }
        let value =
            if place == "body" { Value::Null } else { example::of_parameter(says, specification, notes) };
        let parameter = Parameter {
            name: name.clone(),
            required: says.get("required").and_then(Value::as_bool).unwrap_or(false),
            description: specification.text(says.get("description")),
            value,
            says,
        };
        all.insert((place, name), parameter);
    }
    Parameters(all)
}

impl<'a> Parameters<'a> {
    pub(super) fn in_place(&self, place: &str) -> impl Iterator<Item = &Parameter<'a>> {
        self.0.iter().filter(move |((of, _), _)| of == place).map(|(_, parameter)| parameter)
    }

    /// Puts them into the request. What is optional comes in switched off.
    pub(super) fn write(&self, request: &mut RequestDefinition, variables: &mut Vec<Variable>) {
        for parameter in self.in_place("path").take(PATH_LIMIT) {
            parameter.write_path(request, variables);
        }
        self.write_query(request);
        for parameter in self.in_place("header") {
            // The specification has them ignored: other parts of it say them.
            let said_elsewhere = ["accept", "content-type", "authorization"]
                .iter()
                .any(|name| parameter.name.eq_ignore_ascii_case(name));
            if !said_elsewhere {
                request.headers.push(parameter.row());
            }
        }
        for required in [true, false] {
            let cookies: Vec<String> = self
                .in_place("cookie")
                .filter(|cookie| cookie.required == required)
                .map(|cookie| format!("{}={}", cookie.name, cookie.text()))
                .collect();
            if !cookies.is_empty() {
                request.headers.push(KeyValue { enabled: required, ..row("Cookie", cookies.join("; ")) });
            }
        }
    }

    fn write_query(&self, request: &mut RequestDefinition) {
        let mut enabled = Vec::new();
        let mut at = 0;
        for parameter in self.in_place("query") {
            for row in parameter.rows() {
                if row.enabled {
                    enabled.push(format!("{}={}", in_query(&row.name), in_query(&row.value)));
                } else {
                    request.disabled_query.push((at, row));
                }
                at += 1;
            }
        }
        if !enabled.is_empty() {
            let joint = if request.url.contains('?') { '&' } else { '?' };
            request.url.push(joint);
            request.url.push_str(&enabled.join("&"));
        }
    }
}

impl Parameter<'_> {
    pub(super) fn text(&self) -> String {
        match &self.value {
            Value::Array(items) => items.iter().map(|item| text(Some(item))).collect::<Vec<_>>().join(","),
            value => text(Some(value)),
        }
    }

    pub(super) fn row(&self) -> KeyValue {
        KeyValue {
            name: self.name.clone(),
            value: self.text(),
            enabled: self.required,
            description: self.description.clone(),
        }
    }

    /// A list is several rows, unless the description joins them.
    fn rows(&self) -> Vec<KeyValue> {
        let explode = self.says.get("explode").and_then(Value::as_bool);
        let multi = self.says.get("collectionFormat").and_then(Value::as_str) == Some("multi");
        let separate = multi || self.says.get("schema").is_some() && explode.unwrap_or(true);
        match &self.value {
            Value::Array(items) if separate && !items.is_empty() => {
                items.iter().take(20).map(|item| KeyValue { value: text(Some(item)), ..self.row() }).collect()
            }
            _ => vec![self.row()],
        }
    }

    /// A whole segment `{id}` becomes `:id`; within one only a variable can stand.
    fn write_path(&self, request: &mut RequestDefinition, variables: &mut Vec<Variable>) {
        if request.url.len() > URL_LIMIT {
            return;
        }
        let braced = format!("{{{}}}", self.name);
        let colon = format!(":{}", self.name);
        let mut whole = false;
        let segments: Vec<&str> = request.url.split('/').collect();
        let segments = segments.into_iter().map(|segment| {
            whole |= segment == braced;
            if segment == braced { colon.as_str() } else { segment }
        });
        let url = segments.collect::<Vec<_>>().join("/");
        request.url = url;
        if whole {
            request.path_variables.push(KeyValue { enabled: true, ..self.row() });
        } else if request.url.contains(&braced) && !request.url.contains(&format!("{{{braced}}}")) {
            request.url = request.url.replace(&braced, &format!("{{{braced}}}"));
            if variables.len() < VARIABLE_LIMIT && !variables.iter().any(|variable| variable.key == self.name)
            {
                variables.push(Variable::new(self.name.as_str(), self.text()));
            }
        }
    }
}

/// The text with what would end it in a query encoded.
fn in_query(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' | '#' | '+' | '%' | '=' | ' ' => out.push_str(&format!("%{:02X}", u32::from(character))),
            other => out.push(other),
        }
    }
    out
}
