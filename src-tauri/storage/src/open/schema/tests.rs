//! Migrations, with one that does not exist yet standing for the next.
#![allow(clippy::unwrap_used)]

use std::process::{Command, Stdio};
use std::time::Duration;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{Connection as _, SqliteConnection};

use super::*;
use crate::database::{Database, OpenOptions};
use crate::open::{DATABASE_FILE, MIGRATIONS};

/// Makes a table for each of a hundred steps, and fills them: enough of it to be killed in.
fn next_migration() -> String {
    (0..100)
        .map(|step| {
            format!(
                "CREATE TABLE step_{step} (x TEXT);
                 INSERT INTO step_{step} SELECT hex(randomblob(500)) FROM settings, settings AS again LIMIT 20;\n"
            )
        })
        .collect()
}

fn with_next(sql: String) -> Migrator {
    let mut migrations: Vec<Migration> = MIGRATIONS.iter().cloned().collect();
    let sql = sqlx::SqlSafeStr::into_sql_str(sqlx::AssertSqlSafe(sql));
    migrations.push(Migration::new(today() + 1, "next".into(), MigrationType::Simple, sql, false));
    Migrator::with_migrations(migrations)
}

async fn open_with(directory: &Path, migrations: &Migrator) -> Result<Database, OpenFailure> {
    let options = OpenOptions::default();
    Opening { path: directory.join(DATABASE_FILE), directory, options: &options, migrations }.open().await
}

/// The version of today's schema.
fn today() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap()
}

/// A database of today's schema with ten settings.
async fn first_schema(directory: &Path) {
    let database = open_with(directory, &MIGRATIONS).await.unwrap();
    for number in 0..10 {
        database.settings().save(&format!("setting {number}"), &number.into()).await.unwrap();
    }
    database.close().await.unwrap();
}

async fn number(file: &Path, sql: &'static str) -> i64 {
    let mut connection = SqliteConnection::connect(&format!("sqlite://{}", file.display())).await.unwrap();
    let number = sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    number
}

async fn schema_of(file: &Path) -> i64 {
    number(file, "SELECT max(version) FROM _sqlx_migrations").await
}

fn backups(directory: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(directory)
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| path.to_string_lossy().contains(".backup") && path.extension().unwrap() == "db")
        .collect();
    found.sort();
    found
}

#[tokio::test]
async fn a_backup_precedes_a_migration() {
    let directory = tempfile::tempdir().unwrap();
    first_schema(directory.path()).await;
    let database = open_with(directory.path(), &with_next(next_migration())).await.unwrap();
    assert_eq!(database.settings().list("").await.unwrap().len(), 10);
    database.close().await.unwrap();
    assert_eq!(schema_of(&directory.path().join(DATABASE_FILE)).await, today() + 1);
    let backups = backups(directory.path());
    assert_eq!(backups.len(), 1, "{backups:?}");
    assert_eq!(backups[0].file_name().unwrap(), format!("gatepass.schema-{}.backup.db", today()).as_str());
    #[cfg(unix)]
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&backups[0]).unwrap().permissions()) & 0o777,
        0o600
    );
    // Put back in place, it is the database from before.
    let restored = tempfile::tempdir().unwrap();
    fs::copy(&backups[0], restored.path().join(DATABASE_FILE)).unwrap();
    let database = open_with(restored.path(), &MIGRATIONS).await.unwrap();
    assert_eq!(database.settings().list("").await.unwrap().len(), 10);
}

#[tokio::test]
async fn no_backup_is_made_where_nothing_is_migrated() {
    let directory = tempfile::tempdir().unwrap();
    first_schema(directory.path()).await;
    open_with(directory.path(), &MIGRATIONS).await.unwrap().close().await.unwrap();
    assert!(backups(directory.path()).is_empty());
    let fresh = tempfile::tempdir().unwrap();
    open_with(fresh.path(), &with_next(next_migration())).await.unwrap().close().await.unwrap();
    assert!(backups(fresh.path()).is_empty());
}

#[tokio::test]
async fn a_migration_that_fails_changes_nothing_and_names_the_backup() {
    let directory = tempfile::tempdir().unwrap();
    first_schema(directory.path()).await;
    let broken = with_next("CREATE TABLE half (x); INSERT INTO nowhere VALUES (1)".into());
    for attempt in 1..=2 {
        let failure = open_with(directory.path(), &broken).await.err().unwrap();
        let OpenFailure::Migration { backup: Some(backup), .. } = &failure else { panic!("{failure:?}") };
        assert!(backup.exists());
        assert_eq!(backups(directory.path()).len(), attempt, "an earlier backup is never overwritten");
        assert!(failure.cause().contains("nowhere"), "{}", failure.cause());
    }
    let database = open_with(directory.path(), &MIGRATIONS).await.unwrap();
    assert_eq!(database.settings().list("").await.unwrap().len(), 10);
    database.close().await.unwrap();
    let file = directory.path().join(DATABASE_FILE);
    assert_eq!(number(&file, "SELECT count(*) FROM sqlite_schema WHERE name = 'half'").await, 0);
}

#[tokio::test]
async fn two_that_meet_at_a_migration_run_it_once() {
    let directory = tempfile::tempdir().unwrap();
    first_schema(directory.path()).await;
    let migrations = with_next(next_migration());
    let (one, two) =
        tokio::join!(open_with(directory.path(), &migrations), open_with(directory.path(), &migrations));
    one.unwrap().close().await.unwrap();
    two.unwrap().close().await.unwrap();
    assert_eq!(backups(directory.path()).len(), 1);
}

#[tokio::test]
async fn a_migration_killed_at_any_moment_is_whole_or_not_there() {
    let (mut before, mut after) = (0, 0);
    for round in 0..24 {
        let directory = tempfile::tempdir().unwrap();
        first_schema(directory.path()).await;
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "open::schema::tests::migrate_in_a_process_of_its_own", "--ignored"])
            .env("GATEPASS_TEST_DIRECTORY", directory.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        tokio::time::sleep(Duration::from_millis(5 + round * 4)).await;
        child.kill().unwrap();
        child.wait().unwrap();
        let file = directory.path().join(DATABASE_FILE);
        let steps =
            number(&file, "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'step!_%' ESCAPE '!'").await;
        match schema_of(&file).await {
            version if version == today() => {
                before += 1;
                assert_eq!(steps, 0);
            }
            _ => {
                after += 1;
                assert_eq!(steps, 100);
                assert_eq!(backups(directory.path()).len(), 1);
            }
        }
        for backup in backups(directory.path()) {
            assert_eq!(schema_of(&backup).await, today(), "a backup under its final name is whole");
        }
        let database = open_with(directory.path(), &with_next(next_migration())).await.unwrap();
        assert_eq!(database.settings().list("").await.unwrap().len(), 10);
        database.close().await.unwrap();
    }
    println!("killed, {before} before, {after} after the migration, n=24");
}

#[tokio::test]
#[ignore = "a process that another test starts and kills"]
async fn migrate_in_a_process_of_its_own() {
    let Ok(directory) = std::env::var("GATEPASS_TEST_DIRECTORY") else { return };
    open_with(Path::new(&directory), &with_next(next_migration())).await.unwrap();
}
