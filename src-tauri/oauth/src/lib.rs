//! The OAuth 2.0 and OpenID Connect engine of Gatepass.
//!
//! It gets, keeps fresh, verifies and spends token sets, and does no I/O of its own: its HTTP client, clock,
//! timer, task spawner, randomness, token store, refresh lock, browser and redirect listener arrive through the
//! small traits of [`ports`]. It can be used without the rest of Gatepass.
//!
//! Where to look:
//!
//! | question | file |
//! | --- | --- |
//! | what an auth config says | [`config`] |
//! | "give me a usable token for this request" | [`keeper`] |
//! | what a token endpoint answered, and for how long it holds | [`token_set`] |
//! | under which identity it is kept | [`token_key`] |
//! | how the client proves who it is | [`client_authentication`] |
//! | how a token is bound to a key of ours | [`dpop`] |
//! | whether an ID token is to be believed | [`id_token`] |
//! | what a JWT says, and whether its signature holds | [`jwt`] |
//! | what is doubtful in a config | [`lint`] |
//! | what went wrong, why, and what to do | [`failure`], [`explain`] |
//! | what crossed the wire, step by step | [`transcript`] |

pub mod authorization_request;
pub mod authorization_response;
pub mod authorization_server;
pub mod client_authentication;
pub mod config;
pub mod dpop;
pub mod endpoints;
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
