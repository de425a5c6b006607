//! What the acceptance tests stand on.
//!
//! | module | plays |
//! | --- | --- |
//! | [`provider`] | a real, certified OpenID provider with a resource server (Node, `tests/provider/`) |
//! | [`misbehaving`] | a provider that does wrong on purpose, one named case each |
//! | [`person`] | somebody who signs in, consents or refuses, over plain HTTP |
//! | [`chromium`] | the same in a real headless browser |
//! | [`gatepass`] | the `gatepass` command line in a home of its own |
//! | [`token`] | `gatepass token` on one auth config |
//! | [`window`] | the desktop window, driven over WebDriver |
//! | [`secret_service`] | a D-Bus session with a real keyring, or with none |
//! | [`signatures`] | an API that checks signed requests and passwords for itself |
//! | [`collection`], [`auth_config`] | what a user brings along |
//! | [`survival`] | storms, kills, cuts and restarts, of any length |
//! | [`canaries`] | secrets that are looked for everywhere |
//!
//! Everything that a test starts ends with the value that stands for it, by process id, also when the test panics.
//! Nothing here sleeps for a fixed time and hopes: waiting is always for something, with a limit that is only reached
//! when the thing is broken.

// Test code: a broken expectation is a panic with a message.
#![allow(clippy::unwrap_used)]

pub mod auth_config;
pub mod canaries;
pub mod chromium;
pub mod collection;
pub mod gatepass;
pub mod http;
pub mod misbehaving;
pub mod person;
pub mod process;
pub mod provider;
pub mod secret_service;
pub mod signatures;
pub mod survival;
pub mod token;
pub mod wait;
mod webdriver;
pub mod window;

pub use chromium::Chromium;
pub use collection::Collection;
pub use gatepass::{Browser, Gatepass};
pub use misbehaving::Misbehaving;
pub use person::Person;
pub use provider::Provider;
pub use secret_service::SecretService;
pub use token::TokenCommand;
pub use wait::eventually;
pub use window::{Conditions, Window};
