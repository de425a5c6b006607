//! What the application says unasked. Called from any task; must not block.

use crate::dto::{FlowChanged, KeyStoreView, RunProgress, SendProgress, TokenChanged};

pub trait Listener: Send + Sync {
    fn token_changed(&self, changed: TokenChanged);
    fn flow_changed(&self, changed: FlowChanged);
    fn send_progress(&self, progress: SendProgress);
    /// Rows of the run that is under way. Nobody but a window begins one.
    fn run_progress(&self, progress: RunProgress) {
        let _ = progress;
    }
    fn key_store_changed(&self, state: KeyStoreView);
    fn workspace_changed(&self);
}

/// Nobody listens: the command line asks when it wants to know.
pub struct Unheard;

impl Listener for Unheard {
    fn token_changed(&self, _changed: TokenChanged) {}
    fn flow_changed(&self, _changed: FlowChanged) {}
    fn send_progress(&self, _progress: SendProgress) {}
    fn key_store_changed(&self, _state: KeyStoreView) {}
    fn workspace_changed(&self) {}
}
