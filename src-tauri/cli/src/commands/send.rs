//! `gatepass send`: one request; its body goes to stdout, the rest to stderr.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine as _;
use futures_util::future::BoxFuture;
use gatepass_app::core::exchange::{Exchange, ResponseBody};
use gatepass_app::core::pipeline::{Outcome, ScriptPermission, Trouble, Verdict};
use gatepass_app::core::ports::{Progress, Stage};
use gatepass_app::core::scripting::{Assertion, ScriptReport};
use gatepass_app::oauth::keeper::SendTerms;
use gatepass_app::oauth::{Code, Failure};
use serde_json::{Value, json};

use crate::aim::{self, outside_of, surrounding};
use crate::arguments::SendArguments;
use crate::outcome::{Ending, Stop};
use crate::person::{Steps, TerminalPerson, somebody_is_there};
use crate::place::Place;
use crate::terminal;
use crate::transport::send_settings;

pub async fn send(place: &Place, arguments: SendArguments) -> Result<Ending, Stop> {
    let app = match place.needs_database(&arguments.collection, &arguments.variables, &arguments.terms) {
        true => Some(place.app_with(&arguments.collection, false).await?),
        false => None,
    };
    let ended = send_one(place, app.as_ref(), &arguments).await;
    if let Some(app) = app {
        app.close().await;
    }
    ended
}

async fn send_one(
    place: &Place,
    app: Option<&gatepass_app::App>,
    arguments: &SendArguments,
) -> Result<Ending, Stop> {
    let settings = send_settings(app, &arguments.transport).await?;
    let surrounding = surrounding(app, &arguments.variables).await?;
    let outside = outside_of(app, place);
    aim::prepare_scripts(app, &outside, &arguments.collection, &arguments.scripts).await?;
    let source = aim::source_of(app, &arguments.collection).await?;
    let node = source.find(Some(&arguments.request)).map_err(Stop::from)?;
    let mut draft = source.draft(node, &surrounding, &settings);
    if arguments.scripts.no_scripts {
        draft.scripts = ScriptPermission::SwitchedOff;
    }
    outside.set_send_settings(settings);
    let person = somebody_is_there(place.has_browser()).then(|| Arc::new(TerminalPerson::new(false)) as _);
    let terms = SendTerms {
        renew: !arguments.terms.no_auth_refresh,
        send_anyway: arguments.terms.send_anyway,
        person,
    };
    let progress = Streaming { shows: !arguments.json, shown: AtomicBool::new(false) };
    let verdict = outside
        .pipeline_with_scripts(app.map(gatepass_app::App::recorder))
        .send(draft, &terms, &progress, Arc::new(Steps::default()))
        .await;
    for warning in &verdict.warnings {
        tell!("{}", terminal::inert(&format!("note: {}", warning.message)));
    }
    tell_scripts(&verdict.scripts);
    tell(verdict, arguments, progress.shown.load(Ordering::Relaxed))
}

/// An assertion as a person reads it.
fn assertion_line(assertion: &Assertion) -> String {
    let Assertion { name, skipped, error, .. } = assertion;
    match error {
        _ if *skipped => format!("– {name} (skipped)"),
        _ if assertion.passed => format!("✓ {name}"),
        Some(error) => format!("✗ {name}: {}", error.message),
        None => format!("✗ {name}"),
    }
}

fn tell_scripts(scripts: &ScriptReport) {
    for line in &scripts.console {
        tell!("{}", terminal::inert(&line.text));
    }
    for assertion in &scripts.assertions {
        tell!("{}", terminal::inert(&assertion_line(assertion)));
    }
    for error in &scripts.errors {
        tell!("{}", terminal::inert(&format!("script failed: {error} ({})", error.place())));
    }
}

/// Writes server-sent events out as they come. Ctrl-C ends the stream and not the program: what came is the answer.
struct Streaming {
    /// Not where one JSON document is asked for.
    shows: bool,
    shown: AtomicBool,
}

impl Progress for Streaming {
    fn reached(&self, _stage: Stage) {}

