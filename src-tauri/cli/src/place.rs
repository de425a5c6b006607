//! Where this call keeps its things: opened only when something needs it.

use std::sync::Arc;

use gatepass_app::{App, Environment, KeyStoreKind, Options, Outside, Unheard};

use crate::aim::is_file;
use crate::arguments::{self, KeyStore, TokenTerms, Variables};
use crate::outcome::Stop;

pub struct Place {
    options: Options,
    /// A data directory was named for this call. The environment variable counts if a database is there: by itself it
    /// only says where one would be.
    named: bool,
}

impl Place {
    pub fn new(arguments: arguments::Place) -> Result<Self, Stop> {
        let mut environment = Environment::read();
        let (chosen, usual) = (arguments.data_dir, environment.data_dir.take());
        let (is_chosen, is_usual) = (chosen.is_some(), usual.is_some());
        environment.data_dir = chosen.or(usual);
        environment.passphrase_file = arguments.passphrase_file;
        let mut options = Options::from_environment(&environment);
        let named = is_chosen || is_usual && options.has_database();
        if let Some(kind) = arguments.key_store {
            options.key_store = Some(match kind {
                KeyStore::Keyring => KeyStoreKind::Keyring,
                KeyStore::File => KeyStoreKind::File,
                KeyStore::Passphrase => KeyStoreKind::Passphrase,
            });
            options.unknown_key_store = None;
        }
        Ok(Self { options, named })
    }

    /// Whether a browser may be opened without a terminal.
    pub fn has_browser(&self) -> bool {
        self.options.browser.is_some()
    }

    /// The application on the database.
    pub async fn app(&self) -> Result<App, Stop> {
        self.app_for(false).await
    }

    /// The same; with `no_browser` it opens none.
    pub async fn app_for(&self, no_browser: bool) -> Result<App, Stop> {
        self.app_in(None, no_browser).await
    }

    /// The application on the workspace that holds this collection, so that its environments, settings and cookies
    /// hold. A file is in none.
    pub async fn app_with(&self, collection: &str, no_browser: bool) -> Result<App, Stop> {
        let app = self.app_for(no_browser).await?;
        if is_file(collection) {
            return Ok(app);
        }
        match app.other_workspace_holding(collection).await? {
            None => Ok(app),
            Some(other) => {
                app.close().await;
                self.app_in(Some(other), no_browser).await
            }
        }
    }

    /// The application on a workspace by its id or name, which is made if there is none.
    pub async fn app_in(&self, workspace: Option<String>, no_browser: bool) -> Result<App, Stop> {
        let options = Options { workspace, open_browser: !no_browser, ..self.options.clone() };
        App::open(options, Arc::new(Unheard)).await.map_err(Stop::from)
    }

    /// Whether sending this collection needs the database: it is kept there, or its environment is, or its tokens are
    /// to be. A run on files alone needs neither database nor keyring.
    pub fn needs_database(&self, collection: &str, variables: &Variables, terms: &TokenTerms) -> bool {
        let named_environment = variables.environment.as_deref().is_some_and(|name| !is_file(name));
        !is_file(collection) || named_environment || self.named || terms.save_tokens
    }

    /// Without a database: tokens end with this process.
    pub fn outside(&self) -> Outside {
        Outside::in_memory(&self.options)
    }
}
