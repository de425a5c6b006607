//! Writing: one transaction at a time, in the order of asking, patient with other processes.

use std::time::{Duration, Instant};

use sqlx::{Sqlite, SqlitePool, Transaction};

use crate::database::Inner;
use crate::failure::{StorageFailure, Symptom};

/// How long SQLite itself waits before it reports a busy database to [`begin_immediate`], which then asks again.
/// SQLite polls ever more slowly the longer it waits, up to ten times a second; a short wait keeps it at the quick
/// end, so that no writer starves beside several that never pause.
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_millis(20);

impl Inner {
    /// Begins to write. From here to the commit no other process writes.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Sqlite>, StorageFailure> {
        Ok(begin_immediate(&self.writer, self.patience).await?)
    }
}

/// `BEGIN IMMEDIATE`: a transaction that began as a reader could find at its first write that it is too late.
pub(crate) async fn begin_immediate(
    writer: &SqlitePool,
    patience: Duration,
) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
    let deadline = Instant::now() + patience;
    loop {
        match writer.begin_with("BEGIN IMMEDIATE").await {
            Err(error) if Symptom::of(&error) == Symptom::Busy && Instant::now() < deadline => {}
            // SQLite has rolled back by itself after a full disk or an I/O error, and sqlx has not noticed: this
            // connection believes that it is in a transaction, and would for ever.
            Err(sqlx::Error::InvalidSavePointStatement) => writer.acquire().await?.close().await?,
            outcome => return outcome,
        }
    }
}
