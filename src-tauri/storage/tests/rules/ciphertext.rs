//! What happens to ciphertext when its key is lost.

use gatepass_core::workspace::{Id, NodeKind};
use gatepass_storage::tables::Content;
use gatepass_storage::tables::cookies::{CookieChange, StoredCookie};
use gatepass_storage::tables::environments::StoredEnvironment;
use gatepass_storage::tables::nodes::Place;
use serde_json::json;

use crate::common::{key, node, open, sealed, with_workspace};

#[tokio::test]
async fn ciphertext_is_put_aside_whole_and_everything_else_stays() {
    let directory = tempfile::tempdir().unwrap();
    let (database, workspace) = with_workspace(directory.path()).await;
    assert!(!database.holds_ciphertext().await.unwrap());
    let mut collection = node("c", None, NodeKind::Collection);
    collection.content.secrets = Some(b"sealed".to_vec());
    let branch = [collection, node("r", Some("c"), NodeKind::Request)];
    database.nodes().insert(&workspace, &Place::Last(None), &branch).await.unwrap();
    let environment = StoredEnvironment {
        id: Id::from_text("e"),
        name: "Staging".into(),
        colour: None,
        variables: Content { text: "{}".into(), secrets: Some(b"sealed too".to_vec()) },
    };
    database.environments().save(&workspace, &environment).await.unwrap();
    database.token_sets().save(sealed(1, b"tokens")).await.unwrap();
    database.cookies().change(&workspace, &[CookieChange::Put(cookie("session"))]).await.unwrap();
    let settings = Content { text: "{}".into(), secrets: Some(b"sealed as well".to_vec()) };
    database.workspace_settings().save(&workspace, &settings).await.unwrap();
    assert!(database.holds_ciphertext().await.unwrap());
    let generation = database.token_sets().generation();

    let copy = database.set_ciphertext_aside(("vault", &json!("new"))).await.unwrap();

    assert!(!database.holds_ciphertext().await.unwrap());
    assert_ne!(database.token_sets().generation(), generation, "other processes must look again");
    assert_eq!(database.settings().load("vault").await.unwrap(), Some(json!("new")));
    assert_eq!(database.nodes().branch(&Id::from_text("c")).await.unwrap().len(), 2);
    assert_eq!(database.environments().list(&workspace).await.unwrap()[0].name, "Staging");

    assert!(database.cookies().list(&workspace).await.unwrap().is_empty());
    assert_eq!(database.workspace_settings().load(&workspace).await.unwrap().unwrap().secrets, None);

    let elsewhere = tempfile::tempdir().unwrap();
    std::fs::copy(&copy, elsewhere.path().join(gatepass_storage::DATABASE_FILE)).unwrap();
    let kept = open(elsewhere.path()).await;
    assert_eq!(kept.token_sets().load(&key(1)).await.unwrap().unwrap().sealed, b"tokens");
    assert_eq!(
        kept.nodes().branch(&Id::from_text("c")).await.unwrap()[0].content.secrets.as_deref(),
        Some(&b"sealed"[..])
    );
    assert_eq!(
        kept.environments().list(&workspace).await.unwrap()[0].variables.secrets.as_deref(),
        Some(&b"sealed too"[..])
    );
}

#[tokio::test]
async fn a_second_time_gets_a_copy_of_its_own() {
    let directory = tempfile::tempdir().unwrap();
    let (database, _) = with_workspace(directory.path()).await;
    let first = database.set_ciphertext_aside(("vault", &json!(1))).await.unwrap();
    let second = database.set_ciphertext_aside(("vault", &json!(2))).await.unwrap();
    assert!(first != second && first.exists() && second.exists());
}

fn cookie(name: &str) -> StoredCookie {
    StoredCookie {
        domain: "api.test".into(),
        path: "/".into(),
        name: name.into(),
        host_only: true,
        secure: false,
        http_only: true,
        expires_at: Some(1_800_000_000_000),
        sealed: b"sealed value".to_vec(),
    }
}

#[tokio::test]
async fn a_cookie_takes_the_place_of_one_with_the_same_name_and_goes_when_it_is_removed() {
    let directory = tempfile::tempdir().unwrap();
    let (database, workspace) = with_workspace(directory.path()).await;
    let newer = StoredCookie { sealed: b"newer".to_vec(), expires_at: None, ..cookie("a") };
    let changes =
        [CookieChange::Put(cookie("a")), CookieChange::Put(cookie("b")), CookieChange::Put(newer.clone())];
    database.cookies().change(&workspace, &changes).await.unwrap();
    assert!(database.cookies().list(&workspace).await.unwrap() == [newer, cookie("b")]);
    let remove = CookieChange::Remove { domain: "api.test".into(), path: "/".into(), name: "a".into() };
    database.cookies().change(&workspace, &[remove]).await.unwrap();
    assert!(database.cookies().list(&workspace).await.unwrap() == [cookie("b")]);
    assert!(database.cookies().list(&Id::from_text("another")).await.unwrap().is_empty());
}
