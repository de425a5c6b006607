//! The OAuth 2.0 and OpenID Connect engine of Gatepass.
//!
//! It gets, keeps fresh, verifies and spends token sets, and does no I/O of its own: its HTTP client, clock,
//! timer, task spawner, randomness, token store, refresh lock, browser and redirect listener arrive through the
//! small traits of [`ports`]. It can be used without the rest of Gatepass.
//!
//! # Use
//!
//! Somebody implements the ports for their world, describes the provider and the client once, and asks the keeper
//! for a token whenever a request is about to leave:
//!
//! ```
//! use std::sync::Arc;
//!
//! use gatepass_oauth::keeper::{Decision, SendTerms, TokenDemand};
//! use gatepass_oauth::ports::FlowObserver;
//! use gatepass_oauth::transcript::FlowStep;
//! use gatepass_oauth::{AuthConfig, Failure, Keeper, Surroundings};
//!
//! struct Print;
//! impl FlowObserver for Print {
//!     fn step(&self, step: &FlowStep) {
//!         eprintln!("{:?}: {}", step.step, step.detail);
//!     }
//! }
//!
//! async fn call(surroundings: Surroundings) -> Result<http::Request<Vec<u8>>, Failure> {
//!     let keeper = Keeper::new(surroundings);
//!     let config = AuthConfig::from_json(&serde_json::json!({
//!         "grant": "client_credentials",
//!         "issuer": "https://id.example.com",
//!         "client_id": "nightly-report",
//!         "client_secret": "from the environment",
//!         "scope": "reports:read"
//!     }))?;
//!     let demand = TokenDemand { config, environment: String::new() };
//!     let mut request = http::Request::get("https://api.example.com/reports").body(Vec::new()).expect("valid");
//!     match keeper.for_sending(&demand, &SendTerms::default(), Arc::new(Print)).await? {
//!         // Obtained or renewed as needed; the same call for every later request.
//!         Decision::Send(token) => token.attach(&mut request)?,
//!         Decision::SendWithout { notice } => eprintln!("{notice}"),
//!         Decision::HeldBack(held) => eprintln!("{}; one can: {:?}", held.message, held.offers),
//!     }
//!     Ok(request)
//! }
//! ```
//!
//! `examples/machine_token.rs` is a whole program of this kind, every port included, without any runtime.
//!
//! `keeper.keep_fresh()`, run as a task of its own, renews tokens in use before they end. With the feature `testing`
//! the module `testing` has stand-ins for all ports: a simulated clock, a scripted provider, a store in memory.
//!
//! # Where to look
//!
//! | question | file |
//! | --- | --- |
//! | what an auth config says | [`config`] |
//! | "give me a usable token for this request" | [`keeper`] |
//! | how a token is obtained, grant by grant | [`grants`] |
//! | what goes to the browser, and what comes back | [`authorization_request`], [`authorization_response`] |
//! | where a provider's endpoints are | [`authorization_server`] |
//! | what is sent to an endpoint | [`endpoints`] |
//! | what a token endpoint answered, and for how long it holds | [`token_response`], [`token_set`] |
//! | under which identity it is kept | [`token_key`] |
//! | how the client proves who it is | [`client_authentication`], [`client_keys`] |
//! | how a token is bound to a key of ours | [`dpop`] |
//! | whether an ID token is to be believed | [`id_token`] |
//! | what a JWT says, and whether its signature holds | [`jwt`] |
//! | what is doubtful in a config | [`lint`] |
//! | what went wrong, why, and what to do | [`failure`], [`error_code`], [`explain`] |
//! | what crossed the wire, step by step | [`transcript`] |

pub mod authorization_request;
pub mod authorization_response;
pub mod authorization_server;
pub mod challenge;
pub mod client_authentication;
pub mod client_keys;
pub mod config;
pub mod dpop;
mod encoding;
pub mod endpoints;
pub mod error_code;
pub mod explain;
pub mod failure;
pub mod flow;
pub mod grants;
pub mod id_token;
pub mod inert;
pub mod jwe;
pub mod jwt;
pub mod keeper;
pub mod lint;
pub mod pkce;
pub mod pkcs12;
pub mod ports;
pub mod random;
pub mod request_object;
pub mod secret;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod token_key;
pub mod token_response;
pub mod token_set;
pub mod transcript;

pub use config::AuthConfig;
pub use failure::{Code, Failure};
pub use keeper::{Keeper, Surroundings};
pub use secret::Secret;
pub use token_key::TokenKey;
pub use token_set::{Status, TokenSet};
