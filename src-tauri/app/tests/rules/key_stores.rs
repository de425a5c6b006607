//! The door to the vault, as the window goes through it.

use std::path::Path;

use gatepass_app::KeyStoreKind;
use serde_json::json;

use crate::common::{Desk, folder, options, with_a_secret, with_passphrase};

/// A data directory with one secret in it, under a passphrase. Returns the collection's id.
async fn sealed_with(data_dir: &Path, passphrase: &str) -> String {
    let desk = Desk::with(with_passphrase(data_dir, passphrase)).await;
    let collection = desk.import(&with_a_secret()).await[0].id.clone();
    desk.app.close().await;
    collection
}

/// The same under a key file.
async fn sealed_with_a_file(data_dir: &Path) -> String {
    let desk = Desk::open(data_dir, Some(KeyStoreKind::File)).await;
    let collection = desk.import(&with_a_secret()).await[0].id.clone();
    desk.app.close().await;
    collection
}

async fn reveal(desk: &Desk, collection: &str) -> Result<String, String> {
    let revealed = desk.app.reveal_auth_secret(collection.to_owned(), "token".to_owned()).await;
    revealed.map_err(|error| error.code)
}

#[tokio::test]
async fn a_wrong_passphrase_does_not_stick_and_the_right_one_opens() {
    let data = folder();
    let collection = sealed_with(data.path(), "correct horse").await;
    let desk = Desk::with(options(data.path())).await;
    assert_eq!(reveal(&desk, &collection).await, Err("key_store".to_owned()));
    let choose = |passphrase: Option<&str>| {
        desk.app.choose_key_store("passphrase".to_owned(), passphrase.map(str::to_owned))
    };
    assert!(choose(Some("battery staple")).await.unwrap_err().message.contains("wrong"));
    // Had the wrong one stuck, it would be tried here, and be called wrong.
    let error = choose(None).await.unwrap_err();
    assert!(error.message.contains("needed"), "{}", error.message);
    assert_eq!(choose(Some("correct horse")).await.unwrap().state, "ready");
    assert_eq!(reveal(&desk, &collection).await, Ok("canary-token".to_owned()));
}

#[tokio::test]
async fn a_choice_that_does_not_fit_changes_nothing() {
    let data = folder();
    let collection = sealed_with(data.path(), "correct horse").await;
    let desk = Desk::with(with_passphrase(data.path(), "correct horse")).await;
    let error = desk.app.choose_key_store("file".to_owned(), None).await.unwrap_err();
    assert!(error.message.contains("another key store"), "{}", error.message);
    assert_eq!(reveal(&desk, &collection).await, Ok("canary-token".to_owned()));
    let error = desk.app.choose_key_store("file".to_owned(), None).await.unwrap_err();
    assert!(error.message.contains("another key store"), "an open door is no other one: {}", error.message);
}

#[tokio::test]
async fn the_recorded_key_store_is_shown_before_anything_secret_is_needed() {
    let data = folder();
    sealed_with_a_file(data.path()).await;
    let desk = Desk::with(options(data.path())).await;
    let view = desk.app.open_workspace().await.unwrap().key_store;
    assert_eq!((view.kind.as_str(), view.state.as_str()), ("file", "closed"));
    assert!(view.label.contains("weaker"), "{}", view.label);
}

#[tokio::test]
async fn the_window_hears_that_a_person_has_to_unlock() {
    let data = folder();
    let collection = sealed_with(data.path(), "correct horse").await;
    let desk = Desk::with(options(data.path())).await;
    let _ = reveal(&desk, &collection).await;
    let heard = desk.heard.key_stores.lock().unwrap().clone();
    let states: Vec<_> = heard.iter().map(|view| (view.kind.as_str(), view.state.as_str())).collect();
    assert_eq!(states, [("passphrase", "locked")]);
    let problem = heard[0].problem.as_deref().unwrap();
    assert!(problem.contains("needed") && problem.contains("Enter it"), "what and what to do: {problem}");
}

#[tokio::test]
async fn a_lost_key_is_never_replaced_by_itself_and_everything_else_stays_readable() {
    let data = folder();
    let collection = sealed_with_a_file(data.path()).await;
    let key = data.path().join("vault.key");
    std::fs::rename(&key, data.path().join("kept.key")).unwrap();
    let desk = Desk::open(data.path(), Some(KeyStoreKind::File)).await;
    assert_eq!(reveal(&desk, &collection).await, Err("key_store".to_owned()));
    assert!(!key.exists(), "no new key was made");
    let workspace = desk.app.open_workspace().await.unwrap();
    assert_eq!(workspace.key_store.state, "missing");
    assert_eq!(workspace.nodes.len(), 2);
    let request = desk.app.open_node(workspace.nodes[1].id.clone()).await.unwrap();
    assert_eq!(request.request.unwrap().url, "http://127.0.0.1:9/photos");
    assert_eq!(request.effective_auth.auth.unwrap().kind, "bearer");
    std::fs::rename(data.path().join("kept.key"), &key).unwrap();
    assert_eq!(reveal(&desk, &collection).await, Ok("canary-token".to_owned()), "its return is enough");
}

