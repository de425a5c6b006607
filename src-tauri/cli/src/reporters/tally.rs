//! The figures of a run, as Newman counts them.

use gatepass_app::core::pipeline::{Draft, Outcome, Verdict};
use gatepass_app::core::run::Position;
use gatepass_app::core::scripting::{Assertion, ScriptError};
use gatepass_app::core::workspace::ScriptEvent;
use gatepass_app::oauth::transcript::Step;

use super::full_name;

/// How many of a kind there were, and how many of them failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    pub total: usize,
    pub failed: usize,
}

impl Count {
    fn add(&mut self, total: usize, failed: usize) {
        self.total += total;
        self.failed += failed;
    }
}

/// What was counted so far. It grows with failures and renewals only, not with requests.
#[derive(Default)]
pub struct Tally {
    pub iterations: usize,
    /// Requests that had their turn, skipped ones included.
    pub items: usize,
    /// Requests that were to leave.
    pub requests: Count,
    pub prerequest_scripts: Count,
    pub test_scripts: Count,
    pub assertions: Count,
    pub skipped_assertions: usize,
    /// Milliseconds from the start of a request to the end of its answer.
    pub response: Spread,
    /// Milliseconds to the first byte of an answer.
    pub first_byte: Spread,
    /// Bytes of bodies.
    pub received: u64,
    pub renewals: Vec<Renewal>,
    pub failures: Vec<Failure>,
}

/// A token that was got or renewed on the way.
pub struct Renewal {
    pub token_name: String,
    /// Renewed; else obtained.
    pub renewed: bool,
    /// The API had refused the one before.
    pub after_401: bool,
    pub at: Position,
    pub item: String,
}

/// Something that failed.
pub struct Failure {
    /// `AssertionError`, or what the error is called.
    pub name: String,
    /// The assertion that did not hold.
    pub test: Option<String>,
    pub message: String,
    pub stack: String,
    /// `assertion:0 in test-script`, `test-script:3:7`, `request`.
    pub place: String,
    /// For an assertion: counted from 0 within its request.
    pub index: Option<usize>,
    pub kind: FailureKind,
    pub at: Position,
    /// Down from the collection: `Folder / Name`.
    pub item: String,
    pub item_id: String,
    pub item_name: String,
    /// The innermost folder or collection around it: id and name.
    pub parent: Option<(String, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    Request,
    Script(ScriptEvent),
    Assertion,
}

impl Tally {
    pub fn count(&mut self, at: Position, draft: &Draft, verdict: &Verdict) {
        let scripts = &verdict.scripts;
        let of = |event| scripts.errors.iter().filter(move |error| error.event == event);
        let broken = |event| of(event).count();
        let runs = scripts.held_back == 0;
        let before = if runs { draft.script_count(ScriptEvent::PreRequest) } else { 0 };
        let left = verdict.request.is_some();
        let after = if runs && left { draft.script_count(ScriptEvent::Test) } else { 0 };
        self.items += 1;
        self.prerequest_scripts.add(before, broken(ScriptEvent::PreRequest).min(before));
        self.test_scripts.add(after, broken(ScriptEvent::Test).min(after));
        if !matches!(verdict.outcome, Outcome::Skipped) {
            self.requests.add(1, usize::from(verdict.failure().is_some()));
        }
        let failed = scripts.assertions.iter().filter(|assertion| !assertion.passed).count();
        self.assertions.add(scripts.assertions.len(), failed);
        self.skipped_assertions += scripts.assertions.iter().filter(|assertion| assertion.skipped).count();
        if let Some(exchange) = verdict.exchange() {
            self.received += exchange.response.body.size();
            self.response.add(exchange.timing.total_us as f64 / 1000.0);
            self.first_byte.add(exchange.timing.first_byte_us as f64 / 1000.0);
        }
        self.renewals.extend(renewal(at, draft, verdict));
        self.count_failures(at, draft, verdict);
    }

