//! Imports: looked at first, brought in as chosen, and taken back as a whole.

use gatepass_app::KeyStoreKind;
use serde_json::{Value, json};

use crate::common::{Desk, folder, with_a_secret};

/// A Postman dump with a collection, an environment and globals.
fn dump() -> String {
    let values = json!([{ "key": "host", "value": "h", "enabled": true }]);
    json!({
        "version": 1,
        "collections": [with_a_secret()],
        "environments": [{ "name": "Staging", "values": values }],
        "globals": values,
    })
    .to_string()
}

fn names(desk: &Value) -> Vec<&str> {
    desk.as_array().unwrap().iter().map(|node| node["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn what_is_left_out_of_the_preview_does_not_come_in() {
    let data = folder();
    let desk = Desk::open(data.path(), Some(KeyStoreKind::File)).await;
    let preview = desk.app.preview_import(dump(), "dump.json".to_owned()).await.unwrap();
    let kinds: Vec<&str> = preview.items.iter().map(|item| item.kind.as_str()).collect();
    assert_eq!(kinds, ["collection", "environment", "globals"]);
    assert!(desk.app.tree().await.unwrap().is_empty(), "nothing is stored by looking");
    let came_in = desk.app.confirm_import(preview.id.clone(), vec![0, 2]).await.unwrap();
    assert!(came_in.nodes.is_empty() && came_in.globals.is_empty());
    assert_eq!(came_in.environments[0].name, "Staging");
    let again = desk.app.confirm_import(preview.id, Vec::new()).await.unwrap_err();
    assert_eq!(again.code, "usage", "it was looked at once, and brought in once");
}

#[tokio::test]
async fn an_undone_import_leaves_everything_as_it_was() {
    let data = folder();
    let desk = Desk::open(data.path(), Some(KeyStoreKind::File)).await;
    desk.app.create_collection("Mine".to_owned()).await.unwrap();
    let before = json!([{ "key": "host", "value": "mine", "secret": false, "enabled": true }]);
    desk.app.set_globals(serde_json::from_value(before.clone()).unwrap()).await.unwrap();
    let preview = desk.app.preview_import(dump(), String::new()).await.unwrap();
    let came_in = desk.app.confirm_import(preview.id, Vec::new()).await.unwrap();
    assert_eq!(names(&json!(desk.app.tree().await.unwrap())), ["Mine", "Photos", "List"]);
    desk.app.undo_import(came_in.id.clone()).await.unwrap();
    let workspace = desk.app.open_workspace().await.unwrap();
    assert_eq!(names(&json!(workspace.nodes)), ["Mine"]);
    assert!(workspace.environments.is_empty());
    assert_eq!(json!(workspace.globals), before);
    assert!(desk.app.undo_import(came_in.id).await.is_err(), "it can be undone once");
}
