//! One file a table: everything that is read from it or written to it.

pub mod cookies;
pub mod environments;
pub mod history;
pub mod nodes;
pub mod settings;
pub mod token_sets;
pub mod workspace_settings;
pub mod workspaces;

/// What a row says beyond its list entry: JSON text without secrets, and the secrets as ciphertext.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Content {
    /// JSON without secret values.
    pub text: String,
    /// The secret values, sealed and bound to the row by the caller; `None` if there are none.
    pub secrets: Option<Vec<u8>>,
}

impl Content {
    /// Content without secrets.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), secrets: None }
    }
}

/// The distance between neighbours in an order, so that many can be put between them before anything has to move.
pub(crate) const GAP: i64 = 1 << 20;
