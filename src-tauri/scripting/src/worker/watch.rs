//! How long a script has run. The clock stands while it waits for an answer of the application.

use std::cell::Cell;
use std::time::{Duration, Instant};

#[derive(Default)]
pub(super) struct Watch {
    limit: Cell<Duration>,
    spent: Cell<Duration>,
    running_since: Cell<Option<Instant>>,
    /// Whether the engine was stopped because the time was up.
    struck: Cell<bool>,
}

impl Watch {
    /// For a new script.
    pub(super) fn start(&self, limit: Duration) {
        self.limit.set(limit);
        self.spent.set(Duration::ZERO);
        self.struck.set(false);
        self.running_since.set(Some(Instant::now()));
    }

    pub(super) fn pause(&self) {
        if let Some(since) = self.running_since.take() {
            self.spent.set(self.spent.get() + since.elapsed());
        }
    }

    pub(super) fn resume(&self) {
        self.running_since.set(Some(Instant::now()));
    }

    /// What is left; zero when the time is up.
    pub(super) fn left(&self) -> Duration {
        let running = self.running_since.get().map(|since| since.elapsed()).unwrap_or_default();
        self.limit.get().saturating_sub(self.spent.get() + running)
    }

    /// Asked by the engine every few thousand steps: true stops it.
    pub(super) fn strikes(&self) -> bool {
        let over = self.running_since.get().is_some() && self.left().is_zero();
        if over {
            self.struck.set(true);
        }
        over
    }

    pub(super) fn has_struck(&self) -> bool {
        self.struck.get()
    }
}
