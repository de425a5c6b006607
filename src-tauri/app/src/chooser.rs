//! The system's own dialogs for files. A shell without them answers as a person who gives up.

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;

use crate::App;
use crate::dto::ErrorView;

/// Asks a person for files.
#[async_trait]
pub trait FileChooser: Send + Sync {
    /// Files to read, `several` or one; empty if the person gave up.
    async fn files(&self, title: &str, several: bool) -> Vec<PathBuf>;
    async fn folder(&self, title: &str) -> Option<PathBuf>;
    /// Where to write; the person has agreed to replace what is there.
    async fn save_as(&self, title: &str, suggested_name: &str) -> Option<PathBuf>;
}

/// Nobody can be asked.
pub struct NobodyToAsk;

#[async_trait]
impl FileChooser for NobodyToAsk {
    async fn files(&self, _title: &str, _several: bool) -> Vec<PathBuf> {
        Vec::new()
    }
    async fn folder(&self, _title: &str) -> Option<PathBuf> {
        None
    }
    async fn save_as(&self, _title: &str, _suggested_name: &str) -> Option<PathBuf> {
        None
    }
}

impl App {
    /// Lets the application ask for files from now on. Called once, by the shell that can.
    #[must_use]
    pub fn with_chooser(self, chooser: Arc<dyn FileChooser>) -> Self {
        let _ = self.inner.chooser.set(chooser);
        self
    }

    pub(crate) fn chooser(&self) -> &dyn FileChooser {
        self.inner.chooser.get().map_or(&NobodyToAsk, |chooser| &**chooser)
    }

    /// Paths of files that the person chose, for a body that is sent from them. They are read when it is sent.
    pub async fn choose_files(&self, several: bool) -> Result<Vec<String>, ErrorView> {
        let chosen = self.chooser().files("Choose what to send", several).await;
        Ok(chosen.into_iter().map(|path| path.display().to_string()).collect())
    }
}

/// Writes what a person asked to save.
pub(crate) async fn write(path: &std::path::Path, bytes: &[u8]) -> Result<(), ErrorView> {
    tokio::fs::write(path, bytes).await.map_err(|error| not_written(path, &error))
}

pub(crate) fn not_written(path: &std::path::Path, error: &std::io::Error) -> ErrorView {
    ErrorView::plain(
        "storage",
        "The file could not be written",
        format!("{}: {error}.", path.display()),
        "Choose another place, or make room there.",
    )
}
