#![allow(clippy::unwrap_used)]
//! Scripts in a realm of this process: what the API does, and how every way to fail is told.

mod api;
mod errors;
mod legacy;
mod libraries;
mod requests;
mod stage;
mod variables;
