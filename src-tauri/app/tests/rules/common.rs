//! What several of these tests need.

use std::path::Path;
use std::sync::{Arc, Mutex};

use gatepass_app::dto::{
    ErrorView, FlowChanged, KeyStoreView, NodeView, RunProgress, SendProgress, TokenChanged,
};
use gatepass_app::oauth::Secret;
use gatepass_app::{App, Environment, KeyStoreKind, Listener, Options};
use serde_json::{Value, json};
use tempfile::TempDir;

/// What was said unasked.
#[derive(Default)]
pub struct Heard {
    pub key_stores: Mutex<Vec<KeyStoreView>>,
    pub tokens: Mutex<Vec<String>>,
    pub flows: Mutex<Vec<String>>,
    pub workspaces: Mutex<usize>,
    pub runs: Mutex<Vec<RunProgress>>,
}

impl Listener for Heard {
    fn token_changed(&self, changed: TokenChanged) {
        self.tokens.lock().unwrap().push(changed.key);
    }
    fn flow_changed(&self, changed: FlowChanged) {
        self.flows.lock().unwrap().push(changed.node);
    }
    fn send_progress(&self, _progress: SendProgress) {}
    fn run_progress(&self, progress: RunProgress) {
        self.runs.lock().unwrap().push(progress);
    }
    fn key_store_changed(&self, state: KeyStoreView) {
        self.key_stores.lock().unwrap().push(state);
    }
    fn workspace_changed(&self) {
        *self.workspaces.lock().unwrap() += 1;
    }
}

/// An application on a data directory, and what it says.
pub struct Desk {
    pub app: App,
    pub heard: Arc<Heard>,
}

impl Desk {
    /// Starts on a data directory, which may have been used before.
    pub async fn open(data_dir: &Path, key_store: Option<KeyStoreKind>) -> Self {
        Self::with(Options { key_store, ..options(data_dir) }).await
    }

    pub async fn with(options: Options) -> Self {
        let heard = Arc::new(Heard::default());
        let app = App::open(options, Arc::clone(&heard) as _).await.unwrap();
        Self { app, heard }
    }

    /// Starts as a window does.
    pub async fn window(data_dir: &Path) -> Result<Self, ErrorView> {
        let heard = Arc::new(Heard::default());
        let options = Options { key_store: Some(KeyStoreKind::File), ..options(data_dir) };
        Ok(Self { app: App::open_for_window(options, Arc::clone(&heard) as _).await?, heard })
    }

    /// Imports a Postman collection, and returns the new rows.
    pub async fn import(&self, collection: &Value) -> Vec<NodeView> {
        self.app.import_text(collection.to_string(), "collection.json".to_owned()).await.unwrap().nodes
    }
}

pub fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// The options of a window on `data_dir` with nothing chosen.
pub fn options(data_dir: &Path) -> Options {
    let mut options = Options::from_environment(&Environment {
        data_dir: Some(data_dir.to_owned()),
        ..Environment::default()
    });
    options.open_browser = false;
    options
}

pub fn with_passphrase(data_dir: &Path, passphrase: &str) -> Options {
    Options {
        key_store: Some(KeyStoreKind::Passphrase),
        passphrase: Some(Secret::new(passphrase)),
        ..options(data_dir)
    }
}

/// A collection whose own authorization holds a secret, with one request that inherits it.
pub fn with_a_secret() -> Value {
    json!({
        "info": {
            "name": "Photos",
            "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
        },
        "auth": { "type": "bearer", "bearer": [{ "key": "token", "value": "canary-token" }] },
        "item": [{ "name": "List", "request": { "method": "GET", "url": "http://127.0.0.1:9/photos" } }],
    })
}

/// What a playground's own collection holds, by the names of its requests.
pub fn named<'a>(nodes: &'a [NodeView], name: &str) -> &'a str {
    &nodes.iter().find(|node| node.name == name).unwrap().id
}

/// Waits until `what` gives something.
pub async fn eventually<T>(what: impl AsyncFn() -> Option<T>) -> T {
    for _ in 0..3_000 {
        if let Some(found) = what().await {
            return found;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("it did not happen within a minute");
}
