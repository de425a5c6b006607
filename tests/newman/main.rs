//! The same collections through Newman and through `gatepass run`, on the same server: what is executed, what is
//! answered, what is asserted, what went over the wire and which variables are left. Every difference has to be listed
//! in `docs/newman-differences.md`, and what is listed there has to differ.
#![allow(clippy::unwrap_used)]

mod listed;
mod runs;
mod server;

use std::collections::BTreeSet;

use listed::Listed;
use runs::{Run, Seen, gatepass, newman};

/// A collection of `tests/newman/collections`, and what it is run with.
async fn compare(collection: &str, options: &[&str]) {
    let server = server::start().await;
    let theirs = newman(&server, collection, options).await;
    let ours = gatepass(&server, collection, options).await;
    let found = differences(collection, &theirs, &ours);
    let listed = Listed::read(collection);
    let unlisted: Vec<&(String, String)> = found.iter().filter(|(place, _)| !listed.holds(place)).collect();
    let told: Vec<String> = unlisted.iter().map(|(place, what)| format!("{place}\n    {what}")).collect();
    assert!(told.is_empty(), "these differences are not listed:\n{}", told.join("\n"));
    let places: BTreeSet<&str> = found.iter().map(|(place, _)| place.as_str()).collect();
    // A part of a collection proves nothing about the rest of it.
    if options.contains(&"--folder") {
        return;
    }
    let settled: Vec<&str> = listed.of_this_collection_without(&places);
    assert!(settled.is_empty(), "these are listed and no longer differ: {settled:?}");
}

/// Where the two differ, as `collection / request: aspect`, and how.
fn differences(collection: &str, theirs: &Run, ours: &Run) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut differ = |place: String, theirs: &dyn std::fmt::Debug, ours: &dyn std::fmt::Debug| {
        found.push((place, format!("Newman: {theirs:?}\n    Gatepass: {ours:?}")));
    };
    let (their_names, our_names) = (theirs.names(), ours.names());
    if their_names != our_names {
        differ(format!("{collection}: executed"), &their_names, &our_names);
        return found;
    }
    for (their, our) in theirs.items.iter().zip(&ours.items) {
        let place = |aspect: &str| format!("{collection} / {}: {aspect}", their.name);
        if their.status != our.status {
            differ(place("status"), &their.status, &our.status);
        }
        if their.assertions != our.assertions {
            differ(place("assertions"), &their.assertions, &our.assertions);
        }
        if their.sent.len() != our.sent.len() {
            differ(place("sends"), &their.sent.len(), &our.sent.len());
        }
        for (theirs, ours) in their.sent.iter().zip(&our.sent) {
            if theirs.method != ours.method {
                differ(place("method"), &theirs.method, &ours.method);
            }
            if theirs.url != ours.url {
                differ(place("url"), &theirs.url, &ours.url);
            }
            if theirs.body != ours.body {
                differ(place("body"), &theirs.body, &ours.body);
            }
            for name in names_of_headers(theirs, ours) {
                let (theirs, ours) = (theirs.header(&name), ours.header(&name));
                if theirs != ours {
                    differ(place(&format!("header {name}")), &theirs, &ours);
                }
            }
        }
    }
    for (scope, theirs, ours) in
        [("environment", &theirs.environment, &ours.environment), ("globals", &theirs.globals, &ours.globals)]
    {
        let keys: BTreeSet<&String> = theirs.keys().chain(ours.keys()).collect();
        for key in keys {
            if theirs.get(key) != ours.get(key) {
                differ(format!("{collection}: {scope} {key}"), &theirs.get(key), &ours.get(key));
            }
        }
    }
    found
}

fn names_of_headers(theirs: &Seen, ours: &Seen) -> BTreeSet<String> {
    theirs.headers.iter().chain(&ours.headers).map(|(name, _)| name.clone()).collect()
}

#[tokio::test]
async fn bodies() {
    compare("bodies", &[]).await;
}

#[tokio::test]
async fn urls() {
    compare("urls", &[]).await;
}

#[tokio::test]
async fn variables() {
    compare("variables", &["-e", "files/environment.json", "-g", "files/globals.json"]).await;
}

#[tokio::test]
async fn rows_of_a_table() {
    let options = ["-e", "files/environment.json", "-g", "files/globals.json", "-d", "files/rows.csv"];
    compare("variables", &options).await;
}

#[tokio::test]
async fn rows_of_a_list() {
    let options =
        ["-e", "files/environment.json", "-g", "files/globals.json", "-d", "files/rows.json", "-n", "3"];
    compare("variables", &options).await;
}

#[tokio::test]
async fn a_folder_alone() {
    compare("authorizations", &["--folder", "Deeper", "--folder", "Basic"]).await;
}

#[tokio::test]
async fn authorizations() {
    compare("authorizations", &[]).await;
}

#[tokio::test]
async fn redirects() {
    compare("redirects", &[]).await;
}

#[tokio::test]
async fn cookies() {
    compare("cookies", &["-n", "2"]).await;
}

#[tokio::test]
async fn answers() {
    compare("answers", &[]).await;
}

#[tokio::test]
async fn order_of_scripts() {
    compare("script-order", &[]).await;
}

#[tokio::test]
async fn flow_of_requests_by_scripts() {
    compare("script-flow", &[]).await;
}

#[tokio::test]
async fn what_scripts_can_do() {
    compare("script-surface", &[]).await;
}
