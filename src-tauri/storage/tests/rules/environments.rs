//! Environments and globals.

use gatepass_core::workspace::Id;
use gatepass_storage::tables::Content;
use gatepass_storage::tables::environments::StoredEnvironment;
use gatepass_storage::{Database, StorageFailure};

use crate::common::with_workspace;

fn environment(id: &str) -> StoredEnvironment {
    StoredEnvironment {
        id: Id::from_text(id),
        name: format!("the {id}"),
        colour: Some("red".into()),
        variables: Content { text: "[]".into(), secrets: Some(vec![1, 2, 3]) },
    }
}

async fn names(database: &Database, workspace: &Id) -> String {
    let list = database.environments().list(workspace).await.unwrap();
    list.iter().map(|environment| environment.id.as_str()).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn an_environment_keeps_its_place_when_it_is_saved_again() {
    let directory = tempfile::tempdir().unwrap();
    let (database, workspace) = with_workspace(directory.path()).await;
    for id in ["a", "b", "c"] {
        database.environments().save(&workspace, &environment(id)).await.unwrap();
    }
    let mut changed = environment("a");
    changed.name = "production".into();
    changed.variables.secrets = None;
    database.environments().save(&workspace, &changed).await.unwrap();
    assert!(database.environments().list(&workspace).await.unwrap()[0] == changed);
    database.environments().reorder(&workspace, &[Id::from_text("c"), Id::from_text("a")]).await.unwrap();
    assert_eq!(names(&database, &workspace).await, "c a b");
}

#[tokio::test]
async fn globals_are_one_set_and_no_environment() {
    let directory = tempfile::tempdir().unwrap();
    let (database, workspace) = with_workspace(directory.path()).await;
    assert!(database.environments().globals(&workspace).await.unwrap().is_none());
    database.environments().save_globals(&workspace, &environment("g")).await.unwrap();
    database.environments().save_globals(&workspace, &environment("g")).await.unwrap();
    assert!(database.environments().globals(&workspace).await.unwrap() == Some(environment("g")));
    assert!(database.environments().save_globals(&workspace, &environment("h")).await.is_err());
    assert!(database.environments().trash(&Id::from_text("g"), 1).await.is_err());
    assert_eq!(names(&database, &workspace).await, "");
}

#[tokio::test]
async fn a_deleted_environment_comes_back_until_the_trash_is_emptied() {
    let directory = tempfile::tempdir().unwrap();
    let (database, workspace) = with_workspace(directory.path()).await;
    let environments = database.environments();
    let (a, b) = (Id::from_text("a"), Id::from_text("b"));
    environments.save(&workspace, &environment("a")).await.unwrap();
    environments.save(&workspace, &environment("b")).await.unwrap();
    environments.trash(&a, 10).await.unwrap();
    environments.trash(&b, 20).await.unwrap();
    assert!(matches!(environments.trash(&b, 30).await, Err(StorageFailure::Missing { .. })));
    assert!(environments.load(&a).await.unwrap().is_none());
    let late = environments.save(&workspace, &environment("a")).await;
    assert!(
        matches!(late, Err(StorageFailure::Missing { .. })),
        "an edit of a deleted one is not lost in silence"
    );
    assert_eq!(environments.purge_trash(15).await.unwrap(), 1);
    assert!(environments.restore(&a).await.is_err());
    environments.restore(&b).await.unwrap();
    assert_eq!(names(&database, &workspace).await, "b");
}
