//! The parts of a request that the editor shows beside its URL and authorization.

use gatepass_app::KeyStoreKind;
use gatepass_app::dto::{BodyView, FormFieldView, RequestEdit, ScriptPlace};
use serde_json::{Value, json};

use crate::common::{Desk, folder};

#[tokio::test]
async fn every_kind_of_body_comes_back_as_it_was_edited() {
    let data = folder();
    let desk = Desk::open(data.path(), Some(KeyStoreKind::File)).await;
    let collection = desk.app.create_collection("Photos".to_owned()).await.unwrap().id;
    let id = desk.app.create_request(collection, "Upload".to_owned()).await.unwrap().id;
    let field = |value: &str, files: Option<Vec<String>>, content_type: &str| FormFieldView {
        name: "photo".to_owned(),
        value: value.to_owned(),
        files,
        content_type: content_type.to_owned(),
        enabled: true,
        description: String::new(),
    };
    for body in [
        BodyView::FormData {
            fields: vec![
                field("text", None, "text/markdown"),
                field("", Some(vec!["/a".to_owned(), "{{b}}".to_owned()]), ""),
                field("", Some(Vec::new()), ""),
            ],
        },
        BodyView::File { path: "{{folder}}/a.bin".to_owned() },
        BodyView::GraphQl { query: "{ me }".to_owned(), variables: "{\"a\": 1}".to_owned() },
        BodyView::None,
    ] {
        let edit = RequestEdit { body: Some(body.clone()), ..RequestEdit::default() };
        desk.app.edit_request(id.clone(), edit).await.unwrap();
        assert_eq!(desk.app.open_node(id.clone()).await.unwrap().request.unwrap().body, body);
    }
}

#[tokio::test]
async fn scripts_are_kept_by_when_they_run() {
    let data = folder();
    let desk = Desk::open(data.path(), Some(KeyStoreKind::File)).await;
    let id = desk.app.create_collection("Photos".to_owned()).await.unwrap().id;
    desk.app.set_script(id.clone(), ScriptPlace::Tests, "after".to_owned()).await.unwrap();
    desk.app.set_script(id.clone(), ScriptPlace::PreRequest, "before".to_owned()).await.unwrap();
    let scripts = desk.app.open_node(id.clone()).await.unwrap().scripts;
    assert_eq!((scripts.pre_request.as_str(), scripts.tests.as_str()), ("before", "after"));
    desk.app.set_script(id.clone(), ScriptPlace::Tests, String::new()).await.unwrap();
    assert_eq!(desk.app.open_node(id).await.unwrap().scripts.tests, "");
}

#[tokio::test]
async fn a_setting_says_what_holds_without_it_and_where_that_comes_from() {
    let data = folder();
    let desk = Desk::open(data.path(), Some(KeyStoreKind::File)).await;
    let collection = desk.app.create_collection("Photos".to_owned()).await.unwrap().id;
    let request = desk.app.create_request(collection.clone(), "List".to_owned()).await.unwrap().id;
    let setting = async |name: &str| {
        let detail = desk.app.open_node(request.clone()).await.unwrap();
        json!(detail.settings.into_iter().find(|setting| setting.name == name).unwrap())
    };
    let untouched = json!({ "name": "verify_tls", "own": null, "inherited": true, "origin": "the settings" });
    assert_eq!(setting("verify_tls").await, untouched);
    desk.app.set_send_setting(collection.clone(), "verify_tls".to_owned(), false.into()).await.unwrap();
    let inherited =
        json!({ "name": "verify_tls", "own": null, "inherited": false, "origin": "collection Photos" });
    assert_eq!(setting("verify_tls").await, inherited);
    desk.app.set_send_setting(request.clone(), "verify_tls".to_owned(), true.into()).await.unwrap();
    assert_eq!(setting("verify_tls").await["own"], true);
    desk.app.set_send_setting(request.clone(), "verify_tls".to_owned(), Value::Null).await.unwrap();
    assert_eq!(setting("verify_tls").await, inherited);
    let error = desk.app.set_send_setting(request.clone(), "no_such".to_owned(), true.into()).await;
    assert_eq!(error.unwrap_err().code, "usage");
}

#[tokio::test]
async fn a_moved_node_stands_where_it_was_put_and_copies_stand_behind_their_originals() {
    let data = folder();
    let desk = Desk::open(data.path(), Some(KeyStoreKind::File)).await;
    let one = desk.app.create_collection("One".to_owned()).await.unwrap().id;
    let two = desk.app.create_collection("Two".to_owned()).await.unwrap().id;
    let a = desk.app.create_request(one.clone(), "A".to_owned()).await.unwrap().id;
    let names = |nodes: Vec<gatepass_app::dto::NodeView>| {
        nodes.into_iter().map(|node| node.name).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(names(desk.app.duplicate_node(a.clone()).await.unwrap()), "One A A copy Two");
    assert_eq!(names(desk.app.move_node(a.clone(), Some(two), None).await.unwrap()), "One A copy Two A");
    assert_eq!(names(desk.app.move_node(one, None, None).await.unwrap()), "Two A One A copy");
}
