//! Client id and secret in the body (RFC 6749 §2.3.1).

use super::{Authenticated, client_secret};
use crate::config::{AuthConfig, ClientAuthentication};
use crate::failure::Failure;

pub(super) fn authenticate(config: &AuthConfig) -> Result<Authenticated, Failure> {
    let method = ClientAuthentication::ClientSecretPost;
    let secret = client_secret(config, method)?.clone();
    let mut authenticated = Authenticated::by(method).with_client_id(config);
    authenticated.params.push(("client_secret", secret));
    Ok(authenticated)
}
