//! A vault that does not open: everything but secrets stays readable, and nothing is sent with blanks in their place.

use gatepass_app::KeyStoreKind;
use gatepass_app::dto::{SendIntent, SendOutcome, VariableView};
use serde_json::json;

use crate::common::{Desk, folder, named, with_a_secret};

#[tokio::test]
async fn no_request_leaves_with_a_blank_in_place_of_a_secret() {
    let data = folder();
    let desk = Desk::open(data.path(), Some(KeyStoreKind::File)).await;
    let mut staging = desk.app.create_environment("Staging".to_owned()).await.unwrap();
    staging.variables = vec![VariableView {
        key: "password".to_owned(),
        value: Some("canary-password".to_owned()),
        secret: true,
        enabled: true,
    }];
    let staging = desk.app.edit_environment(staging).await.unwrap();
    desk.app.choose_environment(Some(staging.id)).await.unwrap();
    let collection = desk.app.create_collection("Photos".to_owned()).await.unwrap().id;
    let request = desk.app.create_request(collection, "List".to_owned()).await.unwrap().id;
    desk.app.close().await;
    std::fs::remove_file(data.path().join("vault.key")).unwrap();

    let desk = Desk::open(data.path(), None).await;
    let sent = desk.app.send(request.clone(), SendIntent::Plain).await;
    let code = match sent {
        Err(error) | Ok(SendOutcome::Failed { error }) => error.code,
        Ok(_) => "sent".to_owned(),
    };
    assert_eq!(code, "key_store");
    let line = desk.app.will_send(request.clone()).await.unwrap();
    assert!(line.tail.contains("key"), "the line under the editor says so: {} {}", line.lead, line.tail);
    let detail = desk.app.open_node(request).await.unwrap();
    assert_eq!(detail.scope[0].key, "password", "what there is can be seen");
}

/// A collection whose requests get their tokens with a password.
async fn with_tokens(desk: &Desk) -> Vec<gatepass_app::dto::NodeView> {
    let nodes = desk.app.open_playground().await.unwrap().nodes;
    for request in ["Who is bob", "Who am I, as a machine"] {
        let card = desk.app.get_new_token(named(&nodes, request).to_owned()).await.unwrap();
        assert!(card.failure.is_none(), "{:?}", card.failure);
    }
    nodes
}

#[tokio::test]
async fn tokens_are_listed_while_locked_and_can_be_deleted() {
    let data = folder();
    let desk = Desk::open(data.path(), Some(KeyStoreKind::File)).await;
    with_tokens(&desk).await;
    let keys: Vec<_> = desk.app.list_tokens().await.unwrap().into_iter().map(|token| token.key).collect();
    desk.app.close().await;
    std::fs::remove_file(data.path().join("vault.key")).unwrap();

    let desk = Desk::open(data.path(), None).await;
    let listed = desk.app.open_workspace().await.unwrap().tokens;
    assert_eq!(listed.iter().map(|token| token.key.clone()).collect::<Vec<_>>(), keys);
    assert!(listed[0].reason.as_deref().unwrap().contains("key"), "{:?}", listed[0].reason);
    desk.app.delete_token(keys[0].clone()).await.unwrap();
    assert_eq!(desk.app.list_tokens().await.unwrap().len(), 1);
}

#[tokio::test]
async fn one_damaged_token_does_not_hide_the_others() {
    let data = folder();
    let desk = Desk::open(data.path(), Some(KeyStoreKind::File)).await;
    let nodes = with_tokens(&desk).await;
    let keys: Vec<_> = desk.app.list_tokens().await.unwrap().into_iter().map(|token| token.key).collect();
    let database = gatepass_storage::Database::open(data.path(), gatepass_storage::OpenOptions::default());
    let database = database.await.unwrap();
    let key = gatepass_app::oauth::TokenKey::parse(&keys[0]).unwrap();
    let mut damaged = database.token_sets().load(&key).await.unwrap().unwrap();
    damaged.sealed[40] ^= 1;
    database.token_sets().save(damaged).await.unwrap();

    let listed = desk.app.list_tokens().await.unwrap();
    assert_eq!(listed.iter().map(|token| token.name.as_str()).collect::<Vec<_>>(), ["Locked", "Machine"]);
    // A new one takes its place.
    let card = desk.app.get_new_token(named(&nodes, "Who is bob").to_owned()).await.unwrap();
    assert!(card.failure.is_none(), "{:?}", card.failure);
    assert_eq!(desk.app.list_tokens().await.unwrap().len(), 2);
}

#[tokio::test]
async fn nobody_is_sent_to_a_provider_for_a_token_that_cannot_be_kept() {
    let data = folder();
    let desk = Desk::open(data.path(), Some(KeyStoreKind::File)).await;
    desk.import(&with_a_secret()).await;
    let collection = desk.app.create_collection("Public".to_owned()).await.unwrap().id;
    let request = desk.app.create_request(collection.clone(), "List".to_owned()).await.unwrap().id;
    desk.app.set_auth(collection.clone(), Some("oauth2".to_owned())).await.unwrap();
    let params = json!({
        "client_id": "photos",
        "authorization_endpoint": "http://127.0.0.1:9/authorize", "token_endpoint": "http://127.0.0.1:9/token",
    });
    let params = params.as_object().unwrap().clone().into_iter().collect();
    desk.app.set_auth_params(collection, params).await.unwrap();
    desk.app.close().await;
    std::fs::remove_file(data.path().join("vault.key")).unwrap();
    let desk = Desk::open(data.path(), None).await;
    let error = desk.app.get_new_token(request).await.unwrap_err();
    assert_eq!(error.code, "key_store");
}
