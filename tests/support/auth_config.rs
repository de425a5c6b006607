//! Auth configs as JSON, in the shape that `--config` takes.

use serde_json::{Value, json};

use crate::{Provider, misbehaving, provider};

/// Scopes that bring an access token for the API, a refresh token and an ID token.
pub const SCOPE: &str = "openid offline_access api:read";

/// Somebody signs in for this public client: authorization code with PKCE.
pub fn signs_in(issuer: &str, client_id: &str) -> Value {
    json!({
        "type": "oauth2", "grant": "authorization_code", "issuer": issuer, "client_id": client_id, "scope": SCOPE,
        // Without it a provider may leave out the refresh token (OpenID Connect Core section 11).
        "prompt": "consent",
    })
}

/// Somebody signs in for a confidential client of the real provider, which authenticates with HTTP Basic.
pub fn signs_in_with_secret(provider: &Provider, client_id: &str) -> Value {
    changed(
        &signs_in(&provider.issuer, client_id),
        json!({ "client_secret": provider::CLIENT_SECRET, "client_authentication": "client_secret_basic" }),
    )
}

/// A machine of the real provider: client credentials.
pub fn machine(provider: &Provider, client_id: &str) -> Value {
    json!({
        "type": "oauth2", "grant": "client_credentials", "issuer": provider.issuer, "client_id": client_id,
        "client_secret": provider::CLIENT_SECRET, "scope": "api:read",
    })
}

/// A machine of the misbehaving provider.
pub fn machine_of_the_misbehaving(issuer: &str) -> Value {
    json!({
        "type": "oauth2", "grant": "client_credentials", "issuer": issuer, "client_id": "machine",
        "client_secret": misbehaving::CLIENT_SECRET, "scope": "api:read",
    })
}

/// The same config with other values for some keys; `null` takes a key away.
#[must_use]
pub fn changed(config: &Value, changes: Value) -> Value {
    let mut config = config.clone();
    let keys = config.as_object_mut().expect("a config is an object");
    for (key, value) in changes.as_object().expect("changes are an object") {
        if value.is_null() {
            keys.shift_remove(key);
        } else {
            keys.insert(key.clone(), value.clone());
        }
    }
    config
}
