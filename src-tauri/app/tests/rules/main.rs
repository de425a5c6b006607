//! The rules of the use cases, each on a real database in a folder of its own.
#![allow(clippy::unwrap_used)]

mod clients;
mod common;
mod edits;
mod environments;
mod imports;
mod key_stores;
mod locked;
mod playground;
mod requests;
mod runs;
mod scripts;
mod secrets;
mod tokens;
mod windows;
