//! What one file says, whichever of the two languages it is written in.

use gatepass_core::workspace::{Auth, Body, Branch, Definition, KeyValue, RequestDefinition, Variable};
use serde_json::{Map, Value, json};

use super::KEPT;
use crate::imported::Notes;
use crate::parts::{self, shown};
use crate::placeholders::{rewrite, variable};

/// A request, or what a folder or collection says to the requests in it.
#[derive(Default)]
pub(super) struct Sheet {
    pub name: String,
    /// Where it stands among its siblings; 0 if it does not say.
    pub position: f64,
    /// A request that is sent over HTTP. `None`: a folder or collection, or some other kind of request.
    pub request: Option<RequestDefinition>,
    /// What kind of request it is, where that is none of HTTP.
    pub foreign_kind: Option<String>,
    /// Headers of a folder or collection, for all requests in it.
    pub headers: Vec<KeyValue>,
    pub auth: Option<Auth>,
    pub variables: Vec<Variable>,
    pub description: String,
    pub settings: Map<String, Value>,
    /// Scripts, assertions and the like, by their names.
    pub kept: Map<String, Value>,
}

impl Sheet {
    /// The request, with headers of the folders around it; `None` (and a remark) if it is of another kind.
    pub(super) fn into_request(mut self, inherited: &[KeyValue], notes: &mut Notes) -> Option<Branch> {
        notes.enter(&self.name);
        let Some(mut request) = self.request.take() else {
            let kind = self.foreign_kind.as_deref().unwrap_or("unknown");
            notes.warn(format!("It is a request of the kind {}", shown(kind)), "It is left out");
            notes.leave();
            return None;
        };
        let others =
            inherited.iter().filter(|header| parts::header(&request.headers, &header.name).is_none());
        let others: Vec<KeyValue> = others.cloned().collect();
        request.headers.splice(0..0, others);
        let media_type = match &request.body {
            Body::Raw { language, .. } if language == "json" => Some("application/json"),
            Body::Raw { language, .. } if language == "xml" => Some("application/xml"),
            Body::Raw { .. } => Some("text/plain"),
            _ => None,
        };
        if let Some(media_type) = media_type
            && parts::header(&request.headers, "content-type").is_none()
        {
            request.headers.push(parts::row("Content-Type", media_type));
        }
        parts::without_implied_content_type(&mut request);
        let name = self.name.clone();
        let mut definition = self.into_definition(notes);
        definition.request = Some(request);
        notes.leave();
        Some(parts::request(&name, definition))
    }

    /// Everything but the request and the headers.
    pub(super) fn into_definition(self, notes: &mut Notes) -> Definition {
        let mut definition = Definition {
            description: self.description,
            auth: self.auth,
            variables: self.variables,
            settings: self.settings,
            ..Definition::default()
        };
        if !self.kept.is_empty() {
            let names: Vec<&str> = self.kept.keys().map(String::as_str).collect();
            notes.warn(
                format!("It has parts that are written for Bruno's own API ({})", shown(&names.join(", "))),
                "They are kept with it, and not run: rewrite them with pm",
            );
            definition.unknown.insert(KEPT.to_owned(), json!(self.kept));
        }
        definition
    }
}

/// The text with our names for variables.
pub(super) fn translate(text: &str, notes: &mut Notes) -> String {
    rewrite(text, |name| {
        if let Some(environment) = name.strip_prefix("process.env.") {
            notes.warn(
                format!("The variable {} of the process's environment is used", shown(environment)),
                format!("It is not read; give the variable {{{{{}}}}} a value", shown(environment)),
            );
            return variable(environment);
        }
        if name.starts_with("$oauth2.") {
            notes.warn(
                format!("The token {{{{{}}}}} is used as a variable", shown(name)),
                "It stays as it is: set the authorization of the request instead",
            );
        }
        variable(name)
    })
}

/// `:id` segments get their values from rows, the query stands in the URL already.
pub(super) fn set_url(
    request: &mut RequestDefinition,
    url: &str,
    query: Vec<KeyValue>,
    path: Vec<KeyValue>,
    notes: &mut Notes,
) {
    request.url = translate(url, notes);
    let has_query = request.url.contains('?');
    for (at, row) in query.into_iter().enumerate() {
        if !row.enabled {
            request.disabled_query.push((at, row));
        } else if !has_query {
            let joint = if request.url.contains('?') { '&' } else { '?' };
            request.url.push(joint);
            request.url.push_str(&format!("{}={}", row.name, row.value));
        }
    }
    request.path_variables = path;
}
