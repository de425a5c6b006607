//! Waiting.

use std::time::Duration;

use async_trait::async_trait;
use gatepass_oauth::ports::Timer;

/// Waits on the tokio runtime's timer.
#[derive(Clone, Copy, Debug, Default)]
pub struct TokioTimer;

#[async_trait]
impl Timer for TokioTimer {
    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}
