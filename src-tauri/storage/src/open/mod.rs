//! From a directory to an open database. An existing file is looked at, read-only, before anything may write to it.

mod schema;

pub(crate) use schema::sync_directory;

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions as _, Connection as _};

use crate::database::{Database, Inner, OpenOptions, sqlite_version};
use crate::failure::{OpenFailure, Symptom};
use crate::generation::Generation;
use crate::lock::{make_private_directory, owner_only};
use crate::tables::history::Recorder;
use crate::write::{BUSY_TIMEOUT, begin_immediate};

/// The database's file in the data directory.
pub const DATABASE_FILE: &str = "gatepass.db";
/// What every database of Gatepass carries in its header: "Gate".
const APPLICATION_ID: i64 = 0x4761_7465;
/// The first version without the WAL reset bug (<https://www.sqlite.org/wal.html>).
const OLDEST_SAFE_SQLITE: [u32; 3] = [3, 51, 3];
const READERS: u32 = 4;

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

pub(crate) async fn open(directory: &Path, options: OpenOptions) -> Result<Database, OpenFailure> {
    refuse_an_unsafe_sqlite().await?;
    Opening { path: directory.join(DATABASE_FILE), directory, options: &options, migrations: &MIGRATIONS }
        .open()
        .await
}

/// Moves a damaged database, and what belongs to it, to names of their own in the same directory, so that the next
/// [`Database::open`] starts an empty one. Returns where the database is now. Nothing is deleted. Only for when no
/// process has the database open: the caller holds the [`crate::InstanceLock`], and the person has been asked.
///
/// # Errors
/// Those of renaming.
pub fn set_aside(directory: &Path) -> io::Result<PathBuf> {
    let moved = unused_name(directory, "gatepass.damaged", "db");
    // The journals first: a new database must never find those of another.
    for suffix in ["-wal", "-shm", "-journal", ""] {
        let from = with_suffix(&directory.join(DATABASE_FILE), suffix);
        if from.exists() {
            fs::rename(&from, with_suffix(&moved, suffix))?;
        }
    }
    Ok(moved)
}

struct Opening<'a> {
    directory: &'a Path,
    path: PathBuf,
    options: &'a OpenOptions,
    migrations: &'a Migrator,
}

/// What stands in the data directory.
enum Found {
    Nothing,
    /// A sound database with the schema of an earlier version.
    Older(i64),
    Current,
}

