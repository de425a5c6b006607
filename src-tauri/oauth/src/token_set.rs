//! One answer of a token endpoint (RFC 6749 §5.1), how long it holds, and how well it is.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::config::AuthConfig;
use crate::failure::{Code, Failure};
use crate::jwt::Jwt;
use crate::ports::UnixMillis;
use crate::secret::Secret;

/// A token set: what the provider granted. Cloned cheaply enough to be handed to every request that uses it.
#[derive(Clone, PartialEq)]
pub struct TokenSet {
    /// Absent only for flows that yield an ID token alone.
    pub access_token: Option<Secret>,
    /// As the provider spelled it, `Bearer` if it sent none.
    pub token_type: String,
    pub refresh_token: Option<Secret>,
    pub id_token: Option<Secret>,
    /// The scopes granted, joined by spaces; the ones asked for, where the provider did not say.
    pub scope: Option<String>,
    /// When the answer came.
    pub obtained_at: UnixMillis,
    /// When the access token ends; `None` if neither `expires_in` nor the token itself says.
    pub expires_at: Option<UnixMillis>,
    /// The private JWK that the tokens are bound to (RFC 9449).
    pub dpop_key: Option<Secret>,
    /// Every other field of the answer, as sent.
    pub response: Map<String, Value>,
    /// The verdict on the ID token at the time it came.
    pub id_token_checks: Vec<Check>,
    /// What an encrypted ID token said when it was opened; `None` of one that can be read as it is.
    pub opened_claims: Option<Map<String, Value>>,
    /// The claims of the last ID token of this sign-in that passed its checks, where the present one did not: what the
    /// next one is held against (OpenID Connect Core §12.2).
    pub believed_claims: Option<Map<String, Value>>,
    /// The nonce that the ID token has to carry, kept for the one after a refresh.
    pub nonce: Option<Secret>,
    /// What had to be forgiven or deserves to be known, for a person.
    pub notices: Vec<String>,
}

/// A token set in the store, with how it stands.
#[derive(Clone, PartialEq)]
pub struct StoredTokens {
    pub tokens: TokenSet,
    pub standing: Standing,
    /// Set while a refresh request is under way, and left behind by a process that died in between.
    pub refresh_started_at: Option<UnixMillis>,
    /// The client id, issuer and grant it was obtained with, for lists: the key holds only a fingerprint.
    pub origin: Origin,
    /// A refresh token that was refused, kept aside for a day in case the refusal was a mistake.
    pub refused_refresh_token: Option<(Secret, UnixMillis)>,
}

/// Whether the token set can still be renewed without a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum Standing {
    Good,
    /// The last renewal failed for a passing reason; tried again from `retry_at` on.
    Failed {
        reason: String,
        retry_at: UnixMillis,
        attempts: u32,
    },
    /// Refused or revoked: only a person can help.
    SignInNeeded {
        reason: String,
    },
}

/// What a token list shows of where a token set came from. Nothing in it is secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    pub token_name: String,
    /// Issuer, or the token endpoint where there is no issuer.
    pub provider: String,
    pub client_id: String,
    pub grant: String,
    pub environment: String,
    /// The scopes asked for.
    pub scope: String,
}

/// The one vocabulary of a token's health: in JSON, in the window and in tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    None,
    /// Usable; also when no expiry is known.
    Valid,
    /// Usable, and inside the refresh margin.
    Expiring,
    Expired,
    Refreshing,
    /// The last renewal failed, the token still lives.
    Failed,
    /// Refused or revoked.
    SignInNeeded,
}

/// One check of an ID token with its verdict (OpenID Connect Core §3.1.3.7).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// `signature`, `iss`, `aud`, `azp`, `exp`, `nbf`, `iat`, `nonce`, `at_hash`, `c_hash`, `sub`, `auth_time`, `acr`.
    pub check: String,
    pub result: CheckResult,
    /// Why, with the values compared.
    pub detail: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckResult {
    Pass,
    Fail,
    Skipped,
}

impl TokenSet {
    /// Whether no check of the ID token failed.
    pub fn id_token_is_sound(&self) -> bool {
        self.id_token_checks.iter().all(|check| check.result != CheckResult::Fail)
    }

    /// What the ID token says, believed or not; empty without one, or if it cannot be read.
    pub fn id_token_claims(&self) -> Map<String, Value> {
        let read = |token: &Secret| Jwt::decode(token).ok().map(|jwt| jwt.claims().clone());
        self.opened_claims.clone().or_else(|| self.id_token.as_ref().and_then(read)).unwrap_or_default()
    }

    /// The claims of the last ID token of this sign-in that passed its checks.
    pub fn sound_claims(&self) -> Option<Map<String, Value>> {
        match &self.id_token {
            Some(_) if self.id_token_is_sound() => Some(self.id_token_claims()),
            _ => self.believed_claims.clone(),
        }
    }
}

impl StoredTokens {
    /// Everything, secrets included, for the vault: to be encrypted at once and never to go elsewhere.
    pub fn expose_for_vault(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(
            serde_json::to_vec(&wire::Stored::from(self)).expect("strings and numbers always serialise"),
        )
    }

