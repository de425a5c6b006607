//! What things are: collections hold folders and requests, nested to any depth; environments hold variables.

mod auth;
mod definition;
mod environment;
pub mod secrets;
pub mod settings;
mod tree;
mod variable;
mod workspace_settings;

pub use auth::{Auth, AuthKind};
pub use definition::{
    Body, Definition, Folder, FormField, FormPart, KeyValue, NodeKind, RequestDefinition, Script, ScriptEvent,
};
pub use environment::Environment;
pub use secrets::{Parts, Secrets};
pub use tree::Planted;
pub use variable::Variable;
pub use workspace_settings::{HostSettings, WorkspaceSettings};

use std::fmt;

use serde::{Deserialize, Serialize};

/// The identity of a collection, folder, request or environment. Opaque text; made once, never reused.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Id(String);

impl Id {
    /// A new identity; later ones sort behind earlier ones.
    pub fn generate() -> Self {
        Self(uuid::Uuid::now_v7().to_string())
    }

    /// An identity that is already known, as text.
    pub fn from_text(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Id {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A collection, folder or request as it stands in the tree, without its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    pub id: Id,
    /// `None` for a collection.
    pub parent: Option<Id>,
    /// The collection it belongs to; its own id for a collection.
    pub collection: Id,
    pub kind: NodeKind,
    pub name: String,
    /// The method, for requests.
    pub method: Option<String>,
    /// What its own auth is, `None` when it inherits.
    pub auth: Option<AuthKind>,
}

/// A tree that does not stand in the database yet, or has been taken out of it: what import and export handle.
#[derive(Clone, PartialEq)]
pub struct Branch {
    pub kind: NodeKind,
    pub name: String,
    pub definition: Definition,
    pub children: Vec<Branch>,
}
