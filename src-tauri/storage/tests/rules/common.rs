//! What several of these tests need.

use std::path::Path;

use gatepass_core::workspace::{Id, Node, NodeKind};
use gatepass_oauth::token_key::TokenKey;
use gatepass_storage::tables::Content;
use gatepass_storage::tables::nodes::StoredNode;
use gatepass_storage::tables::token_sets::SealedTokens;
use gatepass_storage::{Database, OpenOptions};

pub async fn open(directory: &Path) -> Database {
    Database::open(directory, OpenOptions::default()).await.unwrap()
}

/// A database with one workspace.
pub async fn with_workspace(directory: &Path) -> (Database, Id) {
    let database = open(directory).await;
    let workspace = database.workspaces().first_or_insert("My workspace").await.unwrap();
    (database, workspace.id)
}

pub fn node(id: &str, parent: Option<&str>, kind: NodeKind) -> StoredNode {
    StoredNode {
        node: Node {
            id: Id::from_text(id),
            parent: parent.map(Id::from_text),
            collection: Id::from_text("unset"),
            kind,
            name: format!("the {id}"),
            method: (kind == NodeKind::Request).then(|| "GET".to_owned()),
            auth: None,
        },
        content: Content::plain(format!(r#"{{"description":"{id}"}}"#)),
    }
}

/// A token key that differs for each number.
pub fn key(number: u32) -> TokenKey {
    TokenKey::parse(&format!("{number:064x}")).unwrap()
}

pub fn sealed(number: u32, content: &[u8]) -> SealedTokens {
    SealedTokens {
        key: key(number),
        environment: "staging".into(),
        obtained_at: i64::from(number),
        refresh_started_at: None,
        sealed: content.to_vec(),
    }
}
