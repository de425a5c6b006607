//! One file a command.

pub mod client;
pub mod export;
pub mod import;
pub mod playground;
pub mod run;
pub mod send;
pub mod token;
pub mod token_ends;
