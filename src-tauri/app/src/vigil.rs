//! What goes on by itself while a window is open: tokens in use are renewed, and what other processes change is
//! noticed. While nothing changes it costs one small read a second.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use gatepass_oauth::TokenKey;
use gatepass_oauth::keeper::KeeperListener;
use gatepass_oauth::ports::FlowObserver;
use gatepass_storage::tables::token_sets::SealedTokens;
use serde_json::{Value, json};

use crate::dto::{ErrorView, FlowChanged, TokenChanged};
use crate::flows::Flows;
use crate::watched::Watched;
use crate::{App, Listener};

/// The setting by which windows learn that another process brought something in: who did, and a value that changes.
const IMPORTED: &str = "imported";

/// How often it looks whether another process changed something.
const LOOK_EVERY: Duration = Duration::from_secs(1);

impl App {
    /// Starts the background renewal, and passes on to the listener whatever changes in this process or another one.
    /// Called once, when the window opens; [`Self::close`] ends it.
    pub(crate) async fn keep_tokens_fresh(&self) {
        self.keeper().subscribe(Arc::new(Relay {
            listener: Arc::clone(&self.inner.listener),
            flows: Arc::clone(&self.inner.flows),
            watched: Arc::clone(&self.inner.watched),
        }));
        let keeper = self.keeper().clone();
        let renewing = tokio::spawn(async move { keeper.keep_fresh().await });
        let others = OtherProcesses::since_now(self).await;
        let looking = tokio::spawn(others.notice());
        self.inner.background.lock().unwrap_or_else(PoisonError::into_inner).extend([renewing, looking]);
    }
}

impl App {
    /// Lets windows of other processes know that something was brought in.
    pub(crate) async fn say_imported(&self) -> Result<(), ErrorView> {
        let value = json!({ "by": self.inner.process, "what": uuid::Uuid::new_v4() });
        self.database().settings().save(IMPORTED, &value).await?;
        Ok(())
    }
}

/// Passes the keeper's changes on to the shell, and puts the steps of background renewals into the flow log.
struct Relay {
    listener: Arc<dyn Listener>,
    flows: Arc<Flows>,
    watched: Arc<Watched>,
}

impl KeeperListener for Relay {
    fn changed(&self, key: &TokenKey) {
        self.listener.token_changed(TokenChanged { key: key.to_string() });
    }

    fn renewing(&self, key: &TokenKey) -> Option<Arc<dyn FlowObserver>> {
        let listener = Arc::clone(&self.listener);
        let node = self.watched.node_of(key);
        let said = move || {
            if let Some(node) = &node {
                listener.flow_changed(FlowChanged { node: node.clone() });
            }
        };
        Some(self.flows.record(key, said))
    }
}

/// Notices what other processes do to the tokens of this database, and what they import.
struct OtherProcesses {
    database: gatepass_storage::Database,
    listener: Arc<dyn Listener>,
    /// This process, as it signs its own imports.
    process: String,
    /// The last import that was seen.
    imported: Option<Value>,
    /// The store's generation at the last look.
    generation: u64,
    /// What was stored then, by fingerprints.
    known: HashMap<TokenKey, u64>,
}

impl OtherProcesses {
    /// What is stored now is no change.
    async fn since_now(app: &App) -> Self {
        let mut others = Self {
            database: app.database().clone(),
            listener: Arc::clone(&app.inner.listener),
            process: app.inner.process.clone(),
            imported: None,
            generation: 0,
            known: HashMap::new(),
        };
        others.look(|_| {}).await;
        others.imported_by_another().await;
        others
    }

    async fn notice(mut self) {
        let mut ticks = tokio::time::interval(LOOK_EVERY);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let listener = Arc::clone(&self.listener);
            self.look(|key| listener.token_changed(TokenChanged { key: key.to_string() })).await;
            if self.imported_by_another().await {
                listener.workspace_changed();
            }
        }
    }

    /// Whether another process has imported something since the last look.
    async fn imported_by_another(&mut self) -> bool {
        let Ok(imported) = self.database.settings().load(IMPORTED).await else { return false };
        let by = imported.as_ref().and_then(|imported| imported["by"].as_str().map(str::to_owned));
        let is_new = imported != self.imported;
        self.imported = imported;
        is_new && by.is_some_and(|by| by != self.process)
    }

    /// Tells which token sets are not what they were at the last look.
    async fn look(&mut self, changed: impl Fn(&TokenKey)) {
        let generation = self.database.token_sets().generation();
        if generation == self.generation {
            return;
        }
        // What cannot be read now is read at the next look.
        let Ok(stored) = self.database.token_sets().list().await else { return };
        let now: HashMap<TokenKey, u64> =
            stored.into_iter().map(|sealed| (sealed.key.clone(), fingerprint(&sealed))).collect();
        let gone = self.known.keys().filter(|key| !now.contains_key(*key));
        let new = now.iter().filter(|(key, is)| self.known.get(*key) != Some(*is)).map(|(key, _)| key);
        gone.chain(new).for_each(changed);
        self.known = now;
        self.generation = generation;
    }
}

fn fingerprint(sealed: &SealedTokens) -> u64 {
    let mut hasher = DefaultHasher::new();
    sealed.sealed.hash(&mut hasher);
    hasher.finish()
}
