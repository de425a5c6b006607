//! Settings and workspaces.

use serde_json::json;

use crate::common::{open, with_workspace};
use gatepass_storage::StorageFailure;
use gatepass_storage::tables::workspaces::Workspace;

#[tokio::test]
async fn a_setting_outlives_the_process() {
    let directory = tempfile::tempdir().unwrap();
    let database = open(directory.path()).await;
    database.settings().save("panes", &json!({"left": 240})).await.unwrap();
    database.settings().save("panes", &json!({"left": 260})).await.unwrap();
    database.close().await.unwrap();
    let database = open(directory.path()).await;
    assert_eq!(database.settings().load("panes").await.unwrap(), Some(json!({"left": 260})));
    assert!(database.settings().delete("panes").await.unwrap());
    assert!(!database.settings().delete("panes").await.unwrap());
    assert_eq!(database.settings().load("panes").await.unwrap(), None);
}

#[tokio::test]
async fn settings_are_listed_by_what_their_key_begins_with() {
    let directory = tempfile::tempdir().unwrap();
    let database = open(directory.path()).await;
    let (one, two) = (json!(1), json!(2));
    database.settings().save_all([("tab_1", &one), ("tabs", &two), ("theme", &one)]).await.unwrap();
    let listed = database.settings().list("tab_").await.unwrap();
    assert_eq!(listed, [("tab_1".to_owned(), one)]);
    assert_eq!(database.settings().list("").await.unwrap().len(), 3);
}

#[tokio::test]
async fn the_first_workspace_is_made_once() {
    let directory = tempfile::tempdir().unwrap();
    let (database, first) = with_workspace(directory.path()).await;
    let again = database.workspaces().first_or_insert("Another").await.unwrap();
    assert_eq!((again.id, again.name.as_str()), (first, "My workspace"));
}

#[tokio::test]
async fn a_workspace_goes_with_all_that_is_in_it() {
    let directory = tempfile::tempdir().unwrap();
    let (database, first) = with_workspace(directory.path()).await;
    let second = Workspace { id: gatepass_core::workspace::Id::generate(), name: "Second".into() };
    database.workspaces().insert(&second).await.unwrap();
    database.workspaces().rename(&second.id, "Zweite").await.unwrap();
    let collection = [crate::common::node("c", None, gatepass_core::workspace::NodeKind::Collection)];
    let place = gatepass_storage::tables::nodes::Place::Last(None);
    database.nodes().insert(&first, &place, &collection).await.unwrap();
    database.workspaces().delete(&first).await.unwrap();
    assert!(database.nodes().branch(&collection[0].node.id).await.unwrap().is_empty());
    let names: Vec<_> = database.workspaces().list().await.unwrap().into_iter().map(|w| w.name).collect();
    assert_eq!(names, ["Zweite"]);
    assert!(matches!(database.workspaces().delete(&first).await, Err(StorageFailure::Missing { .. })));
}
