//! The report for a terminal: what is sent as it is sent, and at the end a table and the list of failures.

mod table;

use std::fmt::Write as _;

use gatepass_app::core::pipeline::{Draft, Outcome};
use gatepass_app::core::scripting::ConsoleLevel;
use gatepass_app::core::workspace::{NodeKind, ScriptEvent};

use super::tally::{Failure, FailureKind, Tally, script_name};
use super::{End, Item, Report, Scene};
use crate::outcome::Stop;
use crate::terminal::inert;

/// Writes to stdout.
pub struct TextReport {
    paint: Paint,
    /// The folder that was named last.
    folder: Vec<String>,
    began: bool,
}

impl TextReport {
    pub fn new(coloured: bool) -> Self {
        Self { paint: Paint(coloured), folder: Vec::new(), began: false }
    }

    fn begin(&mut self, scene: &Scene) {
        if !std::mem::replace(&mut self.began, true) {
            say!("gatepass\n\n{}", inert(&scene.collection));
        }
    }

    /// The name of the request, and of the folder if that is another one than before.
    fn heading(&mut self, draft: &Draft) -> String {
        let mut text = String::new();
        let folder: Vec<String> = draft.path().skip(1).map(str::to_owned).collect();
        let in_root = draft.ancestors.first().is_none_or(|above| above.kind == NodeKind::Collection);
        if folder != self.folder {
            if !folder.is_empty() {
                let _ = write!(text, "\n❏ {}", inert(&folder.join(" / ")));
            }
            self.folder = folder;
        }
        let sign = if in_root { "→" } else { "↳" };
        let _ = write!(text, "\n{sign} {}", inert(&draft.name));
        text
    }

    fn answer(&self, item: &Item<'_>) -> String {
        let paint = self.paint;
        let verdict = item.verdict;
        if matches!(verdict.outcome, Outcome::Skipped) {
            return paint.grey("  [skipped by its pre-request script]");
        }
        let written = item.draft.definition.request.as_ref();
        let (method, url) = match &verdict.request {
            Some(shown) => (shown.method.as_str(), shown.url.as_str()),
            None => written.map_or(("", ""), |written| (written.method.as_str(), written.url.as_str())),
        };
        let request = paint.grey(&format!("  {} {} ", inert(method), inert(url)));
        let Some(exchange) = verdict.exchange() else {
            let reason = verdict.failure().unwrap_or_default();
            return format!(
                "{request}{}\n{}",
                paint.red("[errored]"),
                paint.red(&format!("     {}", inert(&reason)))
            );
        };
        let response = &exchange.response;
        let mut facts = vec![
            format!("{} {}", response.status, inert(response.reason_phrase())).trim_end().to_owned(),
            table::size(response.body.size()),
            table::duration(exchange.timing.total_us as f64 / 1000.0),
        ];
        if let Some(auth) = verdict.auth.as_ref().filter(|auth| auth.refreshed || auth.renewed_after_401) {
            let after = if auth.renewed_after_401 { " after 401" } else { "" };
            facts.push(paint.cyan(&format!("token renewed{after}")));
        }
        format!("{request}{}{}{}", paint.grey("["), facts.join(", "), paint.grey("]"))
    }

    fn console(&self, item: &Item<'_>, event: ScriptEvent, text: &mut String) {
        for line in item.verdict.scripts.console.iter().filter(|line| line.event == event) {
            let colour = match line.level {
                ConsoleLevel::Error => "31",
                ConsoleLevel::Warn => "33",
                ConsoleLevel::Info => "36",
                ConsoleLevel::Debug => "34",
                ConsoleLevel::Log => "90",
            };
            for part in line.text.lines() {
                let _ = write!(text, "\n  {} {}", self.paint.with(colour, "│"), inert(part));
            }
        }
    }

    /// Assertions and script errors of one event; failures carry their numbers.
    fn findings(&self, item: &Item<'_>, event: ScriptEvent, text: &mut String) {
        let paint = self.paint;
        let numbered = || item.failures.iter().zip(item.first_number..);
        for (failure, number) in numbered().filter(|(failure, _)| failure.kind == FailureKind::Script(event))
        {
            let line = format!("{number:>3}⠄ {} in {}", inert(&failure.name), script_name(event));
            let _ = write!(text, "\n{}", paint.red(&line));
        }
        let all = item.verdict.scripts.assertions.iter().filter(|assertion| assertion.event == event);
        let mut failed = numbered().filter(|(failure, _)| {
            failure.kind == FailureKind::Assertion && failure.place.ends_with(script_name(event))
        });
        for assertion in all {
            let name = inert(&assertion.name);
            let line = if assertion.skipped {
                paint.cyan(&format!("  - [skipped] {name}"))
            } else if assertion.passed {
                format!("{} {}", paint.green("  ✓ "), paint.grey(&name))
            } else {
                let number = failed.next().map_or(0, |(_, number)| number);
                paint.red(&format!("{number:>3}. {name}"))
            };
            let _ = write!(text, "\n{line}");
        }
    }
}

