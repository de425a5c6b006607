//! The playground from outside: requests in, responses out.
#![allow(clippy::unwrap_used)]

mod api;
mod authorization;
mod client_authentication;
mod code_grant;
mod controls;
mod device_grant;
mod discovery;
mod introspection_and_revocation;
mod other_grants;
mod pages;
mod refresh;
mod robustness;
mod sample;
mod sign_out;
mod support;
