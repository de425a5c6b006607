//! The rules of the use cases, each on a real database in a folder of its own.
#![allow(clippy::unwrap_used)]

mod common;
mod key_stores;
