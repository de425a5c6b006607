//! What stands in the data directory decides how it is opened, and what cannot be opened is left as it is.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use gatepass_core::workspace::NodeKind;
use gatepass_oauth::failure::{Code, Failure};
use gatepass_storage::tables::Content;
use gatepass_storage::tables::nodes::Place;
use gatepass_storage::{DATABASE_FILE, Database, OpenFailure, OpenOptions, StorageFailure, set_aside};
use sqlx::{Connection as _, SqliteConnection};

use crate::common::{key, node, open, sealed, with_workspace};

async fn refusal(directory: &Path) -> OpenFailure {
    let options = OpenOptions { patience: Duration::from_millis(300), ..OpenOptions::default() };
    match Database::open(directory, options).await {
        Ok(_) => panic!("it was opened"),
        Err(failure) => failure,
    }
}

/// A closed database with something in it; returns its file.
async fn filled(directory: &Path) -> PathBuf {
    let (database, workspace) = with_workspace(directory).await;
    let collection = [node("c", None, NodeKind::Collection)];
    database.nodes().insert(&workspace, &Place::Last(None), &collection).await.unwrap();
    database.token_sets().save(sealed(1, b"sealed")).await.unwrap();
    database.close().await.unwrap();
    directory.join(DATABASE_FILE)
}

/// Something done to the file by another program.
async fn tamper(file: &Path, sql: &'static str) {
    let mut connection = SqliteConnection::connect(&format!("sqlite://{}", file.display())).await.unwrap();
    sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

#[tokio::test]
async fn what_was_saved_is_there_after_the_next_start() {
    let directory = tempfile::tempdir().unwrap();
    filled(directory.path()).await;
    let (database, workspace) = with_workspace(directory.path()).await;
    assert_eq!(database.nodes().tree(&workspace).await.unwrap().len(), 1);
    assert!(database.token_sets().load(&key(1)).await.unwrap() == Some(sealed(1, b"sealed")));
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_can_read_what_is_written() {
    use std::os::unix::fs::PermissionsExt as _;
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("deep").join("data");
    let database = open(&directory).await;
    database.token_sets().save(sealed(1, b"")).await.unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&directory), 0o700);
    let files: Vec<PathBuf> = fs::read_dir(&directory).unwrap().map(|file| file.unwrap().path()).collect();
    assert!(files.iter().any(|file| file.extension().is_some_and(|end| end == "db-wal")), "{files:?}");
    for file in files {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_left_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let file = filled(directory.path()).await;
    tamper(&file, "INSERT INTO _sqlx_migrations VALUES (900, 'later', '2030-01-01', TRUE, x'00', 1)").await;
    let before = fs::read(&file).unwrap();
    let failure = refusal(directory.path()).await;
    assert!(matches!(failure, OpenFailure::NewerVersion { found: 900, known: 2, .. }), "{failure:?}");
    assert_eq!(fs::read(&file).unwrap(), before);
    let failure = Failure::from(failure);
    assert_eq!(failure.code, Code::Storage);
    assert!(failure.cause.contains("900") && failure.next_step.contains("newer"), "{failure:?}");
}

#[tokio::test]
async fn a_database_of_another_program_is_left_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join(DATABASE_FILE);
    fs::write(&file, "").unwrap();
    tamper(&file, "CREATE TABLE moz_cookies (x); INSERT INTO moz_cookies VALUES (1)").await;
    let before = fs::read(&file).unwrap();
    assert!(matches!(refusal(directory.path()).await, OpenFailure::Foreign { .. }));
    assert_eq!(fs::read(&file).unwrap(), before);
}

#[tokio::test]
async fn what_is_no_database_is_never_replaced_by_an_empty_one() {
    for content in [&b""[..], b"S", b"SQLite format 3\0", b"<!doctype html>", &[0; 100_000]] {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join(DATABASE_FILE);
        fs::write(&file, content).unwrap();
        let failure = refusal(directory.path()).await;
        assert!(
            matches!(failure, OpenFailure::Damaged { .. } | OpenFailure::Foreign { .. }),
            "{}: {failure:?}",
            content.escape_ascii()
        );
        assert_eq!(fs::read(&file).unwrap(), content);
    }
}

