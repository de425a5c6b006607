//! Use cases: one function for each thing that a person can do, whatever the shell. Builds every adapter once.

mod asking;
mod card;
mod challenges;
mod chooser;
pub mod clients;
pub mod code;
mod cookies;
mod definitions;
mod drafts;
pub mod dto;
mod editing;
mod environments;
mod error;
pub mod flow_log;
mod flows;
mod folder;
mod importing;
mod listener;
mod logins;
mod memory_tokens;
mod node_settings;
mod options;
mod outside;
mod playground;
mod recording;
mod responses;
pub mod running;
mod runs;
pub mod scripting;
mod scripts;
mod sending;
mod settings;
pub mod source;
mod starting;
mod token_acts;
pub mod token_report;
mod token_vault;
mod tokens;
mod tree;
mod vault;
mod vigil;
mod watched;
mod workspace;
mod workspace_settings;

pub use chooser::{FileChooser, NobodyToAsk};
pub use gatepass_core as core;
pub use gatepass_interchange as interchange;
pub use gatepass_oauth as oauth;
pub use listener::{Listener, Unheard};
pub use options::{Environment, Options};
pub use outside::Outside;
pub use playground::RunningPlayground;
pub use vault::{DoorState, KeyStoreKind};

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use gatepass_core::pipeline::Pipeline;
use gatepass_core::workspace::{Auth, Id};
use gatepass_oauth::TokenKey;
use gatepass_oauth::token_set::StoredTokens;
use gatepass_storage::{Database, InstanceLock, OpenOptions};

use challenges::Challenges;
use cookies::KeptCookies;
use definitions::Definitions;
use dto::ErrorView;
use flows::Flows;
use importing::Imports;
use logins::Logins;
use recording::HistoryRecorder;
use responses::Shelf;
use runs::Runs;
use sending::Sends;
use token_vault::TokenVault;
use tokens::Failures;
use vault::Door;
use watched::Watched;

/// How long the end waits for providers that do not answer.
const FAREWELL: Duration = Duration::from_secs(10);

/// The application on one data directory. Cheap to clone: all clones are one application.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

struct Inner {
    /// Tells this process from others on the same database.
    process: String,
    workspace: gatepass_storage::tables::workspaces::Workspace,
    pipeline: Pipeline,
    sends: Sends,
    runs: Runs,
    database: Database,
    door: Arc<Door>,
    definitions: Definitions,
    outside: Outside,
    cookies: KeptCookies,
    /// Set once the workspace's settings hold.
    sending_ready: tokio::sync::OnceCell<()>,
    flows: Arc<Flows>,
    /// Token sets that were deleted last, for as long as that can be undone.
    deleted: Mutex<Vec<(TokenKey, StoredTokens)>>,
    failures: Failures,
    challenges: Challenges,
    watched: Arc<Watched>,
    logins: Logins,
    shelf: Shelf,
    listener: Arc<dyn Listener>,
    chooser: OnceLock<Arc<dyn FileChooser>>,
    /// What was looked at for import, and what came in.
    imports: Imports,
    /// Held while a definition is loaded, changed and saved.
    editing: tokio::sync::Mutex<()>,
    /// Auth settings that a node had before it got another kind of auth, the last one last.
    left_auths: Mutex<HashMap<String, Vec<Auth>>>,
    /// Proof that no other window has the data directory, while one is open.
    alone: Mutex<Option<InstanceLock>>,
    /// What runs in the background while a window is open.
    background: Mutex<Vec<tokio::task::JoinHandle<()>>>,
    playground: tokio::sync::Mutex<Option<RunningPlayground>>,
}

impl App {
    /// Opens the database of the data directory, making it if there is none. Nothing secret is touched yet.
    ///
    /// # Errors
    /// Why the database cannot be opened; it is left as it was.
    pub async fn open(options: Options, listener: Arc<dyn Listener>) -> Result<Self, ErrorView> {
        let database = Database::open(&options.data_dir, OpenOptions::default()).await?;
        Self::on(database, options, listener).await
    }

    async fn on(
        database: Database,
        options: Options,
        listener: Arc<dyn Listener>,
    ) -> Result<Self, ErrorView> {
        let workspace = match &options.workspace {
            Some(wanted) => database.workspaces().named_or_insert(wanted).await?,
            None => database.workspaces().first_or_insert("My workspace").await?,
        };
        let said = Arc::clone(&listener);
        let door =
            Door::new(database.clone(), options.clone(), Outside::randomness(), move |state: &DoorState| {
                said.key_store_changed(state.into());
            });
        door.look().await;
        let door = Arc::new(door);
        let tokens = TokenVault::new(database.clone(), Arc::clone(&door), Outside::randomness());
        let outside = Outside::with_database(&options, tokens, database.refresh_lock());
        let recorder = HistoryRecorder::new(database.clone(), workspace.id.clone());
        let app = Self {
            inner: Arc::new(Inner {
                process: uuid::Uuid::new_v4().to_string(),
                pipeline: outside.pipeline(Some(Arc::new(recorder))),
                sends: Sends::default(),
                runs: Runs::default(),
                workspace,
                definitions: Definitions::new(Arc::clone(&door), Outside::randomness()),
                database,
                door,
                shelf: Shelf::new(outside.spool().to_owned()),
                outside,
                cookies: KeptCookies::default(),
                sending_ready: tokio::sync::OnceCell::new(),
                flows: Arc::default(),
                deleted: Mutex::default(),
                failures: Failures::default(),
                challenges: Challenges::default(),
                watched: Arc::default(),
                logins: Logins::default(),
                listener,
                chooser: OnceLock::new(),
                imports: Imports::default(),
                editing: tokio::sync::Mutex::new(()),
                left_auths: Mutex::default(),
                alone: Mutex::default(),
                background: Mutex::default(),
                playground: tokio::sync::Mutex::new(None),
            }),
        };
        Ok(app)
    }

    /// Waits for what must not be cut off (an edit being saved, an answer with a new refresh token), writes down what
    /// is still in memory, and ends the playground. Called once, at the end.
    pub async fn close(&self) {
        for task in self.inner.background.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            task.abort();
        }
        let _no_edit_under_way = self.editing().lock().await;
        if tokio::time::timeout(FAREWELL, self.keeper().settle()).await.is_err() {
            tracing::warn!("a renewal was still under way at the end; its token may need a new sign-in");
        }
        if let Err(error) = self.keep_cookies().await {
            tracing::warn!("cookies of this session are not kept: {}", error.message);
        }
        self.close_playground().await;
        if let Err(failure) = self.inner.database.close().await {
            tracing::error!("closing the database: {failure}");
        }
        self.inner.alone.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    pub(crate) fn database(&self) -> &Database {
        &self.inner.database
    }

    pub(crate) fn workspace(&self) -> &Id {
        &self.inner.workspace.id
    }

    pub(crate) fn definitions(&self) -> &Definitions {
        &self.inner.definitions
    }

    pub(crate) fn door(&self) -> &Door {
        &self.inner.door
    }

    pub(crate) fn editing(&self) -> &tokio::sync::Mutex<()> {
        &self.inner.editing
    }

    /// Where requests and tokens come from and go to.
    pub fn outside(&self) -> &Outside {
        &self.inner.outside
    }

    /// Milliseconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        self.outside().now()
    }

    pub(crate) fn say_workspace_changed(&self) {
        self.inner.listener.workspace_changed();
    }
}
