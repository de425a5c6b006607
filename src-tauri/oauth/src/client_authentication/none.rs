//! A public client: it says who it is and proves nothing (RFC 6749 §3.2.1).

use super::Authenticated;
use crate::config::{AuthConfig, ClientAuthentication};

pub(super) fn authenticate(config: &AuthConfig) -> Authenticated {
    Authenticated::by(ClientAuthentication::None).with_client_id(config)
}
