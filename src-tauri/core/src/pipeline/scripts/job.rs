//! What the scripts of a request are given.

use std::sync::Arc;

use serde_json::{Map, Value};
use url::{Url, form_urlencoded};

use super::super::inherit::Inherited;
use super::super::{Ancestor, Draft, Pipeline};
use super::host::Host;
use crate::exchange::{Exchange, OutgoingBody, OutgoingPart, OutgoingRequest, PartContent};
use crate::scripting::{
    PlacedScript, ScriptCookie, ScriptInfo, ScriptJob, ScriptRequest, ScriptResponse, VisibleVariables,
};
use crate::template::{NoDynamic, Resolver, VariableSet};
use crate::workspace::{
    Body, FormField, FormPart, KeyValue, NodeKind, RequestDefinition, Script, ScriptEvent,
};

/// The parameters that hold the tokens themselves; they are no part of a config.
pub(super) const TOKEN_PARAMETERS: [&str; 2] = ["accessToken", "idToken"];

/// The scripts for an event around and on a request, in the order in which they run.
pub(super) fn placed(draft: &Draft, event: ScriptEvent) -> impl Iterator<Item = PlacedScript> {
    let of = move |kind: NodeKind, name: &str, scripts: &[Script]| {
        let fitting = scripts.iter().filter(|script| script.event == event);
        let placed =
            fitting.map(|script| PlacedScript { kind, name: name.to_owned(), source: script.source.clone() });
        placed.collect::<Vec<_>>()
    };
    let above = draft.ancestors.iter().rev();
    let above = above.flat_map(move |above| of(above.kind, &above.name, &above.definition.scripts));
    above.chain(of(NodeKind::Request, &draft.name, &draft.definition.scripts))
}

/// For the pre-request scripts: the request as written.
pub(super) fn before(pipeline: &Pipeline, inherited: &Inherited, host: &Host<'_>) -> ScriptJob {
    let request = inherited.request().cloned().unwrap_or_default();
    let text = Resolver::new(&inherited.scopes, &NoDynamic).resolve(request.url.trim(), "URL").into_owned();
    let url = Url::parse(&text).or_else(|_| Url::parse(&format!("http://{text}"))).ok();
    ScriptJob {
        event: ScriptEvent::PreRequest,
        scripts: placed(&inherited.draft, ScriptEvent::PreRequest).collect(),
        info: info(&inherited.draft),
        variables: visible(&inherited.draft),
        request: ScriptRequest { request, auth: Some(host.shown_auth(&inherited.auth)) },
        response: None,
        cookies: url.map(|url| cookies(pipeline, &url)).unwrap_or_default(),
    }
}

/// For the test scripts: the request as it left, and its answer if there was one.
pub(super) fn after(
    pipeline: &Pipeline,
    inherited: &Inherited,
    left: &OutgoingRequest,
    exchange: Option<&Exchange>,
    host: &Host<'_>,
) -> ScriptJob {
    let (method, url, headers) = match exchange {
        Some(exchange) => (&exchange.request.method, &exchange.request.url, &exchange.request.headers),
        None => (&left.method, &left.url, &left.headers),
    };
    let written = inherited.request().map(|request| &request.body);
    let request = RequestDefinition {
        method: method.clone(),
        url: url.to_string(),
        headers: headers.iter().map(|(name, value)| row(name, value)).collect(),
        body: body(&left.body, written.unwrap_or(&Body::None)),
        ..RequestDefinition::default()
    };
    ScriptJob {
        event: ScriptEvent::Test,
        scripts: placed(&inherited.draft, ScriptEvent::Test).collect(),
        info: info(&inherited.draft),
        variables: visible(&inherited.draft),
        request: ScriptRequest { request, auth: Some(host.shown_auth(&inherited.auth)) },
        response: exchange.map(response),
        cookies: cookies(pipeline, url),
    }
}

