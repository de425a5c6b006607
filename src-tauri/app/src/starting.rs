//! Opening for a window, and the ways out when the database does not open.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use gatepass_storage::{AlreadyRunning, Database, InstanceLock, OpenFailure, OpenOptions, set_aside};

use crate::dto::ErrorView;
use crate::{App, FAREWELL, Listener, Options};

impl App {
    /// Opens the application for a window: as the only window on its data directory, with what goes on by itself while
    /// one is open.
    ///
    /// # Errors
    /// Another window has the directory and keeps it, or the database cannot be opened; it is left as it was. The
    /// error's code says which of the two, and what is the matter with the database.
    pub async fn open_for_window(options: Options, listener: Arc<dyn Listener>) -> Result<Self, ErrorView> {
        let alone = the_only_window(&options).await?;
        Self::open_alone(alone, options, listener).await
    }

    /// The same with an empty database, after the one that was there proved to be damaged: that one is moved to a name
    /// of its own beside it, which is returned. Nothing is deleted.
    ///
    /// # Errors
    /// The database is not damaged, or cannot be moved; everything is as it was.
    pub async fn open_empty_for_window(
        options: Options,
        listener: Arc<dyn Listener>,
    ) -> Result<(Self, PathBuf), ErrorView> {
        let alone = the_only_window(&options).await?;
        match Database::open(&options.data_dir, OpenOptions::default()).await {
            Err(OpenFailure::Damaged { .. }) => {}
            Err(other) => return Err(start_problem(&other)),
            Ok(database) => {
                database.close().await?;
                return Err(ErrorView::plain(
                    "usage",
                    "There is no reason to start empty",
                    "The database is sound.",
                    "Try again to open it.",
                ));
            }
        }
        let aside = set_aside(&options.data_dir).map_err(|error| {
            ErrorView::plain(
                "storage",
                "The damaged database cannot be set aside",
                format!("{}: {error}. It is where it was.", options.data_dir.display()),
                "Give yourself write permission for the directory, or move the file by hand.",
            )
        })?;
        tracing::warn!(copy = %aside.display(), "a damaged database was set aside; this one starts empty");
        Ok((Self::open_alone(alone, options, listener).await?, aside))
    }

    async fn open_alone(
        alone: InstanceLock,
        options: Options,
        listener: Arc<dyn Listener>,
    ) -> Result<Self, ErrorView> {
        let database = Database::open(&options.data_dir, OpenOptions::default()).await;
        let database = database.map_err(|failure| start_problem(&failure))?;
        let app = Self::on(database, options, listener).await?;
        *app.inner.alone.lock().unwrap_or_else(PoisonError::into_inner) = Some(alone);
        // A renewal that leaves before a send goes the same way. If the key store is closed, so are the tokens.
        if let Err(error) = app.ready_to_send().await {
            tracing::warn!("the workspace's settings do not hold yet: {}", error.message);
        }
        app.keep_tokens_fresh().await;
        Ok(app)
    }
}

/// What the first page of the window says, under a name by which it knows the ways out.
fn start_problem(failure: &OpenFailure) -> ErrorView {
    let code = match failure {
        OpenFailure::NewerVersion { .. } => "database_newer",
        OpenFailure::Damaged { .. } => "database_damaged",
        OpenFailure::Foreign { .. } => "database_foreign",
        OpenFailure::ReadOnly { .. } => "database_read_only",
        OpenFailure::Locked { .. } => "database_busy",
        OpenFailure::Full { .. } => "disk_full",
        OpenFailure::Io { .. } | OpenFailure::Migration { .. } | OpenFailure::UnsafeSqlite { .. } => {
            "storage"
        }
    };
    ErrorView::plain(code, failure.to_string(), failure.cause(), failure.next_step())
}

/// Takes the data directory for a window. One that is just closing is waited for.
async fn the_only_window(options: &Options) -> Result<InstanceLock, ErrorView> {
    let until = tokio::time::Instant::now() + FAREWELL + Duration::from_secs(1);
    loop {
        let refused = match InstanceLock::acquire(&options.data_dir) {
            Ok(lock) => return Ok(lock),
            Err(refused) => refused,
        };
        let is_held = matches!(refused, AlreadyRunning::Held { .. });
        if is_held && tokio::time::Instant::now() < until {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        }
        let directory = options.data_dir.display();
        return Err(if is_held {
            ErrorView::plain(
                "storage",
                "Another window of Gatepass has this workspace open",
                format!("{refused} ({directory})."),
                "Go on in that window, or give this one a data directory of its own with GATEPASS_DATA_DIR.",
            )
        } else {
            ErrorView::plain(
                "storage",
                "The data directory cannot be used",
                format!("{directory}: {refused}."),
                "Give yourself write permission for it, or choose another one with GATEPASS_DATA_DIR.",
            )
        });
    }
}
