//! What a run tells while it goes, and at its end.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use gatepass_app::core::pipeline::{Draft, Verdict};
use gatepass_app::core::run::{Position, Reporter, Summary};
use serde_json::{Value, json};

use crate::arguments::RunArguments;
use crate::terminal;

/// Prints a line a request, or collects one JSON document.
pub struct Report {
    collection: String,
    look: Look,
    told: Mutex<Told>,
}

#[derive(Clone, Copy)]
enum Look {
    Silent,
    Json,
    Text { coloured: bool },
}

#[derive(Default)]
struct Told {
    executions: Vec<Value>,
    failures: Vec<Value>,
    responses: usize,
    response_us: u64,
    bytes: u64,
    refreshed: usize,
}

impl Report {
    pub fn new(collection: &str, arguments: &RunArguments) -> Self {
        let look = match arguments {
            RunArguments { json: true, .. } => Look::Json,
            RunArguments { silent: true, .. } => Look::Silent,
            RunArguments { color, .. } => Look::Text { coloured: terminal::coloured(*color) },
        };
        if let Look::Text { .. } = look {
            say!("{}\n", terminal::inert(collection));
        }
        Self { collection: collection.to_owned(), look, told: Mutex::default() }
    }

    /// The end: totals, or the document.
    pub fn conclude(&self, summary: Option<Summary>, took: Duration) {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let average_ms =
            if told.responses == 0 { 0.0 } else { told.response_us as f64 / told.responses as f64 / 1000.0 };
        let total = summary.map_or(told.responses + told.failures.len(), |summary| summary.requests);
        let failed = told.failures.len();
        match self.look {
            Look::Silent => {}
            Look::Json => {
                let document = json!({
                    "collection": { "info": { "name": self.collection } },
                    "run": {
                        "stats": {
                            "iterations": { "total": summary.map(|summary| summary.iterations) },
                            "requests": { "total": total, "failed": failed },
                            "tokens": { "refreshed": told.refreshed },
                        },
                        "timings": { "responseAverage": average_ms, "total": took.as_millis() as u64 },
                        "executions": told.executions,
                        "failures": told.failures,
                        "timedOut": summary.is_none(),
                    },
                });
                terminal::document(&document);
            }
            Look::Text { coloured } => {
                if summary.is_none() {
                    say!("\nThe time allowed for the run is over.");
                } else if summary.is_some_and(|summary| summary.bailed) {
                    say!("\nEnded at the first failure.");
                }
                let verdict = format!("{} failed", failed);
                let verdict = if failed > 0 {
                    paint(coloured, "31", &verdict)
                } else {
                    paint(coloured, "32", &verdict)
                };
                say!(
                    "\n{total} requests, {verdict}, {} refreshed on the way, {} bytes received, {average_ms:.1} ms a response, {:.1} s in all",
                    if told.refreshed == 1 {
                        "1 token".to_owned()
                    } else {
                        format!("{} tokens", told.refreshed)
                    },
                    told.bytes,
                    took.as_secs_f64(),
                );
            }
        }
    }
}

impl Reporter for Report {
    fn request_ended(&self, at: Position, draft: &Draft, verdict: &Verdict) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let exchange = verdict.exchange();
        if let Some(exchange) = exchange {
            told.responses += 1;
            told.response_us += exchange.timing.total_us;
            told.bytes += exchange.response.body.size();
        }
        let auth = verdict.auth.as_ref();
        let refreshed = auth.is_some_and(|auth| auth.refreshed || auth.renewed_after_401);
        told.refreshed += usize::from(refreshed);
        let failure = verdict.failure();
        match self.look {
            Look::Silent => {
                if let Some(failure) = &failure {
                    told.failures.push(json!(failure));
                    tell!("{}", terminal::inert(&format!("{}: {failure}", draft.name)));
                }
            }
            Look::Json => {
                let id = draft.id.as_ref().map(|id| id.as_str().to_owned());
                if let Some(failure) = &failure {
                    told.failures.push(json!({
                        "source": { "id": id, "name": draft.name },
                        "cursor": { "iteration": at.iteration },
                        "error": { "message": failure },
                    }));
                }
                told.executions.push(json!({
                    "item": { "id": id, "name": draft.name },
                    "cursor": { "iteration": at.iteration, "position": at.request },
                    "request": verdict.request.as_ref().map(|shown| json!({ "method": shown.method, "url": shown.url })),
                    "response": exchange.map(|exchange| json!({
                        "code": exchange.response.status,
                        "status": exchange.response.reason,
                        "responseTime": exchange.timing.total_us as f64 / 1000.0,
                        "responseSize": exchange.response.body.size(),
                    })),
                    "auth": auth.map(|auth| json!({
                        "token_name": auth.token_name, "use_token": auth.use_token, "refreshed": refreshed,
                    })),
                    "error": failure,
                }));
            }
            Look::Text { coloured } => {
                if let Some(failure) = &failure {
                    told.failures.push(json!(failure));
                    say!(
                        "{} {}",
                        paint(coloured, "31", "✗"),
                        terminal::inert(&format!("{}: {failure}", draft.name))
                    );
                } else if let (Some(exchange), Some(shown)) = (exchange, &verdict.request) {
                    let response = &exchange.response;
                    let colour = if response.status < 400 { "32" } else { "33" };
                    let status = paint(coloured, colour, &response.status.to_string());
                    let token = if refreshed { ", token refreshed" } else { "" };
                    say!(
                        "{status} {}  [{} bytes, {:.1} ms{token}]",
                        terminal::inert(&format!("{} {}  {}", shown.method, shown.url, draft.name)),
                        response.body.size(),
                        exchange.timing.total_us as f64 / 1000.0,
                    );
                }
            }
        }
    }
}

fn paint(coloured: bool, colour: &str, text: &str) -> String {
    if coloured { format!("\u{1b}[{colour}m{text}\u{1b}[0m") } else { text.to_owned() }
}
