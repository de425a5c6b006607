//! The grants, one file each: `request` says what is sent and is pure, `obtain` carries it out over the ports. What
//! comes back is read by [`crate::token_response`] for all of them.

pub mod authorization_code;
pub mod ciba;
pub mod client_credentials;
pub mod device_code;
pub mod implicit;
pub mod jwt_bearer;
pub mod password;
pub mod refresh_token;
pub mod saml2_bearer;
pub mod token_exchange;

mod polling;
mod sign_in;
#[cfg(test)]
mod tests;

pub(crate) use sign_in::cancelled;

use serde_json::{Map, Value};
use url::Url;

use crate::authorization_server::{Endpoint, IssuerRule};
use crate::config::{AuthConfig, Grant};
use crate::endpoints::Dialogue;
use crate::endpoints::token::Granted;
use crate::explain;
use crate::failure::{Code, Failure};
use crate::id_token::{self, Expectations, IdTokenVerdict, Source};
use crate::jwt::is_encrypted;
use crate::ports::{Person, UnixMillis};
use crate::secret::Secret;
use crate::token_response::TokenError;
use crate::token_set::{CheckResult, TokenSet};
use crate::transcript::{Step, StepResult};

/// The endpoints that a grant cannot do without.
pub fn needed_endpoints(config: &AuthConfig) -> &'static [Endpoint] {
    match config.grant {
        Grant::AuthorizationCode => &[Endpoint::Authorization, Endpoint::Token],
        Grant::Implicit => &[Endpoint::Authorization],
        Grant::DeviceCode => &[Endpoint::DeviceAuthorization, Endpoint::Token],
        Grant::Ciba => &[Endpoint::BackchannelAuthentication, Endpoint::Token],
        _ => &[Endpoint::Token],
    }
}

/// Obtains a new token set with the grant of the config. `person` takes part where the grant needs one.
///
/// # Errors
/// Why no token came. A failed check of the ID token is no error here: it stands in the token set.
pub async fn obtain(dialogue: &Dialogue<'_>, person: Option<&dyn Person>) -> Result<TokenSet, TokenError> {
    let person = || person.ok_or_else(person_needed);
    match dialogue.config.grant {
        Grant::AuthorizationCode => authorization_code::obtain(dialogue, person()?).await,
        Grant::Implicit => implicit::obtain(dialogue, person()?).await,
        Grant::DeviceCode => device_code::obtain(dialogue, person()?).await,
        Grant::Ciba => ciba::obtain(dialogue, person()?).await,
        Grant::ClientCredentials => client_credentials::obtain(dialogue).await,
        Grant::Password => password::obtain(dialogue).await,
        Grant::JwtBearer => jwt_bearer::obtain(dialogue).await,
        Grant::Saml2Bearer => saml2_bearer::obtain(dialogue).await,
        Grant::TokenExchange => token_exchange::obtain(dialogue).await,
        Grant::RefreshToken => refresh_token::obtain_first(dialogue).await,
    }
}

/// Whether a token set of this grant can be had again without a person and without a refresh token.
pub fn runs_again_silently(config: &AuthConfig) -> bool {
    !config.grant.is_interactive() && config.grant != Grant::RefreshToken
}

/// Holds the ID token of an answer, if there is one, against what is expected of it, and writes the verdict into
/// the token set.
async fn judge_id_token(dialogue: &Dialogue<'_>, granted: &mut Granted, login: &Login<'_>) {
    let tokens = &mut granted.tokens;
    tokens.nonce = login.nonce.cloned();
    let Some(token) = tokens.id_token.clone() else {
        if login.source == Source::TokenEndpoint && dialogue.config.scopes().any(|scope| scope == "openid") {
            tokens.notices.push("No ID token came, although the scope openid was asked for.".to_owned());
        }
        return;
    };
    let login = Login { server_time: granted.server_time, ..*login };
    let (checks, claims) = verdict(dialogue, &token, tokens.access_token.as_ref(), &login).await;
    tokens.id_token_checks = checks;
    tokens.opened_claims = is_encrypted(token.expose()).then_some(claims);
}

/// What one login knows about the ID token that it expects.
#[derive(Clone, Copy)]
struct Login<'a> {
    source: Source,
    nonce: Option<&'a Secret>,
    code: Option<&'a Secret>,
    /// The claims of an ID token of the same login, or of the one before a refresh.
    former: Option<&'a Map<String, Value>>,
    server_time: Option<UnixMillis>,
}

impl Login<'_> {
    fn at(source: Source) -> Self {
        Self { source, nonce: None, code: None, former: None, server_time: None }
    }
}

/// Judges an ID token and writes the step down. Returns the checks and the claims.
async fn verdict(
    dialogue: &Dialogue<'_>,
    token: &Secret,
    access_token: Option<&Secret>,
    login: &Login<'_>,
) -> (Vec<crate::token_set::Check>, Map<String, Value>) {
    let flow = dialogue.flow;
    let rule = IssuerRule::of(dialogue.config);
    let algorithms = dialogue.server.supported("id_token_signing_alg_values_supported");
    let expectations = Expectations {
        nonce: login.nonce,
        access_token,
        code: login.code,
        former: login.former,
        announced_algorithms: algorithms.as_deref(),
        server_time: login.server_time,
        ..Expectations::of(dialogue.config, &rule, login.source, flow.clock().now())
    };
    let jwks_uri = dialogue.server.endpoint(Endpoint::Jwks).and_then(|text| Url::parse(text).ok());
    let key_sets = &dialogue.known.key_sets;
    let began = flow.begin();
    let verdict = id_token::verify(token, &expectations, key_sets, jwks_uri.as_ref(), flow).await;
    let failed: Vec<String> = verdict
        .checks
        .iter()
        .filter(|check| check.result == CheckResult::Fail)
        .map(|check| format!("{}: {}", check.check, check.detail))
        .collect();
    if failed.is_empty() {
        flow.end(Step::IdToken, began, StepResult::Ok, "The ID token passed its checks");
    } else {
        flow.end(Step::IdToken, began, StepResult::Failed, failed.join(" "));
    }
    (verdict.checks, verdict.claims)
}

/// The failure of a token set whose ID token did not pass; `None` if it did.
pub fn id_token_failure(tokens: &TokenSet, config: &AuthConfig) -> Option<Failure> {
    let claims = tokens.id_token_claims();
    let verdict = IdTokenVerdict { header: Map::new(), claims, checks: tokens.id_token_checks.clone() };
    explain::id_token(&verdict, config)
}

fn person_needed() -> TokenError {
    Failure::new(
        Code::SignInNeeded,
        "Somebody has to sign in",
        "This grant cannot be carried out without a person, and nobody can be asked here.",
        "Get a new token in the window, or with `gatepass token get`.",
    )
    .into()
}

/// A setting without which a grant cannot be carried out.
fn missing(grant: &str, setting: &str) -> TokenError {
    Failure::new(
        Code::Configuration,
        format!("The {grant} grant needs `{setting}`"),
        "It is empty. Nothing was sent.",
        format!("Set `{setting}`; variables in it must have a value in the chosen environment."),
    )
    .into()
}
