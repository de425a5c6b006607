//! What is asked of the keeper for one request, and what it answers.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::UsableToken;
use crate::config::AuthConfig;
use crate::failure::Failure;
use crate::ports::Person;
use crate::token_key::TokenKey;

/// Which token is wanted: the auth config after variables are resolved, and the environment they came from.
#[derive(Clone)]
pub struct TokenDemand {
    pub config: AuthConfig,
    /// The environment's id; empty for none. Its tokens are never sent in another one.
    pub environment: String,
}

impl TokenDemand {
    /// The identity of the token set that this demand means.
    pub fn key(&self) -> TokenKey {
        TokenKey::of(&self.config, &self.environment)
    }
}

/// Under which terms a request is sent.
#[derive(Clone)]
pub struct SendTerms {
    /// False: nothing is renewed or obtained for this send, as if auto-refresh were off (`--no-auth-refresh`).
    pub renew: bool,
    /// The person wants it sent even with an expired token, or without one.
    pub send_anyway: bool,
    /// Who may be asked to sign in, where a browser may be used for this send.
    pub person: Option<Arc<dyn Person>>,
}

impl Default for SendTerms {
    /// Renews silently, asks nobody, sends nothing that is known to be dead.
    fn default() -> Self {
        Self { renew: true, send_anyway: false, person: None }
    }
}

/// What a request does.
pub enum Decision {
    /// Send it with this token.
    Send(UsableToken),
    /// Send it without any token, because the person said so; the notice says it.
    SendWithout { notice: String },
    /// Do not send it.
    HeldBack(HeldBack),
}

/// Why a request is held back, and what can be done about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HeldBack {
    pub reason: HeldReason,
    /// One sentence for a person.
    pub message: String,
    /// What can be offered, the likeliest first.
    pub offers: Vec<Offer>,
    /// The failure of the renewal or of the last attempt, where there was one.
    pub failure: Option<Failure>,
}

/// Why a request is held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeldReason {
    /// There is no token yet.
    NoToken,
    /// The token is past its end and may not be renewed without a click.
    Expired,
    /// Only a person can get a usable token: nothing to renew with, or refused, or revoked.
    SignInNeeded,
    /// The token is past its end and the renewal failed; it may work later.
    RenewalFailed,
    /// The ID token is to be sent, and there is none.
    NoIdToken,
    /// The ID token is to be sent, and it did not pass its checks.
    IdTokenInvalid,
    /// The token is of a type that is not sent as a bearer token.
    UnknownTokenType,
}

/// What a person can choose when a request is held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Offer {
    RefreshAndSend,
    SignInAndSend,
    GetTokenAndSend,
    SendAnyway,
    SendWithoutToken,
}
