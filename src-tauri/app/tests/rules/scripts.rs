//! Whose word it is that scripts may run.

use gatepass_app::KeyStoreKind;
use gatepass_app::dto::ScriptPlace;
use serde_json::{Value, json};

use crate::common::{Desk, folder, named};

fn with_scripts() -> Value {
    let event = |listen: &str, line: &str| json!({ "listen": listen, "script": { "exec": [line] } });
    json!({
        "info": {
            "name": "Scripted",
            "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
        },
        "event": [event("prerequest", "console.log(1)")],
        "item": [{
            "name": "List", "event": [event("test", "pm.test('x', () => {})")],
            "request": { "method": "GET", "url": "http://127.0.0.1:9/photos" },
        }],
    })
}

#[tokio::test]
async fn imported_scripts_are_trusted_by_a_persons_word_and_a_new_import_asks_anew() {
    let data = folder();
    let desk = Desk::open(data.path(), Some(KeyStoreKind::File)).await;
    let nodes = desk.import(&with_scripts()).await;
    let collection = named(&nodes, "Scripted").to_owned();
    let before = desk.app.collection_scripts(collection.clone()).await.unwrap();
    assert!(!before.trusted);
    let seen: Vec<(&str, &str, &str)> = before
        .scripts
        .iter()
        .map(|script| (script.name.as_str(), script.event.as_str(), script.source.as_str()))
        .collect();
    assert_eq!(
        seen,
        [("Scripted", "prerequest", "console.log(1)"), ("List", "test", "pm.test('x', () => {})")]
    );
    assert!(desk.app.trust_scripts(collection.clone()).await.unwrap().trusted);

    let again = desk.import(&with_scripts()).await;
    let again = desk.app.collection_scripts(named(&again, "Scripted").to_owned()).await.unwrap();
    assert!(!again.trusted, "the same scripts in another collection are another matter");
    assert!(desk.app.collection_scripts(collection).await.unwrap().trusted);
}

#[tokio::test]
async fn whoever_edits_trusted_scripts_or_writes_new_ones_trusts_what_they_write() {
    let data = folder();
    let desk = Desk::open(data.path(), Some(KeyStoreKind::File)).await;
    let own = desk.app.create_collection("Own".to_owned()).await.unwrap().id;
    for source in ["console.log('first')", "console.log('second')"] {
        desk.app.set_script(own.clone(), ScriptPlace::PreRequest, source.to_owned()).await.unwrap();
        assert!(desk.app.collection_scripts(own.clone()).await.unwrap().trusted);
    }

    let nodes = desk.import(&with_scripts()).await;
    let (collection, request) = (named(&nodes, "Scripted").to_owned(), named(&nodes, "List").to_owned());
    desk.app.set_script(request, ScriptPlace::Tests, "edited".to_owned()).await.unwrap();
    let scripts = desk.app.collection_scripts(collection).await.unwrap();
    assert!(!scripts.trusted, "an edit of what nobody trusts is no word for it");
}