/// An answer as scripts see it.
pub(super) fn response(exchange: &Exchange) -> ScriptResponse {
    let response = &exchange.response;
    ScriptResponse {
        code: response.status,
        status: response.reason_phrase().to_owned(),
        version: response.version.clone(),
        headers: response.headers.clone(),
        response_time: (exchange.timing.total_us as f64 / 1000.0).round(),
        size: response.body.size(),
        body: Some(response.body.clone()),
    }
}

fn info(draft: &Draft) -> ScriptInfo {
    let above = draft.ancestors.iter().rev().map(|above| above.name.clone());
    ScriptInfo {
        request_name: draft.name.clone(),
        request_id: draft.id.as_ref().map(ToString::to_string).unwrap_or_default(),
        iteration: draft.cursor.iteration,
        iteration_count: draft.cursor.iterations,
        location: above.chain([draft.name.clone()]).collect(),
    }
}

fn visible(draft: &Draft) -> VisibleVariables {
    let environment = draft.environment.as_deref();
    let is_collection = |above: &&Ancestor| above.kind == NodeKind::Collection;
    let own = (!draft.definition.variables.is_empty())
        .then(|| VariableSet::new(draft.definition.variables.clone()).values());
    let folders = draft.ancestors.iter().filter(|above| !is_collection(above));
    let folders = folders.map(|folder| folder.variables().values()).filter(|values| !values.is_empty());
    VisibleVariables {
        environment_name: environment.map(|environment| environment.name.clone()).unwrap_or_default(),
        environment_id: environment.map(|environment| environment.id.to_string()).unwrap_or_default(),
        environment: environment.map(|environment| environment.variables().values()).unwrap_or_default(),
        globals: draft.globals.values(),
        collection: draft
            .ancestors
            .iter()
            .find(is_collection)
            .map_or_else(Map::new, |collection| Arc::clone(collection.variables()).values()),
        folders: own.into_iter().chain(folders).collect(),
        iteration_data: draft.iteration_data.values(),
        local: draft.local.values(),
    }
}

fn cookies(pipeline: &Pipeline, url: &Url) -> Vec<ScriptCookie> {
    let jar = pipeline.scripting.as_ref().and_then(|scripting| scripting.cookies.as_ref());
    jar.map(|jar| jar.list(url)).unwrap_or_default()
}

/// The body that left, in the kind that it was written in.
fn body(left: &OutgoingBody, written: &Body) -> Body {
    match left {
        OutgoingBody::Empty => Body::None,
        OutgoingBody::File(path) => Body::File { path: path.display().to_string() },
        OutgoingBody::Multipart(parts) => Body::FormData { fields: parts.iter().map(field).collect() },
        OutgoingBody::Bytes(bytes) => match written {
            Body::UrlEncoded { .. } => {
                let fields = form_urlencoded::parse(bytes).map(|(name, value)| row(&name, &value));
                Body::UrlEncoded { fields: fields.collect() }
            }
            Body::GraphQl { .. } => graphql(bytes).unwrap_or_else(|| raw(bytes, "json")),
            Body::Raw { language, .. } => raw(bytes, language),
            _ => raw(bytes, "text"),
        },
    }
}

fn raw(bytes: &[u8], language: &str) -> Body {
    Body::Raw { language: language.to_owned(), text: String::from_utf8_lossy(bytes).into_owned() }
}

fn graphql(bytes: &[u8]) -> Option<Body> {
    let document: Value = serde_json::from_slice(bytes).ok()?;
    Some(Body::GraphQl {
        query: document.get("query")?.as_str()?.to_owned(),
        variables: document.get("variables").map(Value::to_string).unwrap_or_default(),
    })
}

fn field(part: &OutgoingPart) -> FormField {
    let content = match &part.content {
        PartContent::Bytes(bytes) => FormPart::Text(String::from_utf8_lossy(bytes).into_owned()),
        PartContent::File(path) => FormPart::Files(vec![path.display().to_string()]),
    };
    FormField {
        name: part.name.clone(),
        part: content,
        content_type: part.content_type.clone(),
        enabled: true,
        description: String::new(),
    }
}

fn row(name: &str, value: &str) -> KeyValue {
    KeyValue { name: name.to_owned(), value: value.to_owned(), enabled: true, description: String::new() }
}