    /// The way back from the vault.
    ///
    /// # Errors
    /// [`Code::Storage`] if the bytes are not what [`Self::expose_for_vault`] wrote.
    pub fn from_vault(bytes: &[u8]) -> Result<Self, Failure> {
        serde_json::from_slice::<wire::Stored>(bytes).map(Self::from).map_err(|error| {
            Failure::new(
                Code::Storage,
                "A stored token set could not be read",
                // What the error quotes may be a secret: only its place is told.
                format!(
                    "Its content is not what was written (line {}, column {}).",
                    error.line(),
                    error.column()
                ),
                "Get a new token; the damaged one is kept until then.",
            )
        })
    }

    /// How well it is at `now`, by the margin of `config`. Which token is sent decides whose expiry counts.
    pub fn status(&self, config: &AuthConfig, now: UnixMillis) -> Status {
        let expires_at = self.expires_at_of_used(config);
        let expired = expires_at.is_some_and(|at| at <= now);
        match &self.standing {
            Standing::SignInNeeded { .. } => Status::SignInNeeded,
            _ if expired => Status::Expired,
            Standing::Failed { .. } => Status::Failed,
            Standing::Good => {
                let lifetime = expires_at.map(|at| at - self.tokens.obtained_at);
                match (expires_at, lifetime) {
                    (Some(at), Some(lifetime)) if at - now <= config.refresh_margin_millis(lifetime) => {
                        Status::Expiring
                    }
                    _ => Status::Valid,
                }
            }
        }
    }

    /// When the token that `config` sends ends: the ID token has its own `exp` (milliseconds since 1970).
    pub fn expires_at_of_used(&self, config: &AuthConfig) -> Option<UnixMillis> {
        match config.use_token {
            crate::config::UseToken::IdToken => self.tokens.id_token_claims().get("exp").and_then(moment),
            crate::config::UseToken::AccessToken => self.tokens.expires_at,
        }
    }
}

/// The `exp` of a JWT without any verification, in milliseconds since 1970; `None` if it is no JWT or has none.
pub fn expiry_of_jwt(token: &str) -> Option<UnixMillis> {
    use base64::Engine as _;
    let payload = token.split('.').nth(1)?;
    let bytes =
        base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    let claims: Value = serde_json::from_slice(&bytes).ok()?;
    moment(claims.get("exp")?)
}

/// A NumericDate (RFC 7519 §2) in milliseconds.
fn moment(value: &Value) -> Option<UnixMillis> {
    let seconds = value.as_f64()?;
    (seconds.is_finite() && seconds.abs() < 9e12).then_some((seconds * 1000.0) as UnixMillis)
}

/// The shape in the vault: the one place where secrets are written out.
mod wire {
    use super::*;

    #[derive(Serialize, Deserialize)]
    pub(super) struct Stored {
        access_token: Option<String>,
        token_type: String,
        refresh_token: Option<String>,
        id_token: Option<String>,
        scope: Option<String>,
        obtained_at: UnixMillis,
        expires_at: Option<UnixMillis>,
        dpop_key: Option<String>,
        response: Map<String, Value>,
        id_token_checks: Vec<Check>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        opened_claims: Option<Map<String, Value>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        believed_claims: Option<Map<String, Value>>,
        nonce: Option<String>,
        notices: Vec<String>,
        standing: Standing,
        refresh_started_at: Option<UnixMillis>,
        origin: Origin,
        refused_refresh_token: Option<(String, UnixMillis)>,
    }

    fn open(secret: &Option<Secret>) -> Option<String> {
        secret.as_ref().map(|secret| secret.expose().to_owned())
    }

    impl From<&StoredTokens> for Stored {
        fn from(stored: &StoredTokens) -> Self {
            let tokens = &stored.tokens;
            Self {
                access_token: open(&tokens.access_token),
                token_type: tokens.token_type.clone(),
                refresh_token: open(&tokens.refresh_token),
                id_token: open(&tokens.id_token),
                scope: tokens.scope.clone(),
                obtained_at: tokens.obtained_at,
                expires_at: tokens.expires_at,
                dpop_key: open(&tokens.dpop_key),
                response: tokens.response.clone(),
                id_token_checks: tokens.id_token_checks.clone(),
                opened_claims: tokens.opened_claims.clone(),
                believed_claims: tokens.believed_claims.clone(),
                nonce: open(&tokens.nonce),
                notices: tokens.notices.clone(),
                standing: stored.standing.clone(),
                refresh_started_at: stored.refresh_started_at,
                origin: stored.origin.clone(),
                refused_refresh_token: stored
                    .refused_refresh_token
                    .as_ref()
                    .map(|(token, at)| (token.expose().to_owned(), *at)),
            }
        }
    }

    impl From<Stored> for StoredTokens {
        fn from(stored: Stored) -> Self {
            Self {
                tokens: TokenSet {
                    access_token: stored.access_token.map(Secret::from),
                    token_type: stored.token_type,
                    refresh_token: stored.refresh_token.map(Secret::from),
                    id_token: stored.id_token.map(Secret::from),
                    scope: stored.scope,
                    obtained_at: stored.obtained_at,
                    expires_at: stored.expires_at,
                    dpop_key: stored.dpop_key.map(Secret::from),
                    response: stored.response,
                    id_token_checks: stored.id_token_checks,
                    opened_claims: stored.opened_claims,
                    believed_claims: stored.believed_claims,
                    nonce: stored.nonce.map(Secret::from),
                    notices: stored.notices,
                },
                standing: stored.standing,
                refresh_started_at: stored.refresh_started_at,
                origin: stored.origin,
                refused_refresh_token: stored
                    .refused_refresh_token
                    .map(|(token, at)| (Secret::from(token), at)),
            }
        }
    }
}
