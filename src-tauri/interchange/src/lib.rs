//! Import and export: one file (or folder) a format.
//!
//! Reading is inert: no network, no other file, no script runs. What cannot be carried over is said in warnings;
//! what is not understood is kept and goes back out on export.

pub mod bruno;
pub mod cookie_jar;
mod curl;
mod data_file;
mod detect;
mod failure;
mod har;
mod http_file;
mod imported;
mod insomnia;
mod openapi;
mod parts;
mod placeholders;
pub mod postman;
mod yaml;

pub use curl::write as write_curl;
pub use data_file::{DataFile, read_data};
pub use detect::{Document, read};
pub use failure::{ReadFailure, ReadFailureKind};
pub use imported::{Counts, Imported, OfferedToken, Warning};
