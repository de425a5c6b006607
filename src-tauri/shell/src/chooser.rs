//! The system's file dialogs. The page cannot open them by itself: it asks for a use case that does.

use std::path::PathBuf;

use async_trait::async_trait;
use gatepass_app::FileChooser;
use tauri::AppHandle;
use tauri_plugin_dialog::{DialogExt as _, FileDialogBuilder, FilePath};
use tokio::sync::oneshot;

pub(crate) struct Dialogs {
    app: AppHandle,
}

impl Dialogs {
    pub(crate) fn new(app: AppHandle) -> Self {
        Self { app }
    }

    fn dialog(&self, title: &str) -> FileDialogBuilder<tauri::Wry> {
        crate::window::parented(&self.app, self.app.dialog().file().set_title(title))
    }
}

#[async_trait]
impl FileChooser for Dialogs {
    async fn files(&self, title: &str, several: bool) -> Vec<PathBuf> {
        let (answer, answered) = oneshot::channel();
        let dialog = self.dialog(title);
        if several {
            dialog.pick_files(|chosen| drop(answer.send(chosen.unwrap_or_default())));
        } else {
            dialog.pick_file(|chosen| drop(answer.send(chosen.into_iter().collect())));
        }
        answered.await.unwrap_or_default().into_iter().filter_map(path).collect()
    }

    async fn folder(&self, title: &str) -> Option<PathBuf> {
        let (answer, answered) = oneshot::channel();
        self.dialog(title).pick_folder(|chosen| drop(answer.send(chosen)));
        answered.await.ok().flatten().and_then(path)
    }

    async fn save_as(&self, title: &str, suggested_name: &str) -> Option<PathBuf> {
        let (answer, answered) = oneshot::channel();
        self.dialog(title).set_file_name(suggested_name).save_file(|chosen| drop(answer.send(chosen)));
        answered.await.ok().flatten().and_then(path)
    }
}

fn path(chosen: FilePath) -> Option<PathBuf> {
    chosen.into_path().ok()
}
