//! What the window hears of without asking.

use gatepass_app::Listener;
use gatepass_app::dto::{FlowChanged, KeyStoreView, RunProgress, SendProgress, TokenChanged};
use serde::Serialize;
use tauri::{AppHandle, Emitter as _};

use crate::bindings::type_name;

const TOKEN_CHANGED: &str = "token-changed";
const FLOW_CHANGED: &str = "flow-changed";
const SEND_PROGRESS: &str = "send-progress";
const RUN_PROGRESS: &str = "run-progress";
const KEY_STORE_CHANGED: &str = "key-store-changed";
const WORKSPACE_CHANGED: &str = "workspace-changed";

/// The names of the events and the TypeScript types of what they carry.
pub(crate) fn names() -> Vec<(&'static str, String)> {
    vec![
        (TOKEN_CHANGED, type_name::<TokenChanged>()),
        (FLOW_CHANGED, type_name::<FlowChanged>()),
        (SEND_PROGRESS, type_name::<SendProgress>()),
        (RUN_PROGRESS, type_name::<RunProgress>()),
        (KEY_STORE_CHANGED, type_name::<KeyStoreView>()),
        (WORKSPACE_CHANGED, "null".to_owned()),
    ]
}

/// Carries what the application says to the page.
pub(crate) struct Outbox {
    window: AppHandle,
}

impl Outbox {
    pub(crate) fn new(window: AppHandle) -> Self {
        Self { window }
    }

    fn say(&self, name: &str, payload: impl Serialize + Clone) {
        // A page that is just closing hears nothing, and needs nothing.
        let _ = self.window.emit(name, payload);
    }
}

impl Listener for Outbox {
    fn token_changed(&self, changed: TokenChanged) {
        self.say(TOKEN_CHANGED, changed);
    }

    fn flow_changed(&self, changed: FlowChanged) {
        self.say(FLOW_CHANGED, changed);
    }

    fn send_progress(&self, progress: SendProgress) {
        self.say(SEND_PROGRESS, progress);
    }

    fn run_progress(&self, progress: RunProgress) {
        self.say(RUN_PROGRESS, progress);
    }

    fn key_store_changed(&self, state: KeyStoreView) {
        self.say(KEY_STORE_CHANGED, state);
    }

    fn workspace_changed(&self) {
        self.say(WORKSPACE_CHANGED, ());
    }
}
