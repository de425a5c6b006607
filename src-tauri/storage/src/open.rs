//! From a directory to an open database. An existing file is looked at, read-only, before anything may write to it.

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
use crate::lock::{LockFile, make_private_directory, owner_only};
use crate::tables::history::Recorder;
use crate::write::{BUSY_TIMEOUT, begin_immediate};

/// The database's file in the data directory.
pub const DATABASE_FILE: &str = "gatepass.db";
/// Held while a database is made or migrated.
const OPEN_LOCK_FILE: &str = "gatepass.open.lock";
/// A database on its way to its first schema; renamed when it is whole.
const UNFINISHED_FILE: &str = "gatepass.db.unfinished";
/// What every database of Gatepass carries in its header: "Gate".
const APPLICATION_ID: i64 = 0x4761_7465;
/// The first version without the WAL reset bug (<https://www.sqlite.org/wal.html>).
const OLDEST_SAFE_SQLITE: [u32; 3] = [3, 51, 3];
const READERS: u32 = 4;

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

pub(crate) async fn open(directory: &Path, options: OpenOptions) -> Result<Database, OpenFailure> {
    refuse_an_unsafe_sqlite().await?;
    let opening = Opening { path: directory.join(DATABASE_FILE), directory, options: &options };
    make_private_directory(directory).map_err(|error| opening.io(error))?;
    match opening.look().await? {
        Found::Current => {}
        Found::Nothing | Found::Older(_) => opening.bring_to_this_version().await?,
    }
    opening.connect().await
}

/// Moves a damaged database, and what belongs to it, to names of their own in the same directory, so that the next
/// [`Database::open`] starts an empty one. Returns where the database is now. Nothing is deleted.
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
}

/// What stands in the data directory.
enum Found {
    Nothing,
    /// A sound database with the schema of an earlier version.
    Older(i64),
    Current,
}

