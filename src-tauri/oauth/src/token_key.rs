//! The identity under which a token set is kept, computed after variables are resolved.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::config::AuthConfig;

/// A fingerprint of everything that makes two tokens different ones. It holds no secret and no plain value.
///
/// Part of it: issuer (else token endpoint), client id, grant, the set of scopes, audience and resources, username
/// or login hint, the environment, and the token name. Not part of it: secret, client authentication, extra
/// parameters, TLS settings, refresh URL. A refresh uses today's.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TokenKey(String);

impl TokenKey {
    /// The key of the token set that `config` asks for in `environment` (an id; empty for none).
    pub fn of(config: &AuthConfig, environment: &str) -> Self {
        let mut digest = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
        // Each part is preceded by its length: no two different lists of parts give the same bytes.
        let mut part = |text: &str| {
            digest.update(&(text.len() as u64).to_be_bytes());
            digest.update(text.as_bytes());
        };
        part("gatepass token key 1");
        for (_, value) in Self::parts(config, environment) {
            part(&value);
        }
        Self(hex(digest.finish().as_ref()))
    }

    /// What makes the token set of `config` in `environment` another one than all others: the names of the settings
    /// that count with their values, none of them a secret; an empty value is a setting that is not there. The key is
    /// the fingerprint of these values in this order.
    pub fn parts(config: &AuthConfig, environment: &str) -> [(&'static str, String); 9] {
        let mut scopes: Vec<&str> = config.scope.as_deref().unwrap_or_default().split_whitespace().collect();
        scopes.sort_unstable();
        scopes.dedup();
        let mut resources: Vec<&str> = config.resource.iter().map(String::as_str).collect();
        resources.sort_unstable();
        let provider = match (&config.issuer, &config.token_endpoint) {
            (None, Some(endpoint)) => ("token_endpoint", endpoint.clone()),
            (issuer, _) => ("issuer", issuer.clone().unwrap_or_default()),
        };
        let subject = match (&config.username, &config.login_hint) {
            (None, Some(hint)) => ("login_hint", hint.clone()),
            (username, _) => ("username", username.clone().unwrap_or_default()),
        };
        [
            provider,
            ("client_id", config.client_id.clone()),
            ("grant", config.grant.as_str().to_owned()),
            ("scope", scopes.join(" ")),
            ("audience", config.audience.clone().unwrap_or_default()),
            ("resource", resources.join(" ")),
            subject,
            ("environment", environment.to_owned()),
            ("token_name", config.token_name.clone()),
        ]
    }

    /// The key as text, 64 hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Takes a key as it was written by [`Self::as_str`]; `None` if it is not one.
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| Self(text.to_owned()))
    }
}

impl fmt::Display for TokenKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    fn key(change: serde_json::Value, environment: &str) -> TokenKey {
        let mut config = json!({
            "type": "oauth2", "grant": "authorization_code", "issuer": "https://id.example.com",
            "client_id": "photos", "scope": "openid photos:read"
        });
        config.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        TokenKey::of(&AuthConfig::from_json(&config).unwrap(), environment)
    }

    #[test]
    fn the_order_of_scopes_does_not_make_another_token() {
        assert_eq!(key(json!({"scope": "photos:read openid"}), "a"), key(json!({}), "a"));
    }

    #[test]
    fn a_token_of_one_environment_is_never_found_in_another() {
        assert_ne!(key(json!({}), "a"), key(json!({}), "b"));
    }

    #[test]
    fn another_client_scope_user_audience_or_name_is_another_token() {
        let base = key(json!({}), "a");
        for change in [
            json!({"client_id": "billing"}),
            json!({"scope": "openid"}),
            json!({"login_hint": "bob"}),
            json!({"audience": "https://api.example.com"}),
            json!({"resource": ["https://api.example.com"]}),
            json!({"token_name": "second"}),
            json!({"issuer": "https://other.example.com"}),
        ] {
            assert_ne!(key(change.clone(), "a"), base, "{change}");
        }
    }

    #[test]
    fn the_key_stays_what_it_was_in_earlier_versions() {
        assert_eq!(
            key(json!({}), "a").as_str(),
            "f5fdd4c9ce02bbede8b2c9ecbe86f2864a235e650d5ae128f270dca0c8b46a5f"
        );
    }

    #[test]
    fn every_part_is_named_and_what_is_not_set_is_empty() {
        let config = AuthConfig::from_json(&json!({
            "grant": "password", "token_endpoint": "https://id.example.com/token", "client_id": "photos",
            "username": "alice", "scope": "b a b",
        }));
        let parts = TokenKey::parts(&config.unwrap(), "env-1");
        let named =
            |name: &str| parts.iter().find(|(part, _)| *part == name).map(|(_, value)| value.as_str());
        assert_eq!(named("token_endpoint"), Some("https://id.example.com/token"));
        assert_eq!(named("issuer"), None);
        assert_eq!(named("username"), Some("alice"));
        assert_eq!(named("scope"), Some("a b"));
        assert_eq!(named("audience"), Some(""));
        assert_eq!(named("environment"), Some("env-1"));
    }

    #[test]
    fn a_changed_secret_or_refresh_url_keeps_the_token() {
        let base = key(json!({}), "a");
        for change in [
            json!({"client_secret": "s"}),
            json!({"client_authentication": "client_secret_post"}),
            json!({"refresh_endpoint": "https://id.example.com/refresh"}),
            json!({"auto_refresh": false}),
            json!({"use_token": "id_token"}),
        ] {
            assert_eq!(key(change.clone(), "a"), base, "{change}");
        }
    }
}
