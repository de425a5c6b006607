//! What can go wrong with the database, told to a person: what happened, why, and what to do.

use std::path::PathBuf;

use gatepass_oauth::failure::{Code, Failure};
use sqlx::error::DatabaseError;

/// Why the database could not be opened. Whatever the reason, the file is as it was before.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenFailure {
    #[error("The database was written by a newer version of Gatepass")]
    NewerVersion { path: PathBuf, found: i64, known: i64 },
    #[error("The database is damaged")]
    Damaged { path: PathBuf, detail: String },
    #[error("The file is not a database of Gatepass")]
    Foreign { path: PathBuf },
    #[error("The database can only be read")]
    ReadOnly { path: PathBuf, detail: String },
    #[error("The database is in use by another process")]
    Locked { path: PathBuf, detail: String },
    #[error("The disk is full")]
    Full { path: PathBuf },
    #[error("The database could not be opened")]
    Io { path: PathBuf, detail: String },
    #[error("The database could not be brought to this version")]
    Migration { path: PathBuf, backup: Option<PathBuf>, detail: String },
    #[error("The SQLite inside this build is too old")]
    UnsafeSqlite { found: String },
}

impl OpenFailure {
    /// Why it happened, most likely, with the values that were seen.
    pub fn cause(&self) -> String {
        match self {
            Self::NewerVersion { path, found, known } => format!(
                "{} has schema {found}; this version of Gatepass knows schemas up to {known}. It was left as it is.",
                path.display()
            ),
            Self::Damaged { path, detail } => {
                format!("{}: {detail}. It was left as it is.", path.display())
            }
            Self::Foreign { path } => format!(
                "{} is an SQLite database that another program made. It was left as it is.",
                path.display()
            ),
            Self::ReadOnly { path, detail } => format!("{} cannot be written: {detail}.", path.display()),
            Self::Locked { path, detail } => format!("{}: {detail}.", path.display()),
            Self::Full { path } => format!("There is no room left where {} is kept.", path.display()),
            Self::Io { path, detail } => format!("{}: {detail}.", path.display()),
            Self::Migration { path, backup, detail } => match backup {
                Some(backup) => format!(
                    "{}: {detail}. Nothing was changed; a copy from before is {}.",
                    path.display(),
                    backup.display()
                ),
                None => format!("{}: {detail}. Nothing was changed.", path.display()),
            },
            Self::UnsafeSqlite { found } => {
                format!("It is {found}; versions before 3.51.3 can damage a database in WAL mode.")
            }
        }
    }

    /// What to do about it.
    pub fn next_step(&self) -> &'static str {
        match self {
            Self::NewerVersion { .. } => {
                "Start the newer Gatepass, or choose another data directory for this one."
            }
            Self::Damaged { .. } => {
                "Put a backup in its place, or set the damaged file aside and start with an empty database."
            }
            Self::Foreign { .. } => "Choose another data directory.",
            Self::ReadOnly { .. } => "Give yourself write permission for the data directory and its files.",
            Self::Locked { .. } => "End the other process, or wait until it is done.",
            Self::Full { .. } => "Make room on the disk and try again.",
            Self::Io { .. } => "Check the data directory and the disk it is on.",
            Self::Migration { .. } => "Try again; if it fails again, go on with the version you had.",
            Self::UnsafeSqlite { .. } => "Build Gatepass with its bundled SQLite.",
        }
    }
}

/// Why a read or a write did not happen. Nothing of a failed write is kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StorageFailure {
    #[error("The database is in use by another process")]
    Locked { detail: String },
    #[error("The disk is full")]
    Full,
    #[error("The database can only be read")]
    ReadOnly,
    #[error("The database is damaged")]
    Damaged { detail: String },
    #[error("The disk failed")]
    Io { detail: String },
    #[error("It is no longer there")]
    Missing { what: &'static str, id: String },
    #[error("It cannot stand there")]
    Misplaced { detail: String },
    #[error("The database was closed")]
    Closed,
    #[error("The database did not accept it")]
    Refused { detail: String },
}

