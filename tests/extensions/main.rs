//! What goes beyond the grants: discovery, pushed and signed requests, signed answers, tokens bound to a key or a
//! certificate, resource indicators, rich requests, free parameters, and what can be done with a token set afterwards.
#![allow(clippy::unwrap_used)]

mod bound_tokens;
mod discovery;
mod endings;
mod free_parameters;
mod issuer_in_the_answer;
mod registration;
mod requests;
mod resources;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL};
use gatepass_tests::{Provider, provider::Seen};
use serde_json::Value;

/// One part of a JWT: its header, its claims.
fn part(token: &str, at: usize) -> Value {
    serde_json::from_slice(&BASE64URL.decode(token.split('.').nth(at).unwrap()).unwrap()).unwrap()
}

/// The requests to one path that reached the provider.
async fn seen_at(provider: &Provider, path: &str) -> Vec<Seen> {
    provider.log().await.into_iter().filter(|seen| seen.path() == path).collect()
}

/// The parameters in the URL of a request.
fn query(seen: &Seen) -> Vec<(String, String)> {
    let query = seen.url.split_once('?').map_or("", |(_, query)| query);
    url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

/// One of them.
fn parameter(seen: &Seen, name: &str) -> Option<String> {
    query(seen).into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
}
