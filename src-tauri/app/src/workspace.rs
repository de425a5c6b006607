//! The workspace as a whole: what the window paints first.

use crate::App;
use crate::dto::{ErrorView, KeyStoreView, TokenView, WorkspaceView};
use crate::vault::KeyStoreKind;

impl App {
    /// Everything that the window needs to paint itself.
    pub async fn open_workspace(&self) -> Result<WorkspaceView, ErrorView> {
        Ok(WorkspaceView {
            name: self.inner.workspace.name.clone(),
            nodes: self.tree().await?,
            environments: self.environments().await?,
            chosen_environment: self.chosen_environment_id().await?,
            tokens: self.tokens_or_none().await,
            settings: self.window_settings().await?,
            key_store: self.door().view(),
            playground: self.playground_view().await?,
        })
    }

    /// Chooses how secrets are protected, once for this database.
    pub async fn choose_key_store(
        &self,
        kind: String,
        passphrase: Option<String>,
    ) -> Result<KeyStoreView, ErrorView> {
        let kind = KeyStoreKind::parse(&kind).ok_or_else(|| {
            ErrorView::plain(
                "usage",
                format!("There is no key store named “{kind}”"),
                "The key stores are keyring, file and passphrase.",
                "Choose one of them.",
            )
        })?;
        self.door().choose(kind, passphrase.map(Into::into)).await?;
        let view = self.door().view();
        self.inner.listener.key_store_changed(view.clone());
        self.say_workspace_changed();
        Ok(view)
    }

    /// The token list; empty while the vault does not open, which the key store's state then says.
    async fn tokens_or_none(&self) -> Vec<TokenView> {
        self.list_tokens().await.unwrap_or_default()
    }
}
