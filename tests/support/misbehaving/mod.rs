//! A provider that does wrong on purpose.
//!
//! It starts out honest: discovery, an authorization endpoint that signs everybody in at once and answers in every
//! response type and mode, codes with PKCE, devices, SAML assertions, tokens, rotation, signed ID tokens, userinfo, a
//! resource server. A [`Case`] then replaces exactly one thing. Cases live in
//! one file a family, one function a case, named after what goes wrong:
//!
//! ```no_run
//! # async fn example() {
//! use gatepass_tests::misbehaving::{Misbehaving, id_token};
//! let provider = Misbehaving::start(id_token::for_another_client()).await;
//! # }
//! ```
//!
//! It has keys, signing and token formats of its own, on purpose: a mistake shared with the program under test would
//! not be noticed.

mod case;
mod honest;
mod keys;

pub mod authorization;
pub mod device;
pub mod discovery;
pub mod id_token;
pub mod refresh;
pub mod token_response;
pub mod userinfo;

use std::sync::{Arc, Mutex, PoisonError};

pub use case::{Case, IdToken, Turn};
pub use honest::{CLIENT_SECRET, SUBJECT};
pub use keys::Signing;

use crate::http::{Answer, Request, Server};
use honest::Honest;

/// A running provider; dropping it closes its port.
#[derive(Debug)]
pub struct Misbehaving {
    /// `http://127.0.0.1:<port>`
    pub issuer: String,
    behaviour: Arc<Behaviour>,
    server: Server,
}

#[derive(Debug)]
struct Behaviour {
    honest: Honest,
    case: Mutex<Case>,
}

impl Misbehaving {
    /// Starts a provider that misbehaves in this way from the first request on.
    pub async fn start(case: Case) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let issuer = format!("http://{}", listener.local_addr().expect("a bound socket has an address"));
        let behaviour = Arc::new(Behaviour { honest: Honest::new(&issuer), case: Mutex::new(case) });
        let server = Server::on(listener, answering(behaviour.clone()));
        Self { issuer, behaviour, server }
    }

    /// Starts one that does nothing wrong until [`Misbehaving::turn_to`] tells it to.
    pub async fn honest() -> Self {
        Self::start(Case::default()).await
    }

    /// From now on misbehaves in this way instead. Codes and tokens that were given out stay good.
    pub fn turn_to(&self, case: Case) {
        *self.behaviour.case.lock().unwrap_or_else(PoisonError::into_inner) = case;
    }

    /// Signs with new keys from now on, and publishes only those, as after a key rotation.
    pub fn rotate_keys(&self) {
        self.behaviour.honest.rotate_keys();
    }

    /// Closes the port: connections are refused.
    pub async fn go_down(&mut self) {
        self.server.stop().await;
    }

    /// Opens the same port again, with the same keys and tokens; what was seen before is forgotten.
    pub async fn come_back(&mut self) {
        let address = self.server.address();
        let listener = crate::eventually("the port is free again", async || {
            tokio::net::TcpListener::bind(address).await.ok()
        });
        self.server = Server::on(listener.await, answering(self.behaviour.clone()));
    }

    /// Every request since the start, oldest first.
    pub fn seen(&self) -> Vec<Request> {
        self.server.seen()
    }

    /// The requests to one path.
    pub fn seen_at(&self, path: &str) -> Vec<Request> {
        self.seen().into_iter().filter(|request| request.path == path).collect()
    }

    /// The token requests with this `grant_type`.
    pub fn token_requests(&self, grant_type: &str) -> Vec<Request> {
        let wanted = |request: &Request| request.form("grant_type").as_deref() == Some(grant_type);
        self.seen_at("/token").into_iter().filter(wanted).collect()
    }
}

fn answering(behaviour: Arc<Behaviour>) -> Arc<dyn Fn(&Request) -> Answer + Send + Sync> {
    Arc::new(move |request| {
        let case = behaviour.case.lock().unwrap_or_else(PoisonError::into_inner).clone();
        case.answer(&behaviour.honest, request)
    })
}
