//! `gatepass run`: a collection from the first request to the last.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use gatepass_app::App;
use gatepass_app::core::exchange::SendSettings;
use gatepass_app::core::pipeline::{Draft, ScriptPermission};
use gatepass_app::core::run::{Bail, Plan};
use gatepass_app::core::template::VariableSet;
use gatepass_app::oauth::keeper::SendTerms;
use gatepass_app::source::{Source, Surrounding, data_of_file};

use crate::aim::{outside_of, prepare_scripts, source_of, surrounding};
use crate::arguments::{BailModifier, ReporterName, RunArguments};
use crate::outcome::{Ending, Stop};
use crate::person::{Steps, TerminalPerson, somebody_is_there};
use crate::place::Place;
use crate::reporters::{
    End, JsonReport, JunitReport, QuietReport, Report, Reporters, Scene, TextReport, write_scope,
};
use crate::terminal;
use crate::transport::{give_cookies, send_settings, take_cookies};

pub async fn run(place: &Place, arguments: RunArguments) -> Result<Ending, Stop> {
    let app = match place.needs_database(&arguments.collection, &arguments.variables, &arguments.terms) {
        true => Some(place.app_with(&arguments.collection, false).await?),
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
    let outside = outside_of(app, place);
    prepare_scripts(app, &outside, &arguments.collection, &arguments.scripts).await?;
    let source = source_of(app, &arguments.collection).await?;
    let (data, mut notes) = data(arguments)?;
    let plan = Plan {
        iterations: arguments.iteration_count.map_or(data.len().max(1), |count| count as usize),
        data,
        parallel: arguments.parallel as usize,
        bail: bail(&arguments.bail),
        delay: Duration::from_millis(arguments.delay_request),
        ..Plan::once(drafts(&source, arguments, &surrounding, &settings)?)
    };
    notes.splice(0..0, source.notes.iter().cloned());
    if !arguments.silent {
        for note in &notes {
            tell!("{}", terminal::inert(&format!("note: {note}")));
        }
    }
    outside.set_send_settings(settings);
    take_cookies(&outside, &arguments.cookies)?;
    let terms = SendTerms {
        renew: !arguments.terms.no_auth_refresh,
        send_anyway: arguments.terms.send_anyway,
        person: somebody_is_there(place.has_browser()).then(|| Arc::new(TerminalPerson::new(false)) as _),
    };
    let scene = Scene {
        collection: source.name().to_owned(),
        iterations: plan.iterations,
        requests: plan.requests.len(),
        mingled: plan.parallel > 1,
        started_at: outside.now(),
    };
    let reporters = Reporters::new(scene, reports(arguments, source)?);
    let running = outside.run(app, &plan, &terms, Arc::new(Steps::default()), &reporters);
    let finished = match arguments.timeout.filter(|limit| *limit > 0) {
        None => Some(running.await),
        Some(limit) => tokio::time::timeout(Duration::from_millis(limit), running).await.ok(),
    };
    let summary = finished.as_ref().map(|finished| finished.summary);
    let variables =
        finished.and_then(|finished| finished.variables).unwrap_or_else(|| surrounding.variables());
    let end = End {
        timed_out: summary.is_none(),
        bailed: summary.is_some_and(|summary| summary.bailed),
        ended_at: outside.now(),
        variables: &variables,
    };
    give_cookies(&outside, &arguments.cookies)?;
    reporters.conclude(&end)?;
    for (file, scope) in
        [(&arguments.export_environment, "environment"), (&arguments.export_globals, "globals")]
    {
        if let Some(file) = file {
            write_scope(file, scope, &variables)?;
        }
    }
    let failed = summary.is_none() || reporters.has_failures();
    Ok(if failed && !arguments.suppress_exit_code { Ending::Failed } else { Ending::Done })
}

/// What hears the run. A file that cannot be written is said before anything is sent.
fn reports(arguments: &RunArguments, source: Source) -> Result<Vec<Box<dyn Report>>, Stop> {
    let asked = |name| arguments.reporters.contains(&name);
    let mut reports: Vec<Box<dyn Report>> = Vec::new();
    if asked(ReporterName::Junit) {
        let file = or_default(&arguments.reporter_junit_export, "gatepass-run-report.xml");
        reports.push(Box::new(JunitReport::to_file(&file)?));
    }
    if arguments.silent {
        reports.push(Box::new(QuietReport));
    } else if asked(ReporterName::Cli) && !arguments.json {
        reports.push(Box::new(TextReport::new(terminal::coloured(arguments.color))));
    }
    if !asked(ReporterName::Json) && !arguments.json {
        return Ok(reports);
    }
    let collection = source.into_document();
    if asked(ReporterName::Json) {
        let file = or_default(&arguments.reporter_json_export, "gatepass-run-report.json");
        reports.push(Box::new(JsonReport::to_file(&file, &collection)?));
    }
    if arguments.json {
        reports.push(Box::new(JsonReport::to_stdout(&collection)?));
    }
    Ok(reports)
}

fn or_default(file: &Option<PathBuf>, otherwise: &str) -> PathBuf {
    file.clone().unwrap_or_else(|| Path::new(otherwise).to_owned())
}

fn bail(modifiers: &[BailModifier]) -> Bail {
    if modifiers.contains(&BailModifier::Failure) {
        Bail::OnFailure
    } else if modifiers.contains(&BailModifier::Folder) {
        Bail::OnError
    } else {
        Bail::Never
    }
}

/// The rows of the data file, and what is odd about them.
fn data(arguments: &RunArguments) -> Result<(Vec<Arc<VariableSet>>, Vec<String>), Stop> {
    let Some(file) = &arguments.iteration_data else { return Ok((Vec::new(), Vec::new())) };
    let read = data_of_file(file).map_err(Stop::from)?;
    Ok((read.rows.into_iter().map(|row| Arc::new(VariableSet::of_json(row))).collect(), read.notes))
}

/// The requests that are run: all, or those of the folders and requests that were named, each once and in the order
/// of the collection.
fn drafts(
    source: &Source,
    arguments: &RunArguments,
    surrounding: &Surrounding,
    settings: &SendSettings,
) -> Result<Vec<Draft>, Stop> {
    let requests = source.requests_of(&arguments.folder).map_err(Stop::from)?;
    let draft = |request| {
        let mut draft = source.draft(request, surrounding, settings);
        if arguments.scripts.no_scripts {
            draft.scripts = ScriptPermission::SwitchedOff;
        }
        draft
    };
    Ok(requests.into_iter().map(draft).collect())
}
