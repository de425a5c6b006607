//! `gatepass run`: a collection from the first request to the last.

use std::sync::Arc;
use std::time::{Duration, Instant};

use gatepass_app::App;
use gatepass_app::core::exchange::SendSettings;
use gatepass_app::core::pipeline::Draft;
use gatepass_app::core::run::{Plan, Summary};
use gatepass_app::oauth::keeper::SendTerms;
use gatepass_app::source::{Source, Surrounding};

use crate::aim::{outside_of, source_of, surrounding};
use crate::arguments::RunArguments;
use crate::outcome::{Ending, Stop};
use crate::person::{Steps, TerminalPerson, somebody_is_there};
use crate::place::Place;
use crate::report::Report;
use crate::terminal;
use crate::transport::{give_cookies, send_settings, take_cookies};

pub async fn run(place: &Place, arguments: RunArguments) -> Result<Ending, Stop> {
    let app = match place.needs_database(&arguments.collection, &arguments.variables, &arguments.terms) {
        true => Some(place.app().await?),
        false => None,
    };
    let ended = run_all(place, app.as_ref(), &arguments).await;
    if let Some(app) = app {
        app.close().await;
    }
    ended
}

async fn run_all(place: &Place, app: Option<&App>, arguments: &RunArguments) -> Result<Ending, Stop> {
    let settings = send_settings(app, &arguments.transport).await?;
    let surrounding = surrounding(app, &arguments.variables).await?;
    let source = source_of(app, &arguments.collection).await?;
    let plan = Plan {
        iterations: arguments.iteration_count as usize,
        parallel: arguments.parallel as usize,
        bail: arguments.bail,
        delay: Duration::from_millis(arguments.delay_request),
        ..Plan::once(drafts(&source, &arguments.folder, &surrounding, &settings)?)
    };
    if !arguments.silent {
        for note in &source.notes {
            tell!("{}", terminal::inert(&format!("note: {note}")));
        }
    }
    let outside = outside_of(app, place);
    outside.set_send_settings(settings);
    take_cookies(&outside, &arguments.cookies)?;
    let terms = SendTerms {
        renew: !arguments.terms.no_auth_refresh,
        send_anyway: arguments.terms.send_anyway,
        person: somebody_is_there(place.has_browser()).then(|| Arc::new(TerminalPerson::new(false)) as _),
    };
    let report = Report::new(source.name(), arguments);
    let began = Instant::now();
    let running = outside.run(app, &plan, &terms, Arc::new(Steps::default()), &report);
    let summary = match arguments.timeout {
        None => Some(running.await),
        Some(limit) => tokio::time::timeout(Duration::from_millis(limit), running).await.ok(),
    };
    report.conclude(summary, began.elapsed());
    give_cookies(&outside, &arguments.cookies)?;
    Ok(ending(summary, arguments.suppress_exit_code))
}

/// A run that ran out of time has failed as well.
fn ending(summary: Option<Summary>, suppressed: bool) -> Ending {
    match summary {
        _ if suppressed => Ending::Done,
        Some(summary) if summary.failed == 0 => Ending::Done,
        _ => Ending::Failed,
    }
}

/// The requests that are run: all, or those of the folders (and requests) that were named.
fn drafts(
    source: &Source,
    named: &[String],
    surrounding: &Surrounding,
    settings: &SendSettings,
) -> Result<Vec<Draft>, Stop> {
    let mut tops = Vec::new();
    for name in named {
        tops.push(source.find(Some(name)).map_err(Stop::from)?);
    }
    if tops.is_empty() {
        tops.push(source.find(None).map_err(Stop::from)?);
    }
    let requests = tops.into_iter().flat_map(|top| source.requests_below(top));
    Ok(requests.map(|request| source.draft(request, surrounding, settings)).collect())
}
