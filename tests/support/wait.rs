//! Waiting for something to become true.

use std::time::{Duration, Instant};

/// How long a test waits for what should happen soon. Only a broken program reaches it, so it is generous.
pub const LIMIT: Duration = Duration::from_secs(60);

/// Asks again and again until `probe` gives a value, and panics with `what` when [`LIMIT`] passes without one.
pub async fn eventually<T, F>(what: &str, mut probe: F) -> T
where
    F: AsyncFnMut() -> Option<T>,
{
    let started = Instant::now();
    loop {
        if let Some(value) = probe().await {
            return value;
        }
        assert!(started.elapsed() < LIMIT, "waited {LIMIT:?} in vain: {what}");
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}
