//! Runs in the window: one at a time, its rows told as they come to their end.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use gatepass_core::exchange::ResponseBody;
use gatepass_core::pipeline::{Draft, Verdict};
use gatepass_core::run::{Bail, Plan, Position, Reporter};
use gatepass_core::scripting::{VariableChange, VariableScope};
use gatepass_core::template::VariableSet;
use gatepass_core::workspace::Id;
use gatepass_oauth::config::UseToken;
use gatepass_oauth::keeper::SendTerms;

use crate::App;
use crate::dto::{
    ErrorView, RunAssertionView, RunEnd, RunExchangeView, RunOptions, RunProgress, RunRow, RunStarted,
};
use crate::sending::Unobserved;
use crate::source::{Source, data_of_file};
use crate::tree::missing;

/// How often rows are told: more often than an eye follows would only cost.
const TOLD_EVERY: Duration = Duration::from_millis(60);
/// How much of a body is kept of each row, in bytes of text.
const BODY_KEPT: usize = 64 << 10;
/// How much of all bodies is kept. Behind it, rows have no body.
const BODIES_KEPT: usize = 32 << 20;

impl App {
    /// Runs a collection, a folder or a request. A run that is under way is ended by it.
    pub async fn start_run(&self, node: String, options: RunOptions) -> Result<RunStarted, ErrorView> {
        let (plan, name, notes) = self.plan(&node, options).await?;
        let run = Id::generate().to_string();
        let started = RunStarted {
            run: run.clone(),
            name,
            iterations: plan.iterations,
            requests: plan.requests.len(),
            notes,
        };
        self.end_run(RunEnd::Stopped);
        let told = Arc::new(Told::default());
        let app = self.clone();
        let task = tokio::spawn({
            let (run, told) = (run.clone(), Arc::clone(&told));
            async move { app.carry_out(&run, &plan, &told).await }
        });
        *self.inner.runs.lock() = Some(Current { run, told, task });
        Ok(started)
    }

    /// Ends a run that is under way; what is on its way then is given up. Nothing happens if it has ended.
    pub async fn stop_run(&self, run: String) -> Result<(), ErrorView> {
        let is_it = self.inner.runs.lock().as_ref().is_some_and(|current| current.run == run);
        if is_it {
            self.end_run(RunEnd::Stopped);
        }
        Ok(())
    }

    /// All that is known of one row of the last run.
    pub async fn run_exchange(&self, run: String, index: usize) -> Result<RunExchangeView, ErrorView> {
        let current = self.inner.runs.lock();
        let told = current.as_ref().filter(|current| current.run == run).map(|current| &current.told);
        let exchange = told.and_then(|told| told.lock().exchanges.get(index).cloned());
        exchange.ok_or_else(|| {
            ErrorView::plain(
                "usage",
                "This run is no longer kept",
                "Another one was begun since.",
                "Run it again, or look into the history.",
            )
        })
    }

    async fn plan(&self, node: &str, options: RunOptions) -> Result<(Plan, String, Vec<String>), ErrorView> {
        let stored = self.node(node).await?.node;
        self.wake_playground(stored.collection.as_str()).await?;
        let source = Source::of_database(self, stored.collection.as_str()).await?;
        let top = source.nodes().iter().find(|other| other.id == stored.id).ok_or_else(|| missing(node))?;
        let data =
            options.data.map(|file| data_of_file(&PathBuf::from(file))).transpose()?.unwrap_or_default();
        let rows: Vec<_> = data.rows.into_iter().map(|row| Arc::new(VariableSet::of_json(row))).collect();
        let (surrounding, settings) = (self.surrounding().await?, self.outside().send_settings());
        let chosen = |id: &Id| options.only.is_empty() || options.only.iter().any(|only| only == id.as_str());
        let requests = source.requests_below(top).into_iter().filter(|request| chosen(&request.id));
        let requests = requests.map(|request| source.draft(request, &surrounding, &settings)).collect();
        let plan = Plan {
            iterations: options.iterations.map_or(rows.len(), |count| count as usize).max(1),
            data: rows,
            parallel: options.parallel as usize,
            bail: if options.stop_at_failure { Bail::OnFailure } else { Bail::Never },
            delay: Duration::from_millis(options.delay_ms.into()),
            ..Plan::once(requests)
        };
        Ok((plan, stored.name, data.notes))
    }

