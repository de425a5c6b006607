//! The open database.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::SqlitePool;
use sqlx::sqlite::SqliteConnectOptions;

use crate::failure::{OpenFailure, StorageFailure};
use crate::generation::Generation;
use crate::lock::RefreshLockFiles;
use crate::open;
use crate::tables::cookies::Cookies;
use crate::tables::environments::Environments;
use crate::tables::history::{History, Recorder};
use crate::tables::nodes::Nodes;
use crate::tables::settings::Settings;
use crate::tables::token_sets::TokenSets;
use crate::tables::workspace_settings::WorkspaceSettingsTable;
use crate::tables::workspaces::Workspaces;

/// How the database is opened.
#[derive(Debug, Clone)]
pub struct OpenOptions {
    /// How long a write waits for other processes before it fails with [`StorageFailure::Locked`].
    pub patience: Duration,
    /// Whether all tables but history are checked before they are used, so that damage is found before anything is
    /// written. It costs about a millisecond for each megabyte of them.
    pub check: bool,
    /// Where the database stops growing, in pages of 4096 bytes; `None`: where the disk is full.
    pub max_pages: Option<u32>,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self { patience: Duration::from_secs(30), check: true, max_pages: None }
    }
}

/// The database of one data directory. Cheap to clone; all clones are the same database.
#[derive(Clone)]
pub struct Database {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) directory: PathBuf,
    /// One connection: writers queue here, in order.
    pub(crate) writer: SqlitePool,
    pub(crate) readers: SqlitePool,
    pub(crate) patience: Duration,
    pub(crate) generation: Generation,
    pub(crate) recorder: Recorder,
}

impl Database {
    /// Opens the database in `directory`, making both if there is none, and brings it to this version's schema
    /// (after a backup beside it).
    ///
    /// # Errors
    /// [`OpenFailure`]; an existing database is then left as it was.
    pub async fn open(directory: &Path, options: OpenOptions) -> Result<Self, OpenFailure> {
        open::open(directory, options).await
    }

    /// The directory that the database stands in.
    pub fn directory(&self) -> &Path {
        &self.inner.directory
    }

    pub fn workspaces(&self) -> Workspaces<'_> {
        Workspaces::new(&self.inner)
    }

    /// Collections, folders and requests.
    pub fn nodes(&self) -> Nodes<'_> {
        Nodes::new(&self.inner)
    }

    pub fn environments(&self) -> Environments<'_> {
        Environments::new(&self.inner)
    }

    pub fn token_sets(&self) -> TokenSets<'_> {
        TokenSets::new(&self.inner)
    }

    pub fn history(&self) -> History<'_> {
        History::new(&self.inner)
    }

    pub fn settings(&self) -> Settings<'_> {
        Settings::new(&self.inner)
    }

    /// How the requests of each workspace are sent.
    pub fn workspace_settings(&self) -> WorkspaceSettingsTable<'_> {
        WorkspaceSettingsTable::new(&self.inner)
    }

    /// The cookies of each workspace.
    pub fn cookies(&self) -> Cookies<'_> {
        Cookies::new(&self.inner)
    }

    /// The locks under which token sets are renewed, one process at a time.
    pub fn refresh_lock(&self) -> RefreshLockFiles {
        RefreshLockFiles::beside(&self.inner.directory)
    }

    /// Writes what is still on its way (history), then closes every connection. Other clones are closed with it.
    ///
    /// # Errors
    /// What could not be written, if anything.
    pub async fn close(&self) -> Result<(), StorageFailure> {
        let flushed = self.history().flush().await;
        self.inner.readers.close().await;
        self.inner.writer.close().await;
        flushed
    }
}

/// The version of the SQLite that is linked in, for example `3.51.3`.
///
/// # Errors
/// [`StorageFailure`] if it cannot even open a database in memory.
pub async fn sqlite_version() -> Result<String, StorageFailure> {
    use sqlx::ConnectOptions as _;
    let mut connection = SqliteConnectOptions::new().in_memory(true).connect().await?;
    Ok(sqlx::query_scalar!(r#"SELECT sqlite_version() AS "version!: String""#)
        .fetch_one(&mut connection)
        .await?)
}