impl Opening<'_> {
    /// Looks at what is there without writing to it.
    async fn look(&self) -> Result<Found, OpenFailure> {
        if !self.path.exists() {
            return match with_suffix(&self.path, "-wal").exists() {
                true => Err(self.damaged("its journal is there, the database is not")),
                false => Ok(Found::Nothing),
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
        if self.options.check_pages {
            let verdict: String =
                sqlx::query_scalar("PRAGMA quick_check(1)").fetch_one(&mut *connection).await.map_err(sql)?;
            if verdict != "ok" {
                return Err(self.damaged(&verdict.replace('\n', " ")));
            }
        }
        let found: Option<i64> = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations")
            .fetch_one(connection)
            .await
            .map_err(sql)?;
        let found = found.ok_or_else(|| self.damaged("it does not say which schema it has"))?;
        match newest_schema() {
            known if found > known => {
                Err(OpenFailure::NewerVersion { path: self.path.clone(), found, known })
            }
            known if found < known => Ok(Found::Older(found)),
            _ => Ok(Found::Current),
        }
    }

    /// Makes or migrates the database, one process at a time; the others wait and find it done.
    async fn bring_to_this_version(&self) -> Result<(), OpenFailure> {
        let lock = LockFile::at(self.directory.join(OPEN_LOCK_FILE));
        let _guard = lock.acquire(self.options.patience).await.map_err(|refused| match refused {
            crate::lock::Refused::Io(error) => self.io(error),
            held => OpenFailure::Locked { path: self.path.clone(), detail: held.to_string() },
        })?;
        match self.look().await? {
            Found::Current => Ok(()),
            Found::Nothing => self.create().await,
            Found::Older(version) => self.migrate(version).await,
        }
    }

    /// Makes the database under another name and renames it when it is whole: a file of the right name is never a
    /// half-made one.
    async fn create(&self) -> Result<(), OpenFailure> {
        let unfinished = self.directory.join(UNFINISHED_FILE);
        for suffix in ["", "-wal", "-shm", "-journal"] {
            match fs::remove_file(with_suffix(&unfinished, suffix)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(self.io(error)),
                _ => {}
            }
        }
        owner_only().write(true).create_new(true).open(&unfinished).map_err(|error| self.io(error))?;
        let mut connection =
            self.writable().filename(&unfinished).connect().await.map_err(|error| self.sql(&error))?;
        let migrated = MIGRATIONS.run_direct(None, &mut connection, false).await;
        let closed = connection.close().await;
        migrated.map_err(|error| self.migration(error, None))?;
        closed.map_err(|error| self.sql(&error))?;
        fs::rename(&unfinished, &self.path)
            .and_then(|()| sync_directory(self.directory))
            .map_err(|e| self.io(e))
    }

    /// Copies the database, then applies what it lacks. Each migration is one transaction: cut off anywhere, the
    /// database has the schema from before it or from after it.
    async fn migrate(&self, version: i64) -> Result<(), OpenFailure> {
        let mut connection = self.writable().connect().await.map_err(|error| self.sql(&error))?;
        let outcome = async {
            let backup = self.back_up(&mut connection, version).await?;
            MIGRATIONS
                .run_direct(None, &mut connection, false)
                .await
                .map_err(|error| self.migration(error, Some(backup)))
        }
        .await;
        let closed = connection.close().await.map_err(|error| self.sql(&error));
        outcome.and(closed)
    }

    async fn back_up(&self, connection: &mut SqliteConnection, version: i64) -> Result<PathBuf, OpenFailure> {
        let backup = unused_name(self.directory, &format!("gatepass.schema-{version}.backup"), "db");
        let unfinished = with_suffix(&backup, ".unfinished");
        // VACUUM INTO fills an empty file that exists, and so keeps its mode.
        owner_only().write(true).create(true).truncate(true).open(&unfinished).map_err(|e| self.io(e))?;
        let copied = sqlx::query("VACUUM INTO ?1")
            .bind(unfinished.to_string_lossy().into_owned())
            .execute(connection)
            .await;
        if let Err(error) = copied {
            let _ = fs::remove_file(&unfinished);
            return Err(self.sql(&error));
        }
        fs::File::open(&unfinished)
            .and_then(|file| file.sync_all())
            .and_then(|()| fs::rename(&unfinished, &backup))
            .and_then(|()| sync_directory(self.directory))
            .map_err(|error| self.io(error))?;
        Ok(backup)
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

    fn migration(&self, error: sqlx::migrate::MigrateError, backup: Option<PathBuf>) -> OpenFailure {
        use sqlx::migrate::MigrateError;
        match &error {
            MigrateError::Execute(sql) | MigrateError::ExecuteMigration(sql, _)
                if matches!(Symptom::of(sql), Symptom::Full | Symptom::Busy | Symptom::ReadOnly) =>
            {
                self.sql(sql)
            }
            _ => OpenFailure::Migration { path: self.path.clone(), backup, detail: error.to_string() },
        }
    }
}

async fn refuse_an_unsafe_sqlite() -> Result<(), OpenFailure> {
    let found = sqlite_version().await.unwrap_or_else(|failure| failure.cause());
    let numbers: Vec<u32> = found.split('.').map_while(|part| part.parse().ok()).collect();
    match numbers.as_slice() >= OLDEST_SAFE_SQLITE.as_slice() {
        true => Ok(()),
        false => Err(OpenFailure::UnsafeSqlite { found }),
    }
}

fn newest_schema() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default()
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// `stem.db`, or the first of `stem-2.db`, `stem-3.db`, … that is not there.
fn unused_name(directory: &Path, stem: &str, extension: &str) -> PathBuf {
    let first = directory.join(format!("{stem}.{extension}"));
    std::iter::once(first)
        .chain((2u32..).map(|number| directory.join(format!("{stem}-{number}.{extension}"))))
        .find(|path| !path.exists())
        .expect("a directory does not hold four billion files")
}

/// Makes a rename survive a power failure.
fn sync_directory(directory: &Path) -> io::Result<()> {
    if cfg!(unix) { fs::File::open(directory)?.sync_all() } else { Ok(()) }
}
