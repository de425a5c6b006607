//! Stand-ins for the outside world: a simulated run of time and tasks, a scripted provider, a store in memory.
//! Nothing here is random or depends on the time of day or on how fast the machine is.

#[cfg(test)]
pub(crate) mod cases;
#[cfg(test)]
pub(crate) mod keys;
mod people;
mod provider;
mod simulation;
mod store;

pub use people::{FakeBrowser, FakePerson, Steps};
pub use provider::{Answer, ScriptedProvider, SeenRequest};
pub use simulation::{Simulation, settle};
pub use store::{Journal, MemoryLock, MemoryStore};

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use crate::keeper::Surroundings;
use crate::ports::{Clock, Randomness, UnixMillis};

/// Randomness that never repeats and is the same in each run.
#[derive(Default)]
pub struct Counting(AtomicU64);

impl Randomness for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        let mut state = self.0.fetch_add(1, Ordering::Relaxed).wrapping_add(0x9E37_79B9_7F4A_7C15);
        for byte in bytes {
            state = state.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(0x1405_7B7E_F767_814F);
            *byte = (state >> 56) as u8;
        }
    }
}

/// A clock that stands still until it is moved, for tests that need nothing else.
pub struct StoppedClock(AtomicI64);

impl StoppedClock {
    /// A clock that shows this many seconds since 1970.
    pub fn at(seconds: i64) -> Self {
        Self(AtomicI64::new(seconds * 1000))
    }

    /// Moves it.
    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1000, Ordering::Relaxed);
    }
}

impl Clock for StoppedClock {
    fn now(&self) -> UnixMillis {
        self.0.load(Ordering::Relaxed)
    }

    fn monotonic(&self) -> Duration {
        Duration::from_millis(self.now().unsigned_abs())
    }
}

/// A whole world for one test. Clones of its parts are the same part.
#[derive(Clone)]
pub struct World {
    pub simulation: Arc<Simulation>,
    pub provider: Arc<ScriptedProvider>,
    pub store: Arc<MemoryStore>,
    pub lock: Arc<MemoryLock>,
    pub browser: Arc<FakeBrowser>,
    /// What happened outside, in order: requests, store writes, lock.
    pub journal: Journal,
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

impl World {
    /// An empty world at 2026-01-01.
    pub fn new() -> Self {
        let journal = Journal::default();
        Self {
            simulation: Arc::new(Simulation::at(1_767_225_600_000)),
            provider: Arc::new(ScriptedProvider::new(journal.clone())),
            store: Arc::new(MemoryStore::new(journal.clone())),
            lock: Arc::new(MemoryLock::new(journal.clone())),
            browser: Arc::new(FakeBrowser::default()),
            journal,
        }
    }

    /// The ports of one process in this world. Two of them share store, lock and provider, as two processes do.
    pub fn surroundings(&self) -> Surroundings {
        Surroundings {
            http: self.provider.clone(),
            clock: self.simulation.clone(),
            timer: self.simulation.clone(),
            spawner: self.simulation.clone(),
            randomness: Arc::new(Counting::default()),
            store: self.store.clone(),
            lock: self.lock.clone(),
            browser: self.browser.clone(),
            redirect: self.browser.clone(),
        }
    }
}
