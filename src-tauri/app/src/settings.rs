//! What the window remembers.

use serde_json::Value;

use crate::App;
use crate::dto::{ErrorView, SettingsView};

/// The window's settings stand under this prefix, apart from those of the application.
const PREFIX: &str = "window.";
/// No setting of a window is longer, in bytes of JSON.
const LENGTH_LIMIT: usize = 1 << 20;

impl App {
    /// Remembers one value of the window; `null` forgets it.
    pub async fn set_setting(&self, name: String, value: Value) -> Result<(), ErrorView> {
        if name.is_empty() || name.len() > 200 || value.to_string().len() > LENGTH_LIMIT {
            return Err(ErrorView::plain(
                "usage",
                "This setting cannot be remembered",
                "Its name is empty or too long, or its value is longer than 1 MiB.",
                "This is a fault in the window; its other settings are kept.",
            ));
        }
        self.database().settings().save(&format!("{PREFIX}{name}"), &value).await?;
        Ok(())
    }

    pub(crate) async fn window_settings(&self) -> Result<SettingsView, ErrorView> {
        let stored = self.database().settings().list(PREFIX).await?;
        let named = stored
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name.trim_start_matches(PREFIX).to_owned(), value));
        Ok(SettingsView(named.collect()))
    }
}
