//! The application's side: workers, and the conversation with them.

mod conversation;
mod process;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use gatepass_core::ports::{ScriptEngine, ScriptHost};
use gatepass_core::scripting::{ScriptError, ScriptErrorKind, ScriptJob, ScriptReport};
use gatepass_core::workspace::ScriptEvent;
use tokio::sync::Semaphore;

use conversation::converse;
use process::Worker;

/// What scripts may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long one script may run, not counting what it waits for answers to requests of its own.
    pub deadline: Duration,
    /// Bytes on the heap of a worker.
    pub memory: usize,
    /// Bodies of responses that are larger are not given to scripts, in bytes.
    pub body: u64,
    /// How many workers there are at most: scripts of iterations that run side by side.
    pub workers: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(10),
            memory: crate::worker::MEMORY_USUAL,
            body: 32 << 20,
            workers: 8,
        }
    }
}

/// The script engine of one run. The first script starts a worker; dropping this ends them all.
pub struct Sandbox {
    limits: Limits,
    idle: Mutex<Vec<Worker>>,
    places: Semaphore,
}

impl Sandbox {
    /// Starts nothing yet.
    pub fn new(limits: Limits) -> Self {
        let places = Semaphore::new(limits.workers.max(1));
        Self { limits, idle: Mutex::default(), places }
    }

    fn worker(&self) -> std::io::Result<Worker> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.map_or_else(|| Worker::start(self.limits.memory), Ok)
    }
}

#[async_trait]
impl ScriptEngine for Sandbox {
    async fn run(&self, job: ScriptJob, host: &dyn ScriptHost) -> ScriptReport {
        // The semaphore is never closed.
        let _place = self.places.acquire().await;
        let mut worker = match self.worker() {
            Ok(worker) => worker,
            Err(error) => {
                return failed(&job, format!("the process for scripts could not be started: {error}"));
            }
        };
        // Dropped with the worker in it, whatever it was doing ends.
        match converse(&mut worker, &job, host, &self.limits).await {
            Ok(ended) => {
                if !ended.spent {
                    self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
                }
                ended.report
            }
            Err(problem) => failed(&job, problem),
        }
    }
}

/// The report on scripts that nothing is known of.
fn failed(job: &ScriptJob, message: String) -> ScriptReport {
    let event = match job.event {
        ScriptEvent::PreRequest => "pre-request script",
        ScriptEvent::Test => "test script",
    };
    let script = match job.scripts.as_slice() {
        [one] => format!("{event} of {}", one.name),
        several => {
            let names: Vec<&str> = several.iter().map(|script| script.name.as_str()).collect();
            format!("{event}s of {}", names.join(", "))
        }
    };
    let error = ScriptError {
        kind: ScriptErrorKind::Lost,
        name: String::new(),
        message,
        script,
        event: job.event,
        line: None,
        column: None,
        stack: String::new(),
    };
    ScriptReport { errors: vec![error], ..ScriptReport::default() }
}
