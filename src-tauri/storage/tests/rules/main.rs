//! The rules of the database, on real files, and with several processes where the rule is about processes.
#![allow(clippy::unwrap_used)]

mod ciphertext;
mod common;
mod damage;
mod environments;
mod history;
mod locks;
mod nodes;
mod opening;
mod processes;
mod queries;
mod settings;
mod token_sets;
