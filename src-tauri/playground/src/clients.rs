//! The registered clients, and how they prove who they are (RFC 6749 §2.3).

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{StatusCode, header};
use url::form_urlencoded;

use crate::{
    error::OAuthError,
    incoming::{Incoming, Parameters},
    keys::Algorithm,
    users::same_secret,
};

/// An application that is registered at the playground. Registrations are fixed and their secrets are said openly.
#[derive(Debug)]
pub struct Client {
    pub id: &'static str,
    /// None: a public client, which cannot keep a secret (RFC 6749 §2.1) and must use PKCE.
    pub secret: Option<&'static str>,
    /// What the sign-in and consent pages call it.
    pub name: &'static str,
    /// The `grant_type` values that it may use.
    pub grant_types: &'static [&'static str],
    /// Which algorithm its ID tokens are signed with.
    pub(crate) id_token_algorithm: Algorithm,
}

pub(crate) const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
pub(crate) const TOKEN_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

/// Every client that the playground knows.
pub const CLIENTS: &[Client] = &[
    Client {
        id: "playground",
        secret: None,
        name: "Playground app",
        grant_types: &["authorization_code", "refresh_token", DEVICE_CODE, "password"],
        id_token_algorithm: Algorithm::Es256,
    },
    Client {
        id: "playground-web",
        secret: Some("web-secret-that-everybody-knows"),
        name: "Playground web site",
        grant_types: &["authorization_code", "refresh_token", "password"],
        id_token_algorithm: Algorithm::Rs256,
    },
    Client {
        id: "playground-machine",
        secret: Some("machine-secret-that-everybody-knows"),
        name: "Playground machine",
        grant_types: &["client_credentials", TOKEN_EXCHANGE],
        id_token_algorithm: Algorithm::Es256,
    },
    Client {
        id: "playground-device",
        secret: None,
        name: "Playground television",
        grant_types: &[DEVICE_CODE, "refresh_token"],
        id_token_algorithm: Algorithm::EdDsa,
    },
];

impl Client {
    /// Whether it may use this `grant_type`.
    pub fn may_use(&self, grant_type: &str) -> bool {
        self.grant_types.contains(&grant_type)
    }

    pub fn is_public(&self) -> bool {
        self.secret.is_none()
    }
}

/// The client with this id.
pub(crate) fn by_id(id: &str) -> Option<&'static Client> {
    CLIENTS.iter().find(|client| client.id == id)
}

/// The client that a request to one of our back-channel endpoints comes from: by HTTP Basic, by `client_id` and
/// `client_secret` in the form, or, for a public client, by `client_id` alone.
pub(crate) fn authenticate(incoming: &Incoming, form: &Parameters) -> Result<&'static Client, OAuthError> {
    let claimed = match basic_credentials(incoming)? {
        Some((id, secret)) => {
            if form.one("client_secret").is_some() {
                return Err(OAuthError::invalid_request(
                    "The client authenticates twice, in the Authorization header and in the body. Use one of them.",
                ));
            }
            if form.one("client_id").is_some_and(|other| other != id) {
                return Err(OAuthError::invalid_request(
                    "The client_id in the body is not the one in the Authorization header.",
                ));
            }
            (id, Some(secret).filter(|secret| !secret.is_empty()))
        }
        None => {
            let Some(id) = form.one("client_id") else {
                return Err(invalid_client(
                    "The request does not say which client it comes from: neither a Basic Authorization header nor client_id.",
                ));
            };
            (id.to_owned(), form.one("client_secret").map(str::to_owned))
        }
    };
    prove(claimed)
}

fn prove((id, secret): (String, Option<String>)) -> Result<&'static Client, OAuthError> {
    let Some(client) = by_id(&id) else {
        return Err(invalid_client(
            "There is no client with this client_id. The front page lists those there are.",
        ));
    };
    match (client.secret, secret) {
        (None, None) => Ok(client),
        (Some(expected), Some(given)) if same_secret(&given, expected) => Ok(client),
        (Some(_), Some(_)) => Err(invalid_client(format!(
            "This is not the secret of {}. The front page says which it is.",
            client.id
        ))),
        (Some(_), None) => Err(invalid_client(format!(
            "{} is a confidential client: send its secret, by Basic or as client_secret.",
            client.id
        ))),
        (None, Some(_)) => Err(invalid_client(format!(
            "{} is a public client and has no secret: send client_id alone (client authentication: none).",
            client.id
        ))),
    }
}

fn invalid_client(description: impl Into<String>) -> OAuthError {
    OAuthError::new("invalid_client", description)
        .with_status(StatusCode::UNAUTHORIZED)
        .with_challenge(r#"Basic realm="Gatepass playground""#.to_owned())
}

/// Identifier and secret of an HTTP Basic header, each form-urlencoded before they were joined (RFC 6749 §2.3.1).
fn basic_credentials(incoming: &Incoming) -> Result<Option<(String, String)>, OAuthError> {
    let Some(value) = incoming.header(header::AUTHORIZATION) else { return Ok(None) };
    let unreadable = || invalid_client("The Authorization header is not one of HTTP Basic.");
    let (scheme, credentials) = value.split_once(' ').ok_or_else(unreadable)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(unreadable());
    }
    let decoded = STANDARD.decode(credentials.trim()).map_err(|_| unreadable())?;
    let decoded = String::from_utf8(decoded).map_err(|_| unreadable())?;
    let (id, secret) = decoded.split_once(':').ok_or_else(unreadable)?;
    Ok(Some((form_decoded(id), form_decoded(secret))))
}

fn form_decoded(text: &str) -> String {
    // The text stands where a parameter's name would; `=` and `&` are taken out of the parser's way first.
    let text = text.replace('&', "%26").replace('=', "%3D");
    form_urlencoded::parse(text.as_bytes()).next().map(|(name, _)| name.into_owned()).unwrap_or_default()
}
