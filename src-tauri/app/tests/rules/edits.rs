//! Edits: saved as they are made, and none lost.

use gatepass_app::KeyStoreKind;
use gatepass_app::dto::{RequestEdit, RowView, VariableView};
use serde_json::{Value, json};

use crate::common::{Desk, folder, named, with_a_secret};

fn secret(key: &str, value: Option<&str>) -> VariableView {
    VariableView { key: key.to_owned(), value: value.map(str::to_owned), secret: true, enabled: true }
}

fn plain(key: &str, value: Option<&str>) -> VariableView {
    VariableView { secret: false, ..secret(key, value) }
}

/// A collection with these variables; then the same as they come back from the window. Gives their values after that.
async fn values_after(before: Vec<VariableView>, after: Vec<VariableView>) -> Vec<(String, String)> {
    let data = folder();
    let desk = Desk::open(data.path(), Some(KeyStoreKind::File)).await;
    let id = desk.app.create_collection("Photos".to_owned()).await.unwrap().id;
    desk.app.set_variables(id.clone(), before).await.unwrap();
    desk.app.set_variables(id.clone(), after.clone()).await.unwrap();
    // The values leave only inside of an export or a send: the collection is sent through the source of one.
    let source = gatepass_app::source::Source::of_database(&desk.app, "Photos").await.unwrap();
    let definition = source.into_branch().definition;
    definition.variables.into_iter().map(|variable| (variable.key, variable.value)).collect()
}

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test]
async fn a_hidden_value_stays_when_the_row_comes_back_without_it() {
    let after = values_after(
        vec![secret("a", Some("1")), secret("b", Some("2"))],
        vec![secret("b", None), secret("a", None), plain("c", Some("3"))],
    );
    assert_eq!(after.await, owned(&[("b", "2"), ("a", "1"), ("c", "3")]));
}

#[tokio::test]
async fn a_renamed_secret_keeps_its_value() {
    let before = vec![secret("a", Some("1")), secret("b", Some("2")), plain("c", Some("3"))];
    let after = vec![secret("a", None), secret("renamed", None), plain("c", Some("3"))];
    assert_eq!(values_after(before, after).await, owned(&[("a", "1"), ("renamed", "2"), ("c", "3")]));
}

#[tokio::test]
async fn a_secret_is_never_given_to_a_name_that_may_be_another_ones() {
    let before = vec![secret("a", Some("1")), secret("b", Some("2"))];
    assert_eq!(values_after(before, vec![secret("c", None)]).await, owned(&[("c", "")]));
}

#[tokio::test]
async fn two_secrets_of_one_name_keep_their_own_values() {
    let before = vec![secret("a", Some("1")), secret("a", Some("2"))];
    let after = vec![secret("a", None), secret("a", None)];
    assert_eq!(values_after(before, after).await, owned(&[("a", "1"), ("a", "2")]));
}

#[tokio::test]
async fn a_variable_keeps_its_value_when_it_becomes_secret_and_when_it_becomes_plain() {
    let before = vec![plain("a", Some("1")), secret("b", Some("2"))];
    let after = vec![secret("a", Some("1")), plain("b", None)];
    assert_eq!(values_after(before, after).await, owned(&[("a", "1"), ("b", "2")]));
}

