//! The workspace as a whole: what the window paints first.

use crate::App;
use crate::dto::{ErrorView, KeyStoreView, TokenView, VariableView, WorkspaceView};
use crate::vault::KeyStoreKind;

impl App {
    /// Everything that the window needs to paint itself.
    pub async fn open_workspace(&self) -> Result<WorkspaceView, ErrorView> {
        Ok(WorkspaceView {
            name: self.inner.workspace.name.clone(),
            nodes: self.tree().await?,
            environments: self.environments().await?,
            chosen_environment: self.chosen_environment_id().await?,
            globals: self.shown_globals().await?.iter().map(VariableView::from).collect(),
            tokens: self.tokens_or_none().await,
            settings: self.window_settings().await?,
            key_store: (&self.door().state()).into(),
            playground: self.playground_view().await?,
        })
    }

    /// Chooses how secrets are protected, once for this database; or opens what was chosen, with its passphrase.
    pub async fn choose_key_store(
        &self,
        kind: String,
        passphrase: Option<String>,
    ) -> Result<KeyStoreView, ErrorView> {
        self.door().choose(parsed(&kind)?, passphrase.map(Into::into)).await?;
        self.say_workspace_changed();
        Ok((&self.door().state()).into())
    }

    /// The key is lost for good: goes on with a new one. What the old one sealed leaves the database and is kept in a
    /// copy of it, whose path is returned.
    pub async fn start_over(&self, kind: String, passphrase: Option<String>) -> Result<String, ErrorView> {
        let copy = self.door().start_over(parsed(&kind)?, passphrase.map(Into::into)).await?;
        self.say_workspace_changed();
        Ok(copy.display().to_string())
    }

    /// The token list; empty while it cannot be read, which the key store's state then says.
    async fn tokens_or_none(&self) -> Vec<TokenView> {
        self.list_tokens().await.unwrap_or_default()
    }
}

fn parsed(kind: &str) -> Result<KeyStoreKind, ErrorView> {
    KeyStoreKind::parse(kind).ok_or_else(|| {
        ErrorView::plain(
            "usage",
            format!("There is no key store named “{kind}”"),
            "The key stores are keyring, file and passphrase.",
            "Choose one of them.",
        )
    })
}
