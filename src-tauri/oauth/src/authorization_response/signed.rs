//! Authorization responses as JWTs (JARM): what the browser carries back is signed by the provider.

use url::Url;

use crate::authorization_server::{Endpoint, IssuerRule};
use crate::config::AuthConfig;
use crate::endpoints::Dialogue;
use crate::failure::{Code, Failure};
use crate::id_token::{self, Expectations, Source};
use crate::secret::Secret;
use crate::token_set::CheckResult;

/// The checks of a JWT that a signed response has to pass (JARM §2.4).
const NEEDED: [&str; 4] = ["signature", "iss", "aud", "exp"];

/// Whether this config asks for signed responses; a plain one is then none.
pub fn is_asked_for(config: &AuthConfig) -> bool {
    config.response_mode.as_deref().is_some_and(|mode| mode == "jwt" || mode.ends_with(".jwt"))
}

/// Verifies a signed response and takes its parameters out.
///
/// # Errors
/// [`Code::InvalidResponse`] if there is none, or if a check fails, naming it.
pub async fn open(
    dialogue: &Dialogue<'_>,
    parameters: &[(String, Secret)],
) -> Result<Vec<(String, Secret)>, Failure> {
    let mut responses = parameters.iter().filter(|(name, _)| name == "response");
    let response = match (responses.next(), responses.next()) {
        (Some((_, response)), None) => response,
        _ => {
            return Err(refused(
                "It carries no single `response`, although a signed one was asked for.".to_owned(),
            ));
        }
    };
    let rule = IssuerRule::of(dialogue.config);
    let algorithms = dialogue.server.supported("authorization_signing_alg_values_supported");
    let expectations = Expectations {
        announced_algorithms: algorithms.as_deref(),
        registered_algorithm: None,
        ..Expectations::of(dialogue.config, &rule, Source::AuthorizationEndpoint, dialogue.flow.clock().now())
    };
    let jwks_uri = dialogue.server.endpoint(Endpoint::Jwks).and_then(|text| Url::parse(text).ok());
    let key_sets = &dialogue.known.key_sets;
    let verdict = id_token::verify(response, &expectations, key_sets, jwks_uri.as_ref(), dialogue.flow).await;
    let unmet = verdict.checks.iter().find(|check| {
        NEEDED.contains(&check.check.as_str())
            && (check.result == CheckResult::Fail
                || (check.check == "signature" && check.result != CheckResult::Pass))
    });
    if let Some(check) = unmet {
        return Err(refused(format!("{}: {}", check.check, check.detail)));
    }
    let own = ["aud", "exp", "iat", "nbf", "jti"];
    let fields = verdict.claims.into_iter().filter(|(name, _)| !own.contains(&name.as_str()));
    Ok(fields
        .map(|(name, value)| {
            (name, Secret::from(value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
        })
        .collect())
}

fn refused(cause: String) -> Failure {
    Failure::new(
        Code::InvalidResponse,
        "The provider's answer is not signed as it was asked for",
        cause,
        "Sign in again. If it happens each time, check `jwks_uri`, or choose a response mode without a signature.",
    )
}
