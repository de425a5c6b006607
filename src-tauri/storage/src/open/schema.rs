//! Making the database, and bringing an older one to this version's schema.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sqlx::migrate::MigrateError;
use sqlx::sqlite::{SqliteConnection, SqliteJournalMode};
use sqlx::{ConnectOptions as _, Connection as _};

use super::{Found, Opening, unused_name, with_suffix};
use crate::failure::{OpenFailure, Symptom};
use crate::lock::{LockFile, Refused, owner_only};

/// Held while a database is made or migrated.
pub(super) const OPEN_LOCK_FILE: &str = "gatepass.open.lock";
/// A database on its way to its first schema; renamed when it is whole.
const UNFINISHED_FILE: &str = "gatepass.db.unfinished";

impl Opening<'_> {
    /// Makes or migrates the database, one process at a time; the others wait and find it done.
    pub(super) async fn bring_to_this_version(&self) -> Result<(), OpenFailure> {
        let lock = LockFile::at(self.directory.join(OPEN_LOCK_FILE));
        let _guard = lock.acquire(self.options.patience).await.map_err(|refused| match refused {
            Refused::Io(error) => self.io(error),
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
        remove_database(&unfinished).map_err(|error| self.io(error))?;
        let made = self.create_at(&unfinished).await;
        if made.is_err() {
            // The room may be needed; what is left behind is removed by the next attempt.
            let _ = remove_database(&unfinished);
        }
        made
    }

    async fn create_at(&self, unfinished: &Path) -> Result<(), OpenFailure> {
        owner_only().write(true).create_new(true).open(unfinished).map_err(|error| self.io(error))?;
        // Not in WAL mode yet: closing a database would leave the rest of it in a second file, without a word, if
        // the disk is full.
        let options = self.writable().filename(unfinished).journal_mode(SqliteJournalMode::Delete);
        let mut connection = options.connect().await.map_err(|error| self.sql(&error))?;
        let migrated = self.migrations.run_direct(None, &mut connection, false).await;
        let closed = connection.close().await;
        migrated.map_err(|error| self.migration(error, None))?;
        closed.map_err(|error| self.sql(&error))?;
        fs::rename(unfinished, &self.path)
            .and_then(|()| sync_directory(self.directory))
            .map_err(|error| self.io(error))
    }

    /// Copies the database, then applies what it lacks. Each migration is one transaction: cut off anywhere, the
    /// database has the schema from before it or from after it.
    async fn migrate(&self, version: i64) -> Result<(), OpenFailure> {
        let mut connection = self.writable().connect().await.map_err(|error| self.sql(&error))?;
        let outcome = async {
            let backup = self.back_up(&mut connection, version).await?;
            self.migrations
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

    fn migration(&self, error: MigrateError, backup: Option<PathBuf>) -> OpenFailure {
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

/// Makes a rename survive a power failure.
pub(crate) fn sync_directory(directory: &Path) -> io::Result<()> {
    if cfg!(unix) { fs::File::open(directory)?.sync_all() } else { Ok(()) }
}

/// Removes a database that was never finished, with its journals.
fn remove_database(path: &Path) -> io::Result<()> {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        match fs::remove_file(with_suffix(path, suffix)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
