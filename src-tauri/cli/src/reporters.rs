//! What a run tells: several reporters hear the same run, and count by the same tally.

mod exports;
mod json;
mod junit;
mod tally;
mod text;

pub use exports::write_scope;
pub use json::JsonReport;
pub use junit::JunitReport;
pub use tally::{Failure, Tally};
pub use text::TextReport;

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use gatepass_app::core::pipeline::{Draft, LiveVariables, Verdict};
use gatepass_app::core::run::{Position, Reporter};

use crate::outcome::Stop;

/// What is run, for reports.
pub struct Scene {
    /// The name of the collection.
    pub collection: String,
    /// How many iterations there are.
    pub iterations: usize,
    /// How many requests an iteration has.
    pub requests: usize,
    /// Whether iterations run side by side.
    pub mingled: bool,
    /// When it began, in milliseconds since 1970.
    pub started_at: i64,
}

/// A request that came to its end.
pub struct Item<'a> {
    pub at: Position,
    pub draft: &'a Draft,
    pub verdict: &'a Verdict,
    /// What failed about it, in the order of time.
    pub failures: &'a [Failure],
    /// The number of its first failure in the run; the first is 1.
    pub first_number: usize,
}

/// The end of a run.
pub struct End<'a> {
    /// The time allowed for it was over.
    pub timed_out: bool,
    /// A failure ended it before its time.
    pub bailed: bool,
    /// In milliseconds since 1970.
    pub ended_at: i64,
    /// The variables as the run left them.
    pub variables: &'a LiveVariables,
}

/// One way to tell of a run.
pub trait Report: Send {
    fn iteration_started(&mut self, scene: &Scene, iteration: usize) {
        let _ = (scene, iteration);
    }

    fn item_started(&mut self, scene: &Scene, draft: &Draft) {
        let _ = (scene, draft);
    }

    fn item_ended(&mut self, scene: &Scene, item: &Item<'_>);

    /// # Errors
    /// The report could not be written where it was to be.
    fn concluded(&mut self, scene: &Scene, end: &End<'_>, tally: &Tally) -> Result<(), Stop>;
}

/// All reporters of a run.
pub struct Reporters {
    scene: Scene,
    told: Mutex<Told>,
}

struct Told {
    tally: Tally,
    reports: Vec<Box<dyn Report>>,
}

impl Reporters {
    pub fn new(scene: Scene, reports: Vec<Box<dyn Report>>) -> Self {
        Self { scene, told: Mutex::new(Told { tally: Tally::default(), reports }) }
    }

    /// Ends all reports. One that cannot be written does not keep the others from being written.
    ///
    /// # Errors
    /// Why the first of those that could not be written was not.
    pub fn conclude(&self, end: &End<'_>) -> Result<(), Stop> {
        let told = &mut *self.lock();
        let mut result = Ok(());
        for report in &mut told.reports {
            result = result.and(report.concluded(&self.scene, end, &told.tally));
        }
        result
    }

    /// Whether anything failed.
    pub fn has_failures(&self) -> bool {
        !self.lock().tally.failures.is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reporter for Reporters {
    fn iteration_started(&self, iteration: usize) {
        let told = &mut *self.lock();
        told.tally.iterations += 1;
        for report in &mut told.reports {
            report.iteration_started(&self.scene, iteration);
        }
    }

    fn request_started(&self, _at: Position, draft: &Draft) {
        for report in &mut self.lock().reports {
            report.item_started(&self.scene, draft);
        }
    }

    fn request_ended(&self, at: Position, draft: &Draft, verdict: &Verdict) {
        let told = &mut *self.lock();
        let before = told.tally.failures.len();
        told.tally.count(at, draft, verdict);
        let failures = &told.tally.failures[before..];
        let item = Item { at, draft, verdict, failures, first_number: before + 1 };
        for report in &mut told.reports {
            report.item_ended(&self.scene, &item);
        }
    }
}

/// The names down to a request, without the collection's: `Folder / Name`.
pub fn full_name(draft: &Draft) -> String {
    let names: Vec<&str> = draft.path().skip(1).chain([draft.name.as_str()]).collect();
    names.join(" / ")
}

/// A report that could not be written.
fn unwritten(file: &Path, error: &std::io::Error) -> Stop {
    Stop::usage(
        "A report could not be written",
        format!("{}: {error}.", file.display()),
        "Name a file in a folder that exists and that you may write to.",
    )
}

/// Says what failed, and nothing else.
pub struct QuietReport;

impl Report for QuietReport {
    fn item_ended(&mut self, _scene: &Scene, item: &Item<'_>) {
        for failure in item.failures {
            let what = failure.test.as_deref().map(|test| format!("{test}: ")).unwrap_or_default();
            tell!("{}", crate::terminal::inert(&format!("{}: {what}{}", failure.item, failure.message)));
        }
    }

    fn concluded(&mut self, _scene: &Scene, _end: &End<'_>, _tally: &Tally) -> Result<(), Stop> {
        Ok(())
    }
}
