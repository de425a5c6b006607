//! Gatepass on disk: one SQLite database, the locks beside it, and nothing else that knows SQL.
//!
//! This crate knows no keys. What is secret arrives sealed by the caller (bound to table and row id) and leaves as it
//! came; columns named `secrets` and `sealed` are ciphertext to it.
//!
//! # Promises
//! - A function that returns `Ok` after a write has it on disk (`synchronous=FULL`), and one that fails has written
//!   nothing of it.
//! - "Database is locked" reaches nobody while other processes behave: writers queue inside the process and wait for
//!   those outside; readers never wait for writers (WAL).
//! - A database that is damaged, foreign or from a newer version is never written to, moved or replaced by
//!   [`Database::open`]. [`set_aside`] moves a damaged one away when the person asks for it.
//! - Files are made with mode 0600 in a directory of mode 0700.

mod ciphertext;
mod database;
mod failure;
mod generation;
mod lock;
mod open;
pub mod tables;
mod write;

pub use database::{Database, OpenOptions, sqlite_version};
pub use failure::{OpenFailure, StorageFailure};
pub use lock::{AlreadyRunning, InstanceLock, RefreshLockFiles};
pub use open::{DATABASE_FILE, set_aside};