#[tokio::test]
async fn a_secret_that_was_emptied_is_empty() {
    assert_eq!(
        values_after(vec![secret("a", Some("1"))], vec![secret("a", Some(""))]).await,
        owned(&[("a", "")])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn edits_made_at_once_are_all_kept() {
    let data = folder();
    let desk = Desk::open(data.path(), Some(KeyStoreKind::File)).await;
    let id = desk.app.create_collection("Photos".to_owned()).await.unwrap().id;
    let request = desk.app.create_request(id, "List".to_owned()).await.unwrap().id;
    let row = RowView {
        name: "X-Trace".to_owned(),
        value: "1".to_owned(),
        enabled: true,
        description: String::new(),
    };
    let edits = [
        RequestEdit { method: Some("PUT".to_owned()), ..RequestEdit::default() },
        RequestEdit { url: Some("http://127.0.0.1:9/".to_owned()), ..RequestEdit::default() },
        RequestEdit { headers: Some(vec![row.clone()]), ..RequestEdit::default() },
        RequestEdit { path_variables: Some(vec![row.clone()]), ..RequestEdit::default() },
    ];
    let saving: Vec<_> = edits
        .into_iter()
        .map(|edit| {
            let (app, request) = (desk.app.clone(), request.clone());
            tokio::spawn(async move { app.edit_request(request, edit).await })
        })
        .collect();
    let auth = desk.app.set_auth(request.clone(), Some("bearer".to_owned()));
    auth.await.unwrap();
    for saved in saving {
        saved.await.unwrap().unwrap();
    }
    let detail = desk.app.open_node(request).await.unwrap();
    let view = detail.request.unwrap();
    assert_eq!((view.method.as_str(), view.url.as_str()), ("PUT", "http://127.0.0.1:9/"));
    assert_eq!((view.headers, view.path_variables), (vec![row.clone()], vec![row]));
    assert_eq!(detail.auth.unwrap().kind, "bearer");
}

#[tokio::test]
async fn an_edit_that_is_under_way_when_the_window_closes_is_on_disk() {
    let data = folder();
    let desk = Desk::open(data.path(), Some(KeyStoreKind::File)).await;
    let id = desk.app.create_collection("Photos".to_owned()).await.unwrap().id;
    let request = desk.app.create_request(id, "List".to_owned()).await.unwrap().id;
    let edit = RequestEdit { url: Some("http://127.0.0.1:9/kept".to_owned()), ..RequestEdit::default() };
    let app = desk.app.clone();
    let saving = tokio::spawn({
        let request = request.clone();
        async move { app.edit_request(request, edit).await }
    });
    // The edit has begun, and is somewhere between its reading and its writing.
    tokio::task::yield_now().await;
    desk.app.close().await;
    let _ = saving.await;
    let again = Desk::open(data.path(), None).await;
    let view = again.app.open_node(request).await.unwrap().request.unwrap();
    assert_eq!(view.url, "http://127.0.0.1:9/kept");
}

#[tokio::test]
async fn an_edit_of_what_was_deleted_is_refused_and_says_why() {
    let data = folder();
    let desk = Desk::open(data.path(), Some(KeyStoreKind::File)).await;
    let nodes = desk.import(&with_a_secret()).await;
    let request = named(&nodes, "List").to_owned();
    desk.app.delete_node(request.clone()).await.unwrap();
    let edit = RequestEdit { url: Some("http://127.0.0.1:9/".to_owned()), ..RequestEdit::default() };
    let error = desk.app.edit_request(request.clone(), edit).await.unwrap_err();
    assert!(error.cause.contains("deleted"), "{} {}", error.message, error.cause);
    assert!(desk.app.rename_node(request, "New".to_owned()).await.is_err());
}

#[tokio::test]
async fn what_stood_in_something_deleted_comes_back_after_that() {
    let data = folder();
    let desk = Desk::open(data.path(), Some(KeyStoreKind::File)).await;
    let collection = desk.app.create_collection("Photos".to_owned()).await.unwrap().id;
    let parent = desk.app.create_folder(collection, "Albums".to_owned()).await.unwrap().id;
    let request = desk.app.create_request(parent.clone(), "List".to_owned()).await.unwrap().id;
    desk.app.delete_node(request.clone()).await.unwrap();
    desk.app.delete_node(parent.clone()).await.unwrap();
    let error = desk.app.restore_node(request.clone()).await.unwrap_err();
    assert!(error.cause.contains("restore that first"), "{}", error.cause);
    assert_eq!(desk.app.restore_node(parent).await.unwrap().len(), 2);
    assert_eq!(desk.app.restore_node(request).await.unwrap().len(), 3);
}

#[tokio::test]
async fn a_url_of_two_megabytes_is_kept_whole() {
    let data = folder();
    let desk = Desk::open(data.path(), Some(KeyStoreKind::File)).await;
    let collection = desk.app.create_collection("Photos".to_owned()).await.unwrap().id;
    let request = desk.app.create_request(collection, "Long".to_owned()).await.unwrap().id;
    let url = format!("http://127.0.0.1:9/?q={}", "x".repeat(2 << 20));
    let edit = RequestEdit { url: Some(url.clone()), ..RequestEdit::default() };
    desk.app.edit_request(request.clone(), edit).await.unwrap();
    assert_eq!(desk.app.open_node(request).await.unwrap().request.unwrap().url, url);
}

#[tokio::test]
async fn another_kind_of_auth_and_back_loses_nothing() {
    let data = folder();
    let desk = Desk::open(data.path(), Some(KeyStoreKind::File)).await;
    let collection = desk.import(&with_a_secret()).await[0].id.clone();
    for kind in [Some("oauth2"), None, Some("basic"), Some("bearer"), Some("bearer")] {
        desk.app.set_auth(collection.clone(), kind.map(str::to_owned)).await.unwrap();
    }
    let revealed = desk.app.reveal_auth_secret(collection, "token".to_owned()).await.unwrap();
    assert_eq!(revealed, "canary-token");
}

#[tokio::test]
async fn secrets_that_are_sent_back_as_kept_stay_as_they_are() {
    let data = folder();
    let desk = Desk::open(data.path(), Some(KeyStoreKind::File)).await;
    let id = desk.app.create_collection("Photos".to_owned()).await.unwrap().id;
    let set = async |params: Value| {
        let params = params.as_object().unwrap().clone().into_iter().collect();
        desk.app.set_auth_params(id.clone(), params).await.unwrap()
    };
    desk.app.set_auth(id.clone(), Some("oauth2".to_owned())).await.unwrap();
    let row =
        |name: &str, value: Value| json!({ "name": name, "value": value, "in": "body", "enabled": true });
    set(json!({
        "client_secret": "first",
        "extra": { "token": [row("a", json!("canary-a")), row("b", json!("canary-b"))] },
    }))
    .await;
    // The first row is deleted, the second comes back unseen.
    let keep = json!({ "$keep": "extra/token/1/value" });
    let detail = set(json!({ "extra": { "token": [row("b", keep)] } })).await;
    assert_eq!(detail.auth.unwrap().secrets, ["client_secret", "extra/token/0/value"]);
    let reveal = async |name: &str| desk.app.reveal_auth_secret(id.clone(), name.to_owned()).await.unwrap();
    assert_eq!(reveal("extra/token/0/value").await, "canary-b");
    assert_eq!(reveal("client_secret").await, "first");
    set(json!({ "client_secret": null })).await;
    assert_eq!(reveal("client_secret").await, "");
}