#[tokio::test]
async fn starting_over_keeps_what_was_sealed_beside_and_takes_new_secrets() {
    let data = folder();
    let collection = sealed_with_a_file(data.path()).await;
    let key = data.path().join("vault.key");
    let old_key = std::fs::read(&key).unwrap();
    std::fs::remove_file(&key).unwrap();
    let desk = Desk::open(data.path(), Some(KeyStoreKind::File)).await;
    assert!(reveal(&desk, &collection).await.is_err());

    let copy = desk.app.start_over("file".to_owned(), None).await.unwrap();

    assert_eq!(desk.app.open_workspace().await.unwrap().key_store.state, "ready");
    assert_eq!(reveal(&desk, &collection).await, Ok(String::new()), "the old value is not here any more");
    let new = [("token".to_owned(), json!("new-token"))].into_iter().collect();
    desk.app.set_auth_params(collection.clone(), new).await.unwrap();
    assert_eq!(reveal(&desk, &collection).await, Ok("new-token".to_owned()));
    desk.app.close().await;

    let elsewhere = folder();
    std::fs::copy(copy, elsewhere.path().join("gatepass.db")).unwrap();
    std::fs::write(elsewhere.path().join("vault.key"), old_key).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(elsewhere.path().join("vault.key"), mode).unwrap();
    let old = Desk::open(elsewhere.path(), None).await;
    assert_eq!(reveal(&old, &collection).await, Ok("canary-token".to_owned()), "nothing was lost");
}

#[tokio::test]
async fn nobody_starts_over_while_the_key_is_there() {
    let data = folder();
    let collection = sealed_with_a_file(data.path()).await;
    let desk = Desk::open(data.path(), None).await;
    assert!(desk.app.start_over("file".to_owned(), None).await.is_err(), "nothing was tried yet");
    assert!(reveal(&desk, &collection).await.is_ok());
    assert!(desk.app.start_over("file".to_owned(), None).await.is_err());
    assert_eq!(reveal(&desk, &collection).await, Ok("canary-token".to_owned()));
}

#[tokio::test]
async fn a_forgotten_passphrase_can_be_left_behind() {
    let data = folder();
    let collection = sealed_with(data.path(), "correct horse").await;
    let desk = Desk::with(options(data.path())).await;
    assert!(reveal(&desk, &collection).await.is_err());
    desk.app.start_over("passphrase".to_owned(), Some("a new one".to_owned())).await.unwrap();
    desk.app.close().await;
    let again = Desk::with(with_passphrase(data.path(), "a new one")).await;
    assert_eq!(reveal(&again, &collection).await, Ok(String::new()));
}

#[tokio::test]
async fn secrets_without_the_note_on_their_key_are_a_lost_key_and_no_reason_for_a_new_one() {
    let data = folder();
    let collection = sealed_with_a_file(data.path()).await;
    let database = gatepass_storage::Database::open(data.path(), gatepass_storage::OpenOptions::default())
        .await
        .unwrap();
    database.settings().delete("vault").await.unwrap();
    database.close().await.unwrap();
    let desk = Desk::open(data.path(), Some(KeyStoreKind::File)).await;
    assert_eq!(reveal(&desk, &collection).await, Err("key_store".to_owned()));
    assert_eq!(desk.app.open_workspace().await.unwrap().key_store.state, "missing");
}

#[tokio::test]
async fn many_that_set_up_at_once_share_one_key() {
    let data = folder();
    let desks = [
        Desk::open(data.path(), Some(KeyStoreKind::File)).await,
        Desk::open(data.path(), Some(KeyStoreKind::File)).await,
        Desk::open(data.path(), Some(KeyStoreKind::File)).await,
    ];
    let imports: Vec<_> = desks
        .iter()
        .map(|desk| {
            let app = desk.app.clone();
            tokio::spawn(async move {
                app.import_text(with_a_secret().to_string(), "collection.json".to_owned())
                    .await
                    .unwrap()
                    .nodes
            })
        })
        .collect();
    for import in imports {
        let collection = import.await.unwrap()[0].id.clone();
        for desk in &desks {
            assert_eq!(reveal(desk, &collection).await, Ok("canary-token".to_owned()));
        }
    }
}

#[tokio::test]
async fn a_key_file_that_others_can_read_is_refused_and_stays_as_it_is() {
    let data = folder();
    let collection = sealed_with_a_file(data.path()).await;
    let key = data.path().join("vault.key");
    let before = std::fs::read(&key).unwrap();
    std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o640)).unwrap();
    let desk = Desk::open(data.path(), None).await;
    assert_eq!(reveal(&desk, &collection).await, Err("key_store".to_owned()));
    assert_eq!(desk.app.open_workspace().await.unwrap().key_store.state, "locked");
    assert_eq!(std::fs::read(&key).unwrap(), before);
}