    async fn carry_out(&self, run: &str, plan: &Plan, told: &Arc<Told>) {
        let terms = SendTerms::default();
        let outside = self.outside().clone();
        let running = outside.run(Some(self), plan, &terms, Arc::new(Unobserved), &**told);
        tokio::pin!(running);
        let finished = loop {
            tokio::select! {
                finished = &mut running => break finished,
                () = tokio::time::sleep(TOLD_EVERY) => self.tell_rows(run, told, None),
            }
        };
        self.keep_what_scripts_set(plan, told).await;
        let end = if finished.summary.bailed { RunEnd::Bailed } else { RunEnd::Finished };
        self.tell_rows(run, told, Some(end));
    }

    /// What the scripts of a run set is kept once the run has come to its end: each variable as it was last.
    async fn keep_what_scripts_set(&self, plan: &Plan, told: &Told) {
        let changes: Vec<VariableChange> = std::mem::take(&mut told.lock().changes).into_values().collect();
        let Some(draft) = plan.requests.first().filter(|_| !changes.is_empty()) else { return };
        match self.keep_script_changes(draft, &changes).await {
            Ok(true) => self.say_workspace_changed(),
            Ok(false) => {}
            Err(error) => tracing::warn!("what the scripts of a run set was not saved: {}", error.message),
        }
    }

    /// Ends the run that is under way, if one is, and says so.
    fn end_run(&self, end: RunEnd) {
        let mut current = self.inner.runs.lock();
        let Some(Current { run, told, task }) = current.as_mut() else { return };
        if !task.is_finished() {
            task.abort();
            self.tell_rows(run, told, Some(end));
        }
    }

    fn tell_rows(&self, run: &str, told: &Told, end: Option<RunEnd>) {
        let rows = {
            let mut told = told.lock();
            if told.ended {
                return;
            }
            told.ended = end.is_some();
            let all = told.exchanges.len();
            let from = std::mem::replace(&mut told.said, all);
            told.exchanges[from..].iter().map(|exchange| exchange.row.clone()).collect::<Vec<_>>()
        };
        if !rows.is_empty() || end.is_some() {
            self.inner.listener.run_progress(RunProgress { run: run.to_owned(), rows, end });
        }
    }
}

/// The run that was begun last.
#[derive(Default)]
pub(crate) struct Runs(Mutex<Option<Current>>);

impl Runs {
    fn lock(&self) -> MutexGuard<'_, Option<Current>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Current {
    run: String,
    told: Arc<Told>,
    task: tokio::task::JoinHandle<()>,
}

/// What a run has come to so far.
#[derive(Default)]
struct Told(Mutex<Rows>);

#[derive(Default)]
struct Rows {
    exchanges: Vec<RunExchangeView>,
    /// How many of them the window knows.
    said: usize,
    /// The window knows that it is over.
    ended: bool,
    /// Bytes of bodies that are kept.
    kept: usize,
    /// What scripts did last to each variable.
    changes: HashMap<(VariableScope, String), VariableChange>,
}

impl Told {
    fn lock(&self) -> MutexGuard<'_, Rows> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reporter for Told {
    fn request_ended(&self, at: Position, draft: &Draft, verdict: &Verdict) {
        let mut rows = self.lock();
        let room = BODIES_KEPT.saturating_sub(rows.kept).min(BODY_KEPT);
        let exchange = exchange(rows.exchanges.len(), at, draft, verdict, room);
        rows.kept += exchange.body.as_ref().map_or(0, String::len);
        rows.exchanges.push(exchange);
        let changes = verdict.scripts.changes.iter().cloned();
        rows.changes.extend(changes.map(|change| ((change.scope, change.key.clone()), change)));
    }
}

