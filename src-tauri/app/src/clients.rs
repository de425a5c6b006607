//! The client at its provider: checked, registered, given keys.

use std::collections::BTreeMap;

use gatepass_core::workspace::AuthKind;
use gatepass_oauth::Code;
use gatepass_oauth::client_keys::public_jwks;
use gatepass_oauth::jwt::{Algorithm, PrivateKey};
use gatepass_oauth::lint::{Warning, WarningKind, lint};
use serde_json::{Value, json};

use crate::dto::{AdviceView, ClientKeyView, ConfigCheckView, ErrorView, FixView, RegistrationView};
use crate::{App, Outside};

impl App {
    /// What is doubtful in the settings of a node, with the provider's metadata where an issuer is set.
    pub async fn check_config(&self, node: String) -> Result<ConfigCheckView, ErrorView> {
        let demand = self.demand(&node).await?;
        let mut problem = None;
        let mut server = None;
        if demand.config.issuer.is_some() {
            let recording = self.record_flow(&node, &demand.key());
            match self.keeper().discover(&demand.config, recording).await {
                Ok(found) => server = Some(found),
                Err(failure) => problem = Some(ErrorView::from(failure)),
            }
        }
        Ok(ConfigCheckView {
            advice: lint(&demand.config, server.as_ref()).into_iter().map(AdviceView::from).collect(),
            with_metadata: server.is_some(),
            problem,
        })
    }

    /// Registers a client for the settings of a node at its provider (RFC 7591), and fills in what it was given.
    pub async fn register_client(&self, node: String) -> Result<RegistrationView, ErrorView> {
        let demand = self.demand(&node).await?;
        let owner = self.auth_owner(&node).await?;
        // The answer is the only time that the secret is shown: it has to have a place first.
        self.open_vault().await?;
        let recording = self.record_flow(&node, &demand.key());
        let registered = self.keeper().register(&demand.config, recording).await?;
        let text = |name: &str| registered.response.get(name).and_then(Value::as_str);
        let method = text("token_endpoint_auth_method").map(str::to_owned);
        let secret = registered.client_secret.as_ref().map(|secret| json!(secret.expose()));
        let mut params = BTreeMap::from([
            ("client_id".to_owned(), json!(registered.client_id)),
            ("client_secret".to_owned(), secret.unwrap_or(Value::Null)),
        ]);
        if let Some(method) = &method {
            params.insert("client_authentication".to_owned(), json!(method));
        }
        self.set_auth_params(owner.clone(), params).await?;
        Ok(RegistrationView {
            node: owner,
            client_id: registered.client_id,
            has_secret: registered.client_secret.is_some(),
            client_authentication: method,
            // Zero: it never does (RFC 7591 §3.2.1).
            secret_expires_at: registered
                .response
                .get("client_secret_expires_at")
                .and_then(Value::as_i64)
                .filter(|seconds| *seconds > 0)
                .map(|seconds| seconds.saturating_mul(1000)),
        })
    }

    /// Makes a key pair for the client of a node and sets it; the one before is gone. The provider has to be told of
    /// the public half.
    pub async fn generate_client_key(
        &self,
        node: String,
        algorithm: String,
    ) -> Result<ClientKeyView, ErrorView> {
        let owner = self.auth_owner(&node).await?;
        let key = new_key(&algorithm)?;
        let pem = key.to_pem()?;
        let client_key = json!({ "pem": pem.expose(), "alg": key.alg, "kid": key.kid });
        self.set_auth_params(owner.clone(), BTreeMap::from([("client_key".to_owned(), client_key)])).await?;
        Ok(ClientKeyView {
            node: owner,
            algorithm: key.alg.clone().unwrap_or_default(),
            kid: key.kid.clone().unwrap_or_default(),
            jwks: format!("{:#}", json!({ "keys": [key.to_public_jwk("sig")] })),
        })
    }

    /// The public halves of the keys that the settings of a node hold, as a key set in JSON (RFC 7517 §5).
    pub async fn public_jwks(&self, node: String) -> Result<String, ErrorView> {
        let demand = self.demand_in(self.draft_at_rest(&node).await?).await?;
        Ok(format!("{:#}", public_jwks(&demand.config)?))
    }

    /// The node whose own settings hold for this one.
    async fn auth_owner(&self, node: &str) -> Result<String, ErrorView> {
        let effective = self.open_node(node.to_owned()).await?.effective_auth;
        let is_oauth2 =
            effective.auth.as_ref().is_some_and(|auth| AuthKind::parse(&auth.kind) == Some(AuthKind::OAuth2));
        effective.from_node.filter(|_| is_oauth2).ok_or_else(|| {
            ErrorView::plain(
                Code::Configuration.as_str(),
                "This request does not use OAuth 2.0",
                "Another kind of authorization is set for it.",
                "Choose OAuth 2.0 on the Authorization tab.",
            )
        })
    }
}

/// A new private key for an algorithm, by its registered name.
///
/// # Errors
/// There is no such algorithm, or it works with a shared secret.
pub fn new_key(algorithm: &str) -> Result<PrivateKey, ErrorView> {
    let algorithm = Algorithm::parse(algorithm).ok_or_else(|| {
        ErrorView::plain(
            "usage",
            "There is no such algorithm",
            "Keys are made for RS256, PS256, ES256, ES384, ES512 and EdDSA, and for the longer hashes of RSA.",
            "Choose one of these.",
        )
    })?;
    Ok(PrivateKey::generate(algorithm, &*Outside::randomness())?)
}

impl From<Warning> for AdviceView {
    fn from(warning: Warning) -> Self {
        Self {
            setting: warning.setting.to_owned(),
            kind: match warning.kind {
                WarningKind::Deprecated => "deprecated",
                WarningKind::Unsupported => "unsupported",
                WarningKind::Oversight => "oversight",
            }
            .to_owned(),
            message: warning.message,
            reason: warning.reason,
            fix: warning.fix.map(|fix| FixView { label: fix.label, setting: fix.setting, value: fix.value }),
        }
    }
}
