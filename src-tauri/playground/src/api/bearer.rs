//! Bearer tokens at a resource server (RFC 6750), JWT access tokens among them (RFC 9068 §4).

use http::{Method, StatusCode, header};

use crate::{
    bounded::Fingerprint,
    clients,
    error::OAuthError,
    incoming::Incoming,
    keys::SignedToken,
    scope::Scope,
    token::{ACCESS_TOKEN, ID_TOKEN},
    users::{self, User},
    visit::Visit,
};

/// Whoever sent a token that is good.
pub(crate) struct Caller {
    pub token: SignedToken,
    /// Empty for an ID token.
    pub scope: Scope,
    pub expires_at: i64,
    /// Where the API describes itself (RFC 9728), for further refusals.
    resource_metadata: String,
}

impl Caller {
    /// Goes on if the token has this scope (RFC 6750 §3.1: 403 `insufficient_scope`).
    pub fn with_scope(self, needed: &str) -> Result<Self, OAuthError> {
        if self.scope.contains(needed) {
            return Ok(self);
        }
        let description = format!("This needs the scope {needed}. Ask for it, and get a new token.");
        let challenge = challenge(&self.resource_metadata, "insufficient_scope", &description);
        Err(OAuthError::new("insufficient_scope", description)
            .with_status(StatusCode::FORBIDDEN)
            .with_challenge(format!(r#"{challenge}, scope="{needed}""#)))
    }

    /// The person whom the token speaks for.
    pub fn user(&self) -> Result<&'static User, OAuthError> {
        self.token.text("sub").and_then(users::by_subject).ok_or_else(|| {
            OAuthError::new("insufficient_scope", "The token is a machine's: there is no person to tell of.")
                .with_status(StatusCode::FORBIDDEN)
        })
    }
}

/// The caller, by a valid access token for this API.
pub(crate) fn access_token(visit: &Visit, incoming: &Incoming) -> Result<Caller, OAuthError> {
    let token = verified(visit, incoming)?;
    if token.kind != ACCESS_TOKEN {
        return Err(invalid(
            visit,
            "This is an ID token. It is for the client; the API wants the access token.",
        ));
    }
    if token.text("aud") != Some(&visit.api()) {
        return Err(invalid(visit, "The token is for another audience."));
    }
    let scope = Scope::parse(token.text("scope").unwrap_or_default()).unwrap_or_default();
    caller(visit, token, scope)
}

/// The caller, by a valid ID token of one of our clients.
pub(crate) fn id_token(visit: &Visit, incoming: &Incoming) -> Result<Caller, OAuthError> {
    let token = verified(visit, incoming)?;
    if token.kind != ID_TOKEN {
        return Err(invalid(
            visit,
            "This is an access token. Here, the ID token is wanted: choose it as the token to send.",
        ));
    }
    if token.text("aud").and_then(clients::by_id).is_none() {
        return Err(invalid(visit, "The ID token is for a client that is not registered here."));
    }
    caller(visit, token, Scope::default())
}

/// The token that came, if we signed it.
fn verified(visit: &Visit, incoming: &Incoming) -> Result<SignedToken, OAuthError> {
    let sent = sent(visit, incoming)?;
    let not_ours =
        "The token's signature is not this playground's (was it restarted since?). Get a new token.";
    let token = visit.keys.verify(&sent).ok_or_else(|| invalid(visit, not_ours))?;
    if token.text("iss") != Some(visit.issuer) {
        return Err(invalid(visit, "The token is of another issuer."));
    }
    Ok(token)
}

fn caller(visit: &Visit, token: SignedToken, scope: Scope) -> Result<Caller, OAuthError> {
    let expires_at = token.claims["exp"].as_i64().unwrap_or_default();
    if expires_at <= visit.now {
        let ago = visit.now - expires_at;
        return Err(invalid(visit, &format!("The token expired {ago} seconds ago.")));
    }
    let issued = token.text("jti").and_then(|id| visit.state.issued.find(&Fingerprint::of(id)));
    let issued = issued.ok_or_else(|| invalid(visit, "The token was forgotten. Get a new one."))?;
    if let Some(why) = issued.ended.or(visit.state.live_grant(&issued.grant).err()) {
        return Err(invalid(visit, &format!("The token is not valid any more: {why}.")));
    }
    Ok(Caller { token, scope, expires_at, resource_metadata: resource_metadata(visit) })
}

/// The token in the header or the form, one of them (RFC 6750 §2).
fn sent(visit: &Visit, incoming: &Incoming) -> Result<String, OAuthError> {
    let malformed = |description: &str| {
        let challenge = challenge(&resource_metadata(visit), "invalid_request", description);
        OAuthError::invalid_request(description).with_challenge(challenge)
    };
    if incoming.query.one("access_token").is_some() {
        return Err(malformed(
            "A token in the address ends up in logs and histories, so the playground does not take it there (RFC 9700). Send it in the Authorization header.",
        ));
    }
    let in_form = if incoming.method == Method::POST && incoming.is_form() {
        incoming.form(&[])?.one("access_token").map(str::to_owned)
    } else {
        None
    };
    let mut headers = incoming.headers.get_all(header::AUTHORIZATION).iter();
    let in_header = match (headers.next(), headers.next()) {
        (None, _) => None,
        (Some(_), Some(_)) => return Err(malformed("There is more than one Authorization header.")),
        (Some(value), None) => {
            let bearer = value.to_str().ok().and_then(|value| value.trim().split_once(' '));
            match bearer.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")) {
                Some((_, token)) => Some(token.trim().to_owned()),
                None => return Err(missing(visit, "The Authorization header is not Bearer and a token.")),
            }
        }
    };
    match (in_header, in_form) {
        (Some(_), Some(_)) => Err(malformed("The token is there twice, in the header and in the form.")),
        (Some(token), None) | (None, Some(token)) => Ok(token),
        (None, None) => Err(missing(visit, "This needs a token: Authorization: Bearer, and the token.")),
    }
}

/// No token at all: the challenge then has no error code (RFC 6750 §3.1).
fn missing(visit: &Visit, description: &str) -> OAuthError {
    OAuthError::new("missing_token", description)
        .with_status(StatusCode::UNAUTHORIZED)
        .with_challenge(realm(&resource_metadata(visit)))
}

fn invalid(visit: &Visit, description: &str) -> OAuthError {
    OAuthError::new("invalid_token", description)
        .with_status(StatusCode::UNAUTHORIZED)
        .with_challenge(challenge(&resource_metadata(visit), "invalid_token", description))
}

fn resource_metadata(visit: &Visit) -> String {
    visit.url("/.well-known/oauth-protected-resource/api")
}

fn realm(resource_metadata: &str) -> String {
    format!(r#"Bearer realm="Gatepass playground", resource_metadata="{resource_metadata}""#)
}

/// The description is always our own text, without quotes.
fn challenge(resource_metadata: &str, error: &str, description: &str) -> String {
    format!(r#"{}, error="{error}", error_description="{description}""#, realm(resource_metadata))
}
