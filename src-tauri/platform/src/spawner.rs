//! Work that goes on although nobody waits for it.

use futures_util::future::BoxFuture;
use gatepass_oauth::ports::Spawner;
use tokio::runtime::Handle;

/// Spawns on one tokio runtime.
#[derive(Clone, Debug)]
pub struct TokioSpawner {
    runtime: Handle,
}

impl TokioSpawner {
    /// Spawns on the given runtime, from whatever thread it is asked.
    pub fn new(runtime: Handle) -> Self {
        Self { runtime }
    }

    /// Spawns on the runtime of the caller.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime, as [`Handle::current`] does.
    pub fn current() -> Self {
        Self::new(Handle::current())
    }
}

impl Spawner for TokioSpawner {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        self.runtime.spawn(task);
    }
}
