//! What crosses to a shell: projections without secrets. The window's TypeScript types are generated from these.

mod auth;
mod client;
mod code;
mod environment;
mod error;
mod import;
mod request;
mod response;
mod run;
mod scripts;
mod sending;
mod settings;
mod token;
mod token_act;
mod tree;

pub use auth::*;
pub use client::*;
pub use code::*;
pub use environment::*;
pub use error::*;
pub use import::*;
pub use request::*;
pub use response::*;
pub use run::*;
pub use scripts::*;
pub use sending::*;
pub use settings::*;
pub use token::*;
pub use token_act::*;
pub use tree::*;