    fn streamed(&self, part: &[u8]) {
        if self.shows {
            self.shown.store(true, Ordering::Relaxed);
            terminal::body(part);
        }
    }

    fn enough(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending().await
            }
        })
    }
}

/// `shown`: the body went to stdout while it came.
fn tell(verdict: Verdict, arguments: &SendArguments, shown: bool) -> Result<Ending, Stop> {
    let scripts_passed = verdict.scripts.passed();
    let auth = verdict.auth.as_ref().map(|auth| {
        json!({
            "token_name": auth.token_name,
            "use_token": auth.use_token,
            "refreshed": auth.refreshed || auth.renewed_after_401,
        })
    });
    let exchange = match verdict.outcome {
        Outcome::Answered(exchange) => exchange,
        Outcome::HeldBack(held) => {
            let failure = held.failure.unwrap_or_else(|| {
                Failure::new(
                    Code::SignInNeeded,
                    "The request was not sent",
                    held.message,
                    "Run gatepass token get for it first, or send it all the same with --send-anyway.",
                )
            });
            return Err(failure.into());
        }
        Outcome::Skipped => {
            return Err(Stop::request(Failure::new(
                Code::Cancelled,
                "The request was not sent",
                "A pre-request script called pm.execution.skipRequest().",
                "Send it without scripts (--no-scripts), or change the script.",
            )));
        }
        Outcome::Failed(Trouble::Auth(failure)) => return Err(failure.into()),
        Outcome::Failed(Trouble::Send(failure)) => {
            let code = match failure.kind {
                gatepass_app::core::ports::SendFailureKind::Invalid => Code::Usage,
                gatepass_app::core::ports::SendFailureKind::Tls => Code::Tls,
                gatepass_app::core::ports::SendFailureKind::Timeout => Code::Timeout,
                _ => Code::Network,
            };
            return Err(Stop::request(Failure::new(code, failure.message, failure.cause, failure.next_step)));
        }
    };
    if arguments.verbose && !arguments.json {
        tell_head(&exchange);
    }
    let body = body_of(&exchange.response.body)?;
    if arguments.json {
        terminal::document(&document(&exchange, &body, auth));
    } else if !shown {
        terminal::body(&body);
    }
    let well = exchange.response.status < 400 && scripts_passed;
    Ok(if well { Ending::Done } else { Ending::Failed })
}

fn tell_head(exchange: &Exchange) {
    let response = &exchange.response;
    tell!("{}", terminal::inert(&format!("{} {} {}", response.version, response.status, response.reason)));
    for (name, value) in &response.headers {
        tell!("{}", terminal::inert(&format!("{name}: {value}")));
    }
    let timing = &exchange.timing;
    tell!(
        "{:.1} ms, first byte after {:.1} ms, {} bytes",
        timing.total_us as f64 / 1000.0,
        timing.first_byte_us as f64 / 1000.0,
        response.body.size()
    );
}

fn document(exchange: &Exchange, body: &[u8], auth: Option<Value>) -> Value {
    let response = &exchange.response;
    let text = std::str::from_utf8(body).ok();
    let encoded = text.is_none().then(|| base64::engine::general_purpose::STANDARD.encode(body));
    json!({
        "status": response.status,
        "headers": response.headers,
        "body": text,
        "body_base64": encoded,
        "timing": {
            "connect_ms": exchange.timing.connect_us.map(|us| us as f64 / 1000.0),
            "first_byte_ms": exchange.timing.first_byte_us as f64 / 1000.0,
            "total_ms": exchange.timing.total_us as f64 / 1000.0,
        },
        "auth": auth,
    })
}

fn body_of(body: &ResponseBody) -> Result<Vec<u8>, Stop> {
    match body {
        ResponseBody::Memory(bytes) => Ok(bytes.to_vec()),
        ResponseBody::File(file) => std::fs::read(&file.path).map_err(|error| {
            Stop::request(Failure::new(
                Code::Storage,
                "The response body cannot be read back",
                format!("{error}."),
                "Check that there is room in the temporary folder.",
            ))
        }),
    }
}
