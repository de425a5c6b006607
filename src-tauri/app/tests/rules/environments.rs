//! Environments and globals.

use gatepass_app::KeyStoreKind;
use gatepass_app::dto::VariableView;
use serde_json::json;

use crate::common::{Desk, folder};

fn secret(key: &str, value: Option<&str>) -> VariableView {
    VariableView { key: key.to_owned(), value: value.map(str::to_owned), secret: true, enabled: true }
}

#[tokio::test]
async fn a_deleted_environment_is_chosen_no_more() {
    let data = folder();
    let desk = Desk::open(data.path(), Some(KeyStoreKind::File)).await;
    let staging = desk.app.create_environment("Staging".to_owned()).await.unwrap();
    desk.app.choose_environment(Some(staging.id.clone())).await.unwrap();
    assert_eq!(desk.app.open_workspace().await.unwrap().chosen_environment, Some(staging.id.clone()));
    desk.app.delete_environment(staging.id.clone()).await.unwrap();
    assert_eq!(desk.app.open_workspace().await.unwrap().chosen_environment, None);
    assert!(desk.app.choose_environment(Some(staging.id)).await.is_err());
}

#[tokio::test]
async fn a_name_that_two_environments_have_means_neither_and_tells_their_ids() {
    let data = folder();
    let desk = Desk::open(data.path(), Some(KeyStoreKind::File)).await;
    let one = desk.app.create_environment("Staging".to_owned()).await.unwrap().id;
    let two = desk.app.create_environment("Staging".to_owned()).await.unwrap().id;
    let error = desk.app.environment_named("Staging").await.unwrap_err();
    assert_eq!(error.code, "usage");
    assert!(error.cause.contains(&one) && error.cause.contains(&two), "{}", error.cause);
    assert_eq!(desk.app.environment_named(&two).await.unwrap().unwrap().id.as_str(), two);
}

#[tokio::test]
async fn an_environment_has_a_name() {
    let data = folder();
    let desk = Desk::open(data.path(), Some(KeyStoreKind::File)).await;
    assert!(desk.app.create_environment(" ".to_owned()).await.is_err());
    let mut staging = desk.app.create_environment(" Staging ".to_owned()).await.unwrap();
    assert_eq!(staging.name, "Staging");
    staging.name = String::new();
    assert!(desk.app.edit_environment(staging).await.is_err());
}

#[tokio::test]
async fn a_secret_value_is_revealed_only_when_asked_for_and_kept_otherwise() {
    let data = folder();
    let desk = Desk::open(data.path(), Some(KeyStoreKind::File)).await;
    let mut staging = desk.app.create_environment("Staging".to_owned()).await.unwrap();
    staging.variables = vec![secret("password", Some("canary-password"))];
    let staging = desk.app.edit_environment(staging).await.unwrap();
    assert_eq!(staging.variables[0].value, None);
    let again = desk.app.edit_environment(staging.clone()).await.unwrap();
    assert_eq!(again.variables[0].value, None);
    let revealed = desk.app.reveal_environment_secret(staging.id, "password".to_owned()).await.unwrap();
    assert_eq!(revealed, "canary-password");
}

/// Globals with one secret, as Postman exports them.
fn globals(key: &str) -> String {
    json!({
        "name": "Globals", "_postman_variable_scope": "globals",
        "values": [{ "key": key, "value": format!("canary-{key}"), "type": "secret", "enabled": true }],
    })
    .to_string()
}

#[tokio::test]
async fn globals_that_cannot_be_decrypted_are_not_overwritten_by_an_import() {
    let data = folder();
    let desk = Desk::open(data.path(), Some(KeyStoreKind::File)).await;
    desk.app.import_text(globals("first"), "globals.json".to_owned()).await.unwrap();
    desk.app.close().await;
    let (key, aside) = (data.path().join("vault.key"), data.path().join("aside"));
    std::fs::rename(&key, &aside).unwrap();
    let locked = Desk::open(data.path(), None).await;
    let plain = json!({
        "name": "Globals", "_postman_variable_scope": "globals",
        "values": [{ "key": "second", "value": "2", "enabled": true }],
    });
    let error = locked.app.import_text(plain.to_string(), "globals.json".to_owned()).await.unwrap_err();
    assert_eq!(error.code, "key_store");
    locked.app.close().await;
    std::fs::rename(&aside, &key).unwrap();
    let desk = Desk::open(data.path(), None).await;
    desk.app.import_text(globals("second"), "globals.json".to_owned()).await.unwrap();
    let globals = desk.app.globals().await.unwrap();
    let values: Vec<_> = globals.iter().map(|global| global.value.as_str()).collect();
    assert_eq!(values, ["canary-first", "canary-second"]);
}