#[tokio::test]
async fn a_journal_without_its_database_is_not_thrown_away() {
    for ending in ["-wal", "-journal"] {
        let directory = tempfile::tempdir().unwrap();
        let journal = directory.path().join(format!("{DATABASE_FILE}{ending}"));
        fs::write(&journal, "the last edits").unwrap();
        assert!(matches!(refusal(directory.path()).await, OpenFailure::Damaged { .. }));
        assert_eq!(fs::read(&journal).unwrap(), b"the last edits");
    }
}

#[tokio::test]
async fn a_damaged_database_is_set_aside_when_asked_and_an_empty_one_started() {
    let directory = tempfile::tempdir().unwrap();
    let mut aside = Vec::new();
    for content in ["first wreck", "second wreck"] {
        fs::write(directory.path().join(DATABASE_FILE), content).unwrap();
        let failure = refusal(directory.path()).await;
        assert!(failure.next_step().contains("set the damaged file aside"));
        aside.push((set_aside(directory.path()).unwrap(), content));
    }
    let database = open(directory.path()).await;
    assert!(database.workspaces().list().await.unwrap().is_empty());
    for (path, content) in aside {
        assert_eq!(fs::read_to_string(path).unwrap(), content);
    }
}

#[tokio::test]
async fn a_start_that_was_cut_off_is_begun_again() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("gatepass.db.unfinished"), "half").unwrap();
    fs::write(directory.path().join("gatepass.db.unfinished-wal"), "half").unwrap();
    filled(directory.path()).await;
}

#[tokio::test]
async fn a_database_that_another_program_keeps_locked_is_said_to_be() {
    let directory = tempfile::tempdir().unwrap();
    let file = filled(directory.path()).await;
    let mut other = SqliteConnection::connect(&format!("sqlite://{}", file.display())).await.unwrap();
    sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    let failure = refusal(directory.path()).await;
    assert!(matches!(failure, OpenFailure::Locked { .. }), "{failure:?}");
    sqlx::raw_sql("ROLLBACK").execute(&mut other).await.unwrap();
    open(directory.path()).await;
}

#[tokio::test]
async fn a_write_gives_up_in_time_on_one_who_never_ends() {
    let directory = tempfile::tempdir().unwrap();
    let file = filled(directory.path()).await;
    let options = OpenOptions { patience: Duration::from_millis(200), ..OpenOptions::default() };
    let database = Database::open(directory.path(), options).await.unwrap();
    let mut other = SqliteConnection::connect(&format!("sqlite://{}", file.display())).await.unwrap();
    sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    let failure = database.token_sets().save(sealed(2, b"")).await.unwrap_err();
    assert!(matches!(failure, StorageFailure::Locked { .. }), "{failure:?}");
    assert!(database.token_sets().load(&key(1)).await.unwrap().is_some(), "readers do not wait");
    sqlx::raw_sql("ROLLBACK").execute(&mut other).await.unwrap();
    database.token_sets().save(sealed(2, b"")).await.unwrap();
}

#[tokio::test]
async fn a_full_disk_is_said_and_nothing_is_half_saved() {
    let directory = tempfile::tempdir().unwrap();
    filled(directory.path()).await;
    let options = OpenOptions { max_pages: Some(60), ..OpenOptions::default() };
    let database = Database::open(directory.path(), options).await.unwrap();
    let workspace = database.workspaces().list().await.unwrap().remove(0).id;
    let mut big = node("big", None, NodeKind::Collection);
    big.content = Content::plain("x".repeat(1_000_000));
    let failure = database.nodes().insert(&workspace, &Place::Last(None), &[big.clone()]).await.unwrap_err();
    assert_eq!(failure, StorageFailure::Full);
    let failure = database
        .nodes()
        .save(&gatepass_core::workspace::Id::from_text("c"), None, None, &big.content)
        .await
        .unwrap_err();
    assert_eq!(failure, StorageFailure::Full);
    let failure = database.token_sets().save(sealed(1, &[9; 1_000_000])).await.unwrap_err();
    assert_eq!(failure, StorageFailure::Full);
    assert!(database.token_sets().load(&key(1)).await.unwrap() == Some(sealed(1, b"sealed")));
    // What fits is still saved, by the same connections.
    database.token_sets().save(sealed(1, b"small")).await.unwrap();
    database.close().await.unwrap();
    let (database, workspace) = with_workspace(directory.path()).await;
    assert_eq!(database.nodes().tree(&workspace).await.unwrap().len(), 1);
    assert!(database.token_sets().load(&key(1)).await.unwrap() == Some(sealed(1, b"small")));
}

