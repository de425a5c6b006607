//! Bodies: the media type that people most likely mean, with an example.

use gatepass_core::workspace::{Body, FormField, FormPart, KeyValue};
use serde_json::{Map, Value};

use super::example;
use super::operation::{Operation, form_parameters};
use super::parameters::{Parameter, Parameters};
use super::servers::list;
use super::specification::Specification;
use crate::imported::Notes;
use crate::parts::{self, row, text};

/// The body of an operation; a header with its media type joins `headers` where the kind of body does not say it.
pub(super) fn read<'a>(
    operation: &Operation<'a>,
    parameters: &Parameters<'a>,
    specification: &Specification<'a>,
    headers: &mut Vec<KeyValue>,
    notes: &mut Notes,
) -> Body {
    if specification.swagger {
        return read_swagger(operation, parameters, specification, headers, notes);
    }
    let Some(body) = operation.says.get("requestBody") else { return Body::None };
    let content = specification.resolve(body, notes).get("content").and_then(Value::as_object);
    let Some((media_type, media)) = content.and_then(preferred) else { return Body::None };
    if parts::is_media_type(media_type, parts::URL_ENCODED) {
        let fields = fields(media, specification, notes);
        return Body::UrlEncoded { fields: fields.into_iter().map(|field| field.row).collect() };
    }
    if parts::is_media_type(media_type, parts::MULTIPART) {
        let fields = fields(media, specification, notes);
        return Body::FormData { fields: fields.into_iter().map(Field::into_part).collect() };
    }
    headers.push(row("Content-Type", media_type.as_str()));
    let value = example::of_media_type(media, specification, notes);
    raw(media_type, value)
}

/// JSON first, then forms, then what can be typed, then the rest.
fn preferred(content: &Map<String, Value>) -> Option<(&String, &Value)> {
    content.iter().min_by_key(|(media_type, _)| match parts::language(media_type) {
        "json" => 0,
        _ if parts::is_media_type(media_type, parts::URL_ENCODED) => 1,
        _ if parts::is_media_type(media_type, parts::MULTIPART) => 2,
        "text" if !media_type.starts_with("text/") => 4,
        _ => 3,
    })
}

fn raw(media_type: &str, value: Value) -> Body {
    let language = parts::language(media_type);
    let typed = media_type.starts_with("text/") || language != "text";
    match value {
        Value::String(text) if language != "json" && !text.is_empty() => {
            Body::Raw { language: language.to_owned(), text }
        }
        _ if !typed => Body::File { path: String::new() },
        Value::Null => Body::Raw { language: language.to_owned(), text: String::new() },
        value if language == "json" => Body::Raw {
            language: language.to_owned(),
            text: serde_json::to_string_pretty(&value).unwrap_or_default(),
        },
        // How a value becomes XML, the schema alone does not say.
        _ => Body::Raw { language: language.to_owned(), text: String::new() },
    }
}

/// A field of a form, whichever way it is sent.
struct Field {
    row: KeyValue,
    file: bool,
    content_type: Option<String>,
}

impl Field {
    fn into_part(self) -> FormField {
        let part = if self.file { FormPart::Files(Vec::new()) } else { FormPart::Text(self.row.value) };
        FormField {
            name: self.row.name,
            part,
            content_type: self.content_type,
            enabled: self.row.enabled,
            description: self.row.description,
        }
    }
}

/// The properties of a form's schema. Optional ones are switched off where the schema requires others.
fn fields<'a>(media: &'a Value, specification: &Specification<'a>, notes: &mut Notes) -> Vec<Field> {
    let examples = example::of_media_type(media, specification, notes);
    let schema = media.get("schema").map(|schema| specification.resolve(schema, notes));
    let properties = schema.and_then(|schema| schema.get("properties")).and_then(Value::as_object);
    let required = list(schema.and_then(|schema| schema.get("required")));
    let Some(properties) = properties else {
        let members = examples.as_object().into_iter().flatten();
        let plain = members.map(|(name, value)| Field {
            row: row(name.as_str(), text(Some(value))),
            file: false,
            content_type: None,
        });
        return plain.collect();
    };
    let fields = properties.iter().map(|(name, property)| {
        let property = specification.resolve(property, notes);
        let encoding = media.get("encoding").and_then(|encoding| encoding.get(name));
        Field {
            row: KeyValue {
                name: name.clone(),
                value: text(examples.get(name)),
                enabled: required.is_empty() || required.iter().any(|required| required == name.as_str()),
                description: specification.text(property.get("description")),
            },
            file: is_file(property) || property.get("items").is_some_and(is_file),
            content_type: encoding
                .and_then(|encoding| encoding.get("contentType"))
                .and_then(Value::as_str)
                .map(str::to_owned),
        }
    });
    fields.collect()
}

fn is_file(schema: &Value) -> bool {
    let format = schema.get("format").and_then(Value::as_str);
    matches!(format, Some("binary"))
        || schema.get("contentMediaType").is_some() && schema.get("contentEncoding").is_none()
}

fn read_swagger<'a>(
    operation: &Operation<'a>,
    parameters: &Parameters<'a>,
    specification: &Specification<'a>,
    headers: &mut Vec<KeyValue>,
    notes: &mut Notes,
) -> Body {
    let consumes = list(operation.says.get("consumes").or_else(|| specification.root.get("consumes")));
    let consumes: Vec<&str> = consumes.iter().filter_map(Value::as_str).collect();
    let form = form_parameters(parameters);
    if !form.is_empty() {
        let is_file =
            |parameter: &Parameter| parameter.says.get("type").and_then(Value::as_str) == Some("file");
        let multipart = consumes.iter().any(|media_type| parts::is_media_type(media_type, parts::MULTIPART));
        if !multipart && !form.iter().any(|parameter| is_file(parameter)) {
            return Body::UrlEncoded { fields: form.iter().map(|parameter| parameter.row()).collect() };
        }
        let fields = form.iter().map(|parameter| {
            Field { row: parameter.row(), file: is_file(parameter), content_type: None }.into_part()
        });
        return Body::FormData { fields: fields.collect() };
    }
    let Some(schema) = parameters.in_place("body").next().and_then(|body| body.says.get("schema")) else {
        return Body::None;
    };
    let json = consumes.iter().find(|media_type| parts::language(media_type) == "json");
    let media_type = json.or(consumes.first()).copied().unwrap_or("application/json");
    headers.push(row("Content-Type", media_type));
    raw(media_type, example::of_schema(schema, specification, notes))
}
