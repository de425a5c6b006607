//! The parts that the acceptance tests stand on, tested themselves: a test that leans on a broken part proves nothing.
#![allow(clippy::unwrap_used)]

mod client;
mod misbehaving;
mod provider;
