//! The command line as scripts and CI rely on it: documents, exit codes, what goes to which stream, and what reaches
//! the provider. Everything is asked of the built program, against the real provider wherever an honest one will do.
#![allow(clippy::unwrap_used)]

mod client;
mod documents;
mod environments;
mod importing;
mod key_stores;
mod kill;
mod refresh;
mod requests;
mod run;
mod run_data;
mod run_reports;
mod send;
mod sign_in;
mod single_flight;
mod token;

use gatepass_tests::{Collection, Provider};
use serde_json::Value;

/// A collection “Photos” with one request “List photos” to the provider's API, authorized by this config.
fn photos(provider: &Provider, config: &Value) -> Value {
    Collection::named("Photos").oauth2(config).get("List photos", &format!("{}/photos", provider.api)).json()
}

/// The names in `key` of a list of objects.
fn names<'a>(list: &'a Value, key: &str) -> Vec<&'a str> {
    list.as_array()
        .map(|list| list.iter().filter_map(|item| item[key].as_str()).collect())
        .unwrap_or_default()
}