#[tokio::test]
async fn after_the_end_nothing_is_accepted_any_more() {
    let directory = tempfile::tempdir().unwrap();
    let database = open(directory.path()).await;
    database.close().await.unwrap();
    assert_eq!(database.token_sets().save(sealed(1, b"")).await, Err(StorageFailure::Closed));
    assert_eq!(database.workspaces().list().await, Err(StorageFailure::Closed));
}

#[tokio::test]
async fn the_database_of_the_first_schema_opens() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let directory = tempfile::tempdir().unwrap();
    fs::copy(fixtures.join("schema-1.db"), directory.path().join(DATABASE_FILE)).unwrap();
    let (database, workspace) = with_workspace(directory.path()).await;
    let tree = database.nodes().tree(&workspace).await.unwrap();
    let names: Vec<_> = tree.iter().map(|node| node.name.as_str()).collect();
    assert_eq!(names, ["Photos", "Albums", "List albums"]);
    assert_eq!(database.nodes().lineage(&tree[2].id).await.unwrap()[2].content.secrets, Some(vec![1, 2, 3]));
    assert_eq!(database.environments().list(&workspace).await.unwrap()[0].name, "staging");
    assert!(database.token_sets().load(&key(1)).await.unwrap().is_some());
    assert_eq!(
        database.history().search(&workspace, &Default::default(), 10).await.unwrap()[0].entry.status,
        Some(200)
    );
    assert_eq!(database.settings().load("theme").await.unwrap(), Some(serde_json::json!("dark")));
}

/// Writes the fixture of today's schema if there is none: what was released once is never written again.
#[tokio::test]
#[ignore = "makes a fixture; run it by name when a schema is released"]
async fn write_the_fixture_of_this_schema() {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/schema-1.db");
    if fixture.exists() {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let (database, workspace) = with_workspace(directory.path()).await;
    let mut branch = [
        node("collection-1", None, NodeKind::Collection),
        node("folder-1", Some("collection-1"), NodeKind::Folder),
        node("request-1", Some("folder-1"), NodeKind::Request),
    ];
    for (stored, name) in branch.iter_mut().zip(["Photos", "Albums", "List albums"]) {
        stored.node.name = name.into();
        stored.content.secrets = Some(vec![1, 2, 3]);
    }
    database.nodes().insert(&workspace, &Place::Last(None), &branch).await.unwrap();
    let environment = gatepass_storage::tables::environments::StoredEnvironment {
        id: gatepass_core::workspace::Id::from_text("environment-1"),
        name: "staging".into(),
        colour: None,
        variables: Content::plain("[]"),
    };
    database.environments().save(&workspace, &environment).await.unwrap();
    database.token_sets().save(sealed(1, b"sealed")).await.unwrap();
    let entry = gatepass_storage::tables::history::HistoryEntry {
        workspace,
        request: None,
        sent_at: 1,
        name: "List albums".into(),
        method: "GET".into(),
        url: "https://api.example.com/albums".into(),
        status: Some(200),
        failure: None,
        duration_us: 1,
        size: 2,
    };
    database.history().record(entry, b"{}".to_vec());
    database.settings().save("theme", &serde_json::json!("dark")).await.unwrap();
    database.close().await.unwrap();
    fs::copy(directory.path().join(DATABASE_FILE), fixture).unwrap();
}