fn exchange(index: usize, at: Position, draft: &Draft, verdict: &Verdict, room: usize) -> RunExchangeView {
    let scripts = &verdict.scripts;
    let shown = verdict.request.as_ref();
    let response = verdict.exchange().map(|exchange| &exchange.response);
    let errors = scripts.errors.iter().map(|error| format!("{} in {}", error.message, error.script));
    let errors: Vec<String> = verdict.failure().into_iter().chain(errors).collect();
    let (body, body_cut) = body(verdict, room);
    RunExchangeView {
        row: row(index, at, draft, verdict, &errors),
        url: shown.map(|shown| shown.url.clone()).unwrap_or_else(|| written(draft).1),
        request_headers: shown.map(|shown| shown.headers.clone()).unwrap_or_default(),
        reason: response.map(|response| response.reason_phrase().to_owned()).unwrap_or_default(),
        response_headers: response
            .map(|response| verdict.blank_headers(&response.headers))
            .unwrap_or_default(),
        body,
        body_cut,
        assertions: scripts
            .assertions
            .iter()
            .map(|assertion| RunAssertionView {
                name: assertion.name.clone(),
                result: match (assertion.skipped, assertion.passed) {
                    (true, _) => "skipped",
                    (false, true) => "passed",
                    (false, false) => "failed",
                }
                .to_owned(),
                message: assertion.error.as_ref().map(|error| error.message.clone()),
            })
            .collect(),
        errors,
        warnings: verdict.warnings.iter().map(|warning| warning.message.clone()).collect(),
        console: scripts.console.iter().map(|line| line.text.clone()).collect(),
    }
}

fn row(index: usize, at: Position, draft: &Draft, verdict: &Verdict, errors: &[String]) -> RunRow {
    let exchange = verdict.exchange();
    let assertions = &verdict.scripts.assertions;
    let untrue = assertions.iter().find(|assertion| !assertion.passed).map(|assertion| {
        let why = assertion.error.as_ref().map(|error| error.message.as_str()).unwrap_or_default();
        if why.is_empty() { assertion.name.clone() } else { format!("{}: {why}", assertion.name) }
    });
    let auth = verdict.auth.as_ref();
    RunRow {
        index,
        node: draft.id.as_ref().map(ToString::to_string),
        name: draft.name.clone(),
        folders: draft.path().skip(1).map(str::to_owned).collect(),
        method: verdict.request.as_ref().map_or_else(|| written(draft).0, |shown| shown.method.clone()),
        iteration: at.iteration,
        status: exchange.map(|exchange| exchange.response.status),
        skipped: matches!(verdict.outcome, gatepass_core::pipeline::Outcome::Skipped),
        ms: exchange.map_or(0.0, |exchange| exchange.timing.total_us as f64 / 1000.0),
        size: exchange.map_or(0, |exchange| exchange.response.body.size()),
        passed: assertions.iter().filter(|assertion| assertion.passed && !assertion.skipped).count(),
        failed: assertions.iter().filter(|assertion| !assertion.passed).count(),
        failure: errors.first().cloned().or(untrue),
        token: auth.and_then(|auth| {
            let kind = match auth.use_token? {
                UseToken::AccessToken => "access token",
                UseToken::IdToken => "ID token",
            };
            Some(format!("{} ({kind})", auth.token_name.as_deref()?))
        }),
        refreshed: auth.is_some_and(|auth| auth.refreshed || auth.renewed_after_401),
    }
}

/// Method and URL as they stand in the workspace, for what never left.
fn written(draft: &Draft) -> (String, String) {
    let request = draft.definition.request.as_ref();
    request.map(|request| (request.method.clone(), request.url.clone())).unwrap_or_default()
}

/// The beginning of the answer's text, and whether there is more.
fn body(verdict: &Verdict, room: usize) -> (Option<String>, bool) {
    let Some(exchange) = verdict.exchange() else { return (None, false) };
    let ResponseBody::Memory(bytes) = &exchange.response.body else { return (None, true) };
    if bytes.is_empty() || bytes.len() > BODIES_KEPT {
        return (None, !bytes.is_empty());
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return (None, true) };
    // Blanked before it is cut: half a secret is one too.
    let mut text = verdict.blank(text);
    let cut = text.len() > room;
    if cut {
        text.truncate(text.floor_char_boundary(room));
        text.shrink_to_fit();
    }
    (Some(text).filter(|text| !text.is_empty()), cut)
}
