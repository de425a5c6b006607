//! Holds the application while it opens, so that the window can paint before the database is read.

use std::sync::Arc;

use gatepass_app::dto::ErrorView;
use gatepass_app::{App, FileChooser, Listener, Options};
use tokio::sync::watch;

/// The application, or why it could not be opened; nothing while it opens.
type Opening = Option<Result<App, ErrorView>>;

pub(crate) struct Desk {
    options: Options,
    listener: Arc<dyn Listener>,
    chooser: Arc<dyn FileChooser>,
    opening: watch::Sender<Opening>,
}

impl Desk {
    /// Starts to open the application in the background.
    pub(crate) fn open(options: Options, listener: Arc<dyn Listener>, chooser: Arc<dyn FileChooser>) -> Self {
        let desk = Self { options, listener, chooser, opening: watch::channel(None).0 };
        let (opening, chooser) = (desk.opening.clone(), Arc::clone(&desk.chooser));
        let opened = App::open_for_window(desk.options.clone(), Arc::clone(&desk.listener));
        tauri::async_runtime::spawn(async move {
            let opened = opened.await.map(|app| app.with_chooser(chooser));
            opening.send_replace(Some(opened));
        });
        desk
    }

    /// Waits until it is open. Every command starts with this.
    pub(crate) async fn app(&self) -> Result<App, ErrorView> {
        let mut opening = self.opening.subscribe();
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

    /// Tries once more, after it could not be opened. Nothing happens where it is open.
    pub(crate) async fn start_again(&self) -> Result<(), ErrorView> {
        if self.app().await.is_err() {
            let opened = App::open_for_window(self.options.clone(), Arc::clone(&self.listener)).await;
            self.opening.send_replace(Some(opened.map(|app| self.equipped(app))));
        }
        self.app().await.map(|_| ())
    }

    /// Starts with an empty database, after a damaged one could not be opened. Returns where that one is kept.
    pub(crate) async fn start_empty(&self) -> Result<String, ErrorView> {
        let opened = App::open_empty_for_window(self.options.clone(), Arc::clone(&self.listener)).await;
        let (app, aside) = opened?;
        self.opening.send_replace(Some(Ok(self.equipped(app))));
        Ok(aside.display().to_string())
    }

    fn equipped(&self, app: App) -> App {
        app.with_chooser(Arc::clone(&self.chooser))
    }

    /// Writes down what is still in memory. Called once, when the window closes.
    pub(crate) fn close(&self) {
        let opened = self.opening.borrow().clone();
        if let Some(Ok(app)) = opened {
            tauri::async_runtime::block_on(app.close());
        }
    }
}
