//! Holds the application while it opens, so that the window can paint before the database is read.

use std::sync::Arc;

use gatepass_app::dto::ErrorView;
use gatepass_app::{App, Listener, Options};
use tokio::sync::watch;

/// The application, or why it could not be opened.
type Opening = Option<Result<App, ErrorView>>;

pub(crate) struct Desk {
    opening: watch::Receiver<Opening>,
}

impl Desk {
    /// Starts to open the application in the background.
    pub(crate) fn open(options: Options, listener: Arc<dyn Listener>) -> Self {
        let (sender, opening) = watch::channel(None);
        tauri::async_runtime::spawn(async move {
            let _ = sender.send(Some(App::open_for_window(options, listener).await));
        });
        Self { opening }
    }

    /// Waits until it is open. Every command starts with this.
    pub(crate) async fn app(&self) -> Result<App, ErrorView> {
        let mut opening = self.opening.clone();
        let opened = opening.wait_for(Option::is_some).await.map(|opened| opened.clone());
        opened.ok().flatten().unwrap_or_else(|| {
            Err(ErrorView::plain(
                "storage",
                "Gatepass could not start",
                "Opening the workspace ended without a result",
                "Start Gatepass again; if it happens again, start it in a terminal with GATEPASS_LOG=debug.",
            ))
        })
    }

    /// Writes down what is still in memory. Called once, when the window closes.
    pub(crate) fn close(&self) {
        let opened = self.opening.borrow().clone();
        if let Some(Ok(app)) = opened {
            tauri::async_runtime::block_on(app.close());
        }
    }
}
