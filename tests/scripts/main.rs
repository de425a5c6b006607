//! Scripts on the built command line: what they do to requests, tokens and variables, and that nothing they do reaches
//! further than the request that they belong to.
#![allow(clippy::unwrap_used)]

mod limits;
mod order;
mod tokens;
mod trust;

use gatepass_tests::http::{Answer, Request, Server};
use serde_json::{Value, json};

/// A server that answers everything with what it was sent.
async fn echo() -> Server {
    Server::start(|request: &Request| {
        let Request { method, path, query, headers, body, .. } = request;
        Answer::json(
            200,
            &json!({ "method": method, "path": path, "query": query, "headers": headers, "body": body }),
        )
    })
    .await
}

fn paths(server: &Server) -> Vec<String> {
    server.seen().into_iter().map(|request| request.path).collect()
}

/// The events of an item; an empty script is none.
fn events(prerequest: &str, test: &str) -> Value {
    let event = |listen: &str, source: &str| {
        let lines: Vec<&str> = source.lines().collect();
        json!({ "listen": listen, "script": { "type": "text/javascript", "exec": lines } })
    };
    let written = [("prerequest", prerequest), ("test", test)];
    written
        .iter()
        .filter(|(_, source)| !source.is_empty())
        .map(|(listen, source)| event(listen, source))
        .collect()
}

/// A GET with scripts.
fn item(name: &str, url: &str, prerequest: &str, test: &str) -> Value {
    let request = json!({ "method": "GET", "header": [], "url": url });
    json!({ "name": name, "request": request, "event": events(prerequest, test) })
}