impl Opening<'_> {
    async fn open(&self) -> Result<Database, OpenFailure> {
        self.prove_permission().map_err(|error| self.io(error))?;
        match self.look().await? {
            Found::Current => {}
            Found::Nothing | Found::Older(_) => self.bring_to_this_version().await?,
        }
        self.connect().await
    }

    /// SQLite would fall back to reading, and only say later, or not so clearly, that it may not write.
    fn prove_permission(&self) -> io::Result<()> {
        make_private_directory(self.directory)?;
        owner_only().append(true).create(true).open(self.directory.join(schema::OPEN_LOCK_FILE))?;
        match fs::OpenOptions::new().append(true).open(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Looks at what is there without writing to it.
    async fn look(&self) -> Result<Found, OpenFailure> {
        if !self.path.exists() {
            // SQLite would delete the one, or play the other back into a new database.
            let left = ["-wal", "-journal"].into_iter().find(|end| with_suffix(&self.path, end).exists());
            return match left {
                Some(_) => Err(self.damaged("its journal is there, the database is not")),
                None => Ok(Found::Nothing),
            };
        }
        self.look_at_header()?;
        let mut connection = self.base().read_only(true).connect().await.map_err(|e| self.sql(&e))?;
        let found = self.look_inside(&mut connection).await;
        let closed = connection.close().await.map_err(|error| self.sql(&error));
        let found = found?;
        closed.map(|()| found)
    }

    /// SQLite takes an empty file for a new database; a whole one of ours never is.
    fn look_at_header(&self) -> Result<(), OpenFailure> {
        let mut header = Vec::new();
        fs::File::open(&self.path)
            .and_then(|file| file.take(16).read_to_end(&mut header))
            .map_err(|error| self.io(error))?;
        match header.as_slice() {
            b"SQLite format 3\0" => Ok(()),
            [] => Err(self.damaged("the file is empty")),
            _ => Err(self.damaged("it does not begin like an SQLite database")),
        }
    }

    async fn look_inside(&self, connection: &mut SqliteConnection) -> Result<Found, OpenFailure> {
        let sql = |error: sqlx::Error| self.sql(&error);
        let application: i64 =
            sqlx::query_scalar("PRAGMA application_id").fetch_one(&mut *connection).await.map_err(sql)?;
        if application != APPLICATION_ID {
            return Err(OpenFailure::Foreign { path: self.path.clone() });
        }
        let found: Option<i64> = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations")
            .fetch_one(&mut *connection)
            .await
            .map_err(sql)?;
        let found = found.ok_or_else(|| self.damaged("it does not say which schema it has"))?;
        let known = self.newest_schema();
        if found > known {
            return Err(OpenFailure::NewerVersion { path: self.path.clone(), found, known });
        }
        if self.options.check {
            self.check(connection).await?;
        }
        Ok(if found < known { Found::Older(found) } else { Found::Current })
    }

    /// Walks the pages of every table, and compares indexes with their tables and references with what they refer
    /// to: a row that an index no longer knows would be as good as gone, without a word. History, which may be long
    /// and which nothing else rests on, is left out.
    async fn check(&self, connection: &mut SqliteConnection) -> Result<(), OpenFailure> {
        let unsound: Option<String> = sqlx::query_scalar(
            "SELECT name || ': ' || integrity_check FROM sqlite_schema, pragma_integrity_check(name)
             WHERE type = 'table' AND name NOT LIKE 'history%' AND integrity_check <> 'ok' LIMIT 1",
        )
        .fetch_optional(&mut *connection)
        .await
        .map_err(|error| self.sql(&error))?;
        if let Some(detail) = unsound {
            return Err(self.damaged(&detail.replace('\n', " ")));
        }
        let orphaned: Option<String> = sqlx::query_scalar(
            "SELECT name FROM sqlite_schema, pragma_foreign_key_check(name)
             WHERE type = 'table' AND name NOT LIKE 'history%' LIMIT 1",
        )
        .fetch_optional(connection)
        .await
        .map_err(|error| self.sql(&error))?;
        match orphaned {
            Some(table) => Err(self.damaged(&format!("a row of {table} belongs to one that is not there"))),
            None => Ok(()),
        }
    }

    /// Opens the connections, and finds out now, not at the first edit, whether the database can be written.
    async fn connect(&self) -> Result<Database, OpenFailure> {
        let patience = self.options.patience;
        let pool = || {
            SqlitePoolOptions::new()
                .test_before_acquire(false)
                .idle_timeout(None)
                .max_lifetime(None)
                .acquire_timeout(patience + Duration::from_secs(30))
        };
        let writer = pool().max_connections(1).connect_lazy_with(self.writable());
        let readers = pool().max_connections(READERS).connect_lazy_with(self.base().read_only(true));
        let generation = Generation::open(self.directory).map_err(|error| self.io(error))?;
        let database = Database {
            inner: Arc::new(Inner {
                directory: self.directory.to_owned(),
                recorder: Recorder::start(writer.clone(), patience),
                writer,
                readers,
                patience,
                generation,
            }),
        };
        match self.prove_writable(&database.inner).await {
            Ok(()) => Ok(database),
            Err(failure) => {
                let _ = database.close().await;
                Err(failure)
            }
        }
    }

    async fn prove_writable(&self, inner: &Inner) -> Result<(), OpenFailure> {
        let announced = match inner.generation.is_unsettled() {
            true => inner.generation.announce(inner.patience).await.map(Some),
            false => Ok(None),
        };
        let announced = announced
            .map_err(|failure| OpenFailure::Locked { path: self.path.clone(), detail: failure.cause() })?;
        let transaction = begin_immediate(&inner.writer, inner.patience).await.map_err(|e| self.sql(&e))?;
        transaction.rollback().await.map_err(|error| self.sql(&error))?;
        if let Some(announced) = announced {
            announced.conclude();
        }
        Ok(())
    }

    fn newest_schema(&self) -> i64 {
        self.migrations.iter().map(|migration| migration.version).max().unwrap_or_default()
    }

    /// What every connection has in common.
    fn base(&self) -> SqliteConnectOptions {
        SqliteConnectOptions::new()
            .filename(&self.path)
            .create_if_missing(false)
            .foreign_keys(true)
            .busy_timeout(self.options.patience)
            // Sorting must not leave readable text in files of its own.
            .pragma("temp_store", "MEMORY")
            .disable_statement_logging()
    }

    fn writable(&self) -> SqliteConnectOptions {
        let options = self
            .base()
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY_TIMEOUT);
        match self.options.max_pages {
            Some(pages) => options.pragma("max_page_count", pages.to_string()),
            None => options,
        }
    }

    fn damaged(&self, detail: &str) -> OpenFailure {
        OpenFailure::Damaged { path: self.path.clone(), detail: detail.to_owned() }
    }

    fn io(&self, error: io::Error) -> OpenFailure {
        let path = self.path.clone();
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => OpenFailure::Full { path },
            io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => {
                OpenFailure::ReadOnly { path, detail: error.to_string() }
            }
            _ => OpenFailure::Io { path, detail: error.to_string() },
        }
    }

    fn sql(&self, error: &sqlx::Error) -> OpenFailure {
        let path = self.path.clone();
        let detail = error.to_string();
        match Symptom::of(error) {
            Symptom::Busy => {
                let detail =
                    format!("another process kept it locked for {} s", self.options.patience.as_secs());
                OpenFailure::Locked { path, detail }
            }
            Symptom::Full => OpenFailure::Full { path },
            Symptom::ReadOnly => OpenFailure::ReadOnly { path, detail },
            // A schema that does not parse or lacks a table is a damaged one.
            Symptom::Corrupt | Symptom::NotADatabase | Symptom::Other => {
                OpenFailure::Damaged { path, detail }
            }
            Symptom::CannotOpen | Symptom::Io => OpenFailure::Io { path, detail },
        }
    }
}

