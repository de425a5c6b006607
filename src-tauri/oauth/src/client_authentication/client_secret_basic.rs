//! Client id and secret in HTTP Basic (RFC 6749 §2.3.1, RFC 7617).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::AUTHORIZATION;
use url::form_urlencoded::byte_serialize;
use zeroize::Zeroizing;

use super::{Authenticated, client_secret};
use crate::config::{AuthConfig, BasicEncoding, ClientAuthentication};
use crate::failure::{Code, Failure};
use crate::secret::Secret;

pub(super) fn authenticate(config: &AuthConfig) -> Result<Authenticated, Failure> {
    let method = ClientAuthentication::ClientSecretBasic;
    let (id, secret) = (config.client_id.as_str(), client_secret(config, method)?.expose());
    let mut authenticated = Authenticated::by(method);
    let pair = match config.basic_encoding {
        BasicEncoding::Raw => raw_pair(id, secret)?,
        BasicEncoding::Rfc6749 => encoded_pair(id, secret),
        BasicEncoding::Auto => {
            let pair = encoded_pair(id, secret);
            if *pair != format!("{id}:{secret}") {
                authenticated.notices.push(ENCODED.to_owned());
            }
            pair
        }
    };
    let credentials = format!("Basic {}", STANDARD.encode(pair.as_bytes()));
    authenticated.headers.push((AUTHORIZATION, Secret::new(credentials)));
    Ok(authenticated)
}

/// What `auto` says where the two encodings differ.
const ENCODED: &str = "The client ID or secret holds characters that RFC 6749 §2.3.1 wants form-urlencoded in a \
                       Basic header, so they were. If the provider answers invalid_client, send them raw.";

/// Whether the two encodings of the config's credentials differ, so that a refusal may be due to the choice.
pub fn basic_encoding_matters(config: &AuthConfig) -> bool {
    let secret = config.client_secret.as_ref().map_or("", Secret::expose);
    *encoded_pair(&config.client_id, secret) != format!("{}:{secret}", config.client_id)
}

fn encoded_pair(id: &str, secret: &str) -> Zeroizing<String> {
    let mut pair: String = byte_serialize(id.as_bytes()).collect();
    pair.push(':');
    pair.extend(byte_serialize(secret.as_bytes()));
    Zeroizing::new(pair)
}

/// Raw credentials can't have a colon in the user part: the server would split there (RFC 7617 §2).
fn raw_pair(id: &str, secret: &str) -> Result<Zeroizing<String>, Failure> {
    if id.contains(':') {
        return Err(Failure::new(
            Code::Configuration,
            "This client ID can’t be sent raw",
            "It contains a colon, at which a Basic header is split. Nothing was sent.",
            "Choose the encoding of RFC 6749, or send the client secret in the body.",
        )
        .with_fix("Use the encoding of RFC 6749", "basic_encoding", "rfc6749".into()));
    }
    Ok(Zeroizing::new(format!("{id}:{secret}")))
}