impl Report for TextReport {
    fn iteration_started(&mut self, scene: &Scene, iteration: usize) {
        self.begin(scene);
        if scene.iterations > 1 && !scene.mingled {
            self.folder.clear();
            let line = format!("Iteration {}/{}", iteration + 1, scene.iterations);
            say!("\n{}", self.paint.grey(&line));
        }
    }

    fn item_started(&mut self, scene: &Scene, draft: &Draft) {
        if !scene.mingled {
            say!("{}", self.heading(draft));
        }
    }

    fn item_ended(&mut self, scene: &Scene, item: &Item<'_>) {
        let mut text = String::new();
        if scene.mingled {
            text = self.heading(item.draft);
            if scene.iterations > 1 {
                let _ =
                    write!(text, "{}", self.paint.grey(&format!("  (iteration {})", item.at.iteration + 1)));
            }
        }
        self.console(item, ScriptEvent::PreRequest, &mut text);
        self.findings(item, ScriptEvent::PreRequest, &mut text);
        let _ = write!(text, "\n{}", self.answer(item));
        self.console(item, ScriptEvent::Test, &mut text);
        self.findings(item, ScriptEvent::Test, &mut text);
        for warning in item.verdict.warnings.iter().filter(|warning| warning.grave) {
            let _ = write!(text, "\n  {} {}", self.paint.with("33", "!"), inert(&warning.message));
        }
        say!("{}", text.strip_prefix('\n').filter(|_| !scene.mingled).unwrap_or(&text));
    }

    fn concluded(&mut self, scene: &Scene, end: &End<'_>, tally: &Tally) -> Result<(), Stop> {
        self.begin(scene);
        if end.timed_out {
            say!("\n{}", self.paint.red("The time allowed for the run is over."));
        } else if end.bailed {
            say!("\n{}", self.paint.red("Ended at the first failure."));
        }
        let took = end.ended_at.saturating_sub(scene.started_at);
        say!("\n{}", table::totals(tally, took as f64, self.paint));
        for renewal in &tally.renewals {
            let verb = if renewal.renewed { "renewed" } else { "obtained" };
            let why = if renewal.after_401 { ", after the API had answered 401" } else { "" };
            let iteration = match scene.iterations {
                0 | 1 => String::new(),
                _ => format!(" in iteration {}", renewal.at.iteration + 1),
            };
            let line =
                format!("token “{}” was {verb} for “{}”{iteration}{why}", renewal.token_name, renewal.item);
            say!("{}", inert(&line));
        }
        if !tally.failures.is_empty() {
            say!("\n{}", failures(scene, &tally.failures, self.paint));
        }
        Ok(())
    }
}

/// The list of failures, with all that is known of each.
fn failures(scene: &Scene, failures: &[Failure], paint: Paint) -> String {
    let digits = failures.len().to_string().len();
    let names = failures.iter().map(|failure| failure.name.chars().count()).max().unwrap_or(0).clamp(7, 40);
    let margin = " ".repeat(digits + names + 6);
    let head = format!(" {:>width$}  {:<names$}  detail", "#", "failure", width = digits + 1);
    let mut text = paint.red(&head);
    for (number, failure) in (1..).zip(failures) {
        let title = failure.test.as_deref().unwrap_or_default();
        let _ = write!(text, "\n\n {number:0>digits$}.  {:<names$}", inert(&failure.name));
        let mut lines = Vec::new();
        if !title.is_empty() {
            lines.push(inert(title));
        }
        lines.push(paint.grey(&inert(&failure.message)));
        if scene.iterations > 1 {
            lines.push(paint.grey(&format!("iteration: {}", failure.at.iteration + 1)));
        }
        lines.push(paint.grey(&format!("at {}", inert(&failure.place))));
        lines.push(paint.grey(&format!("inside \"{}\"", inert(&failure.item))));
        let _ = write!(text, "  {}", lines.join(&format!("\n{margin}")));
    }
    text
}

/// Colours, where the report has any.
#[derive(Clone, Copy)]
pub(super) struct Paint(bool);

impl Paint {
    fn with(self, colour: &str, text: &str) -> String {
        if self.0 { format!("\u{1b}[{colour}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn red(self, text: &str) -> String {
        self.with("31", text)
    }

    fn green(self, text: &str) -> String {
        self.with("32", text)
    }

    fn cyan(self, text: &str) -> String {
        self.with("36", text)
    }

    fn grey(self, text: &str) -> String {
        self.with("90", text)
    }
}