async fn refuse_an_unsafe_sqlite() -> Result<(), OpenFailure> {
    let found = sqlite_version().await.unwrap_or_else(|failure| failure.cause());
    if is_safe_sqlite(&found) { Ok(()) } else { Err(OpenFailure::UnsafeSqlite { found }) }
}

fn is_safe_sqlite(version: &str) -> bool {
    let numbers: Vec<u32> = version.split('.').map_while(|part| part.parse().ok()).collect();
    numbers.as_slice() >= OLDEST_SAFE_SQLITE.as_slice()
}

pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// `stem.db`, or the first of `stem-2.db`, `stem-3.db`, … that is not there.
pub(crate) fn unused_name(directory: &Path, stem: &str, extension: &str) -> PathBuf {
    let first = directory.join(format!("{stem}.{extension}"));
    std::iter::once(first)
        .chain((2u32..).map(|number| directory.join(format!("{stem}-{number}.{extension}"))))
        .find(|path| !path.exists())
        .expect("a directory does not hold four billion files")
}

#[cfg(test)]
mod tests {
    use super::is_safe_sqlite;

    #[test]
    fn an_sqlite_that_can_damage_a_database_is_refused() {
        for version in ["3.51.3", "3.51.10", "3.52.0", "4.0.0"] {
            assert!(is_safe_sqlite(version), "{version}");
        }
        for version in ["3.51.2", "3.9.9", "3.50.4", "2.99.99", "", "unknown"] {
            assert!(!is_safe_sqlite(version), "{version}");
        }
    }
}