    fn count_failures(&mut self, at: Position, draft: &Draft, verdict: &Verdict) {
        let scripts = &verdict.scripts;
        let make = |kind, name: &str, message: &str, place: String| Failure {
            name: name.to_owned(),
            test: None,
            message: message.to_owned(),
            stack: String::new(),
            place,
            index: None,
            kind,
            at,
            item: full_name(draft),
            item_id: draft.id.as_ref().map(ToString::to_string).unwrap_or_default(),
            item_name: draft.name.clone(),
            parent: draft.ancestors.first().map(|above| (above.id.to_string(), above.name.clone())),
        };
        let broken = |error: &ScriptError| Failure {
            stack: error.stack.clone(),
            ..make(
                FailureKind::Script(error.event),
                if error.name.is_empty() { "Error" } else { &error.name },
                &error.message,
                place_of(error),
            )
        };
        let untrue = |(index, assertion): (usize, &Assertion)| {
            let error = assertion.error.clone().unwrap_or_default();
            let name = if error.name.is_empty() { "AssertionError" } else { &error.name };
            Failure {
                test: Some(assertion.name.clone()),
                stack: error.stack.clone(),
                index: Some(index),
                ..make(
                    FailureKind::Assertion,
                    name,
                    &error.message,
                    format!("assertion:{index} in {}", script_name(assertion.event)),
                )
            }
        };
        for event in [ScriptEvent::PreRequest, ScriptEvent::Test] {
            if event == ScriptEvent::Test
                && let Some(message) = verdict.failure()
            {
                self.failures.push(make(FailureKind::Request, "Error", &message, "request".to_owned()));
            }
            self.failures.extend(scripts.errors.iter().filter(|error| error.event == event).map(broken));
            let all = scripts.assertions.iter().filter(|assertion| assertion.event == event).enumerate();
            self.failures.extend(all.filter(|(_, assertion)| !assertion.passed).map(untrue));
        }
    }
}

fn renewal(at: Position, draft: &Draft, verdict: &Verdict) -> Option<Renewal> {
    let auth = verdict.auth.as_ref().filter(|auth| auth.refreshed || auth.renewed_after_401)?;
    Some(Renewal {
        token_name: auth.token_name.clone().unwrap_or_default(),
        renewed: auth.renewed_after_401 || verdict.flow.iter().any(|step| step.step == Step::Refresh),
        after_401: auth.renewed_after_401,
        at,
        item: full_name(draft),
    })
}

fn place_of(error: &ScriptError) -> String {
    let mut place = script_name(error.event).to_owned();
    for number in [error.line, error.column].into_iter().flatten() {
        place.push_str(&format!(":{number}"));
    }
    place
}

/// What Newman calls the script of an event.
pub fn script_name(event: ScriptEvent) -> &'static str {
    match event {
        ScriptEvent::PreRequest => "prerequest-script",
        ScriptEvent::Test => "test-script",
    }
}

/// Average, extremes and standard deviation of what came so far (Welford's method: nothing is kept).
#[derive(Debug, Clone, Copy, Default)]
pub struct Spread {
    count: f64,
    pub average: f64,
    pub least: f64,
    pub most: f64,
    squares: f64,
}

impl Spread {
    fn add(&mut self, value: f64) {
        let first = self.count == 0.0;
        self.count += 1.0;
        let before = value - self.average;
        self.average += before / self.count;
        self.squares += before * (value - self.average);
        self.least = if first { value } else { self.least.min(value) };
        self.most = self.most.max(value);
    }

    pub fn deviation(&self) -> f64 {
        if self.count == 0.0 { 0.0 } else { (self.squares / self.count).sqrt() }
    }

    pub fn is_empty(&self) -> bool {
        self.count == 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_is_that_of_all_values() {
        let mut spread = Spread::default();
        for value in [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0] {
            spread.add(value);
        }
        assert_eq!((spread.average, spread.least, spread.most, spread.deviation()), (5.0, 2.0, 9.0, 2.0));
    }
}