impl StorageFailure {
    /// Why it happened, most likely.
    pub fn cause(&self) -> String {
        match self {
            Self::Locked { detail } | Self::Damaged { detail } | Self::Io { detail } => detail.clone(),
            Self::Misplaced { detail } | Self::Refused { detail } => detail.clone(),
            Self::Full => "There is no room left for the change; it was not saved.".into(),
            Self::ReadOnly => {
                "The database file or its directory cannot be written; nothing was saved.".into()
            }
            Self::Missing { what, id } => {
                format!("There is no {what} {id}; it may have been deleted elsewhere.")
            }
            Self::Closed => "Gatepass is shutting down.".into(),
        }
    }

    /// What to do about it.
    pub fn next_step(&self) -> &'static str {
        match self {
            Self::Locked { .. } => "End the other process or wait until it is done, then try again.",
            Self::Full => "Make room on the disk and try again; until then the change is only in memory.",
            Self::ReadOnly => "Give yourself write permission for the data directory and its files.",
            Self::Damaged { .. } => "Close Gatepass and put a backup of the database in its place.",
            Self::Io { .. } => "Check the disk that holds the data directory, then try again.",
            Self::Missing { .. } => "Reload the list.",
            Self::Misplaced { .. } => "Choose another place.",
            Self::Closed => "Start Gatepass again.",
            Self::Refused { .. } => "Report this as a bug of Gatepass; nothing was changed.",
        }
    }
}

impl From<StorageFailure> for Failure {
    fn from(failure: StorageFailure) -> Self {
        Failure::new(Code::Storage, failure.to_string(), failure.cause(), failure.next_step())
    }
}

impl From<OpenFailure> for Failure {
    fn from(failure: OpenFailure) -> Self {
        Failure::new(Code::Storage, failure.to_string(), failure.cause(), failure.next_step())
    }
}

/// SQLite's primary result codes that a person can do something about (<https://www.sqlite.org/rescode.html>).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Symptom {
    Busy,
    Full,
    ReadOnly,
    Corrupt,
    NotADatabase,
    CannotOpen,
    Io,
    Other,
}

impl Symptom {
    /// What SQLite says, if it was SQLite that said it.
    pub(crate) fn of(error: &sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(error) => Self::of_code(error.as_ref()),
            // No connection became free: whoever has them waits for another process.
            sqlx::Error::PoolTimedOut => Self::Busy,
            sqlx::Error::Io(_) => Self::Io,
            _ => Self::Other,
        }
    }

    fn of_code(error: &dyn DatabaseError) -> Self {
        let extended: i32 = error.code().and_then(|code| code.parse().ok()).unwrap_or_default();
        match extended & 0xff {
            // IOERR_SHMSIZE: the file that processes share could not grow, which only a full disk prevents.
            _ if extended == 4874 => Self::Full,
            5 | 6 => Self::Busy,
            8 => Self::ReadOnly,
            10 => Self::Io,
            11 => Self::Corrupt,
            13 => Self::Full,
            14 => Self::CannotOpen,
            26 => Self::NotADatabase,
            _ => Self::Other,
        }
    }
}

impl From<std::io::Error> for StorageFailure {
    fn from(error: std::io::Error) -> Self {
        use std::io::ErrorKind;
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::Full,
            ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied => Self::ReadOnly,
            _ => Self::Io { detail: error.to_string() },
        }
    }
}

impl From<sqlx::Error> for StorageFailure {
    fn from(error: sqlx::Error) -> Self {
        let detail = error.to_string();
        match Symptom::of(&error) {
            Symptom::Busy => Self::Locked { detail: "Another process keeps it locked.".into() },
            Symptom::Full => Self::Full,
            Symptom::ReadOnly => Self::ReadOnly,
            Symptom::Corrupt | Symptom::NotADatabase => Self::Damaged { detail },
            Symptom::CannotOpen | Symptom::Io => Self::Io { detail },
            Symptom::Other => match error {
                sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => Self::Closed,
                // A value that its column cannot hold, or text that is none.
                sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => Self::Damaged { detail },
                _ => Self::Refused { detail },
            },
        }
    }
}
