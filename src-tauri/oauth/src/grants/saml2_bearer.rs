//! A SAML 2.0 assertion as authorization grant (RFC 7522 §2.1).

use crate::config::{Assertion, AuthConfig};
use crate::endpoints::token::Purpose;
use crate::endpoints::{Dialogue, Form};
use crate::id_token::Source;
use crate::jwt::base64url;
use crate::secret::Secret;
use crate::token_response::TokenError;
use crate::token_set::TokenSet;

const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:saml2-bearer";

/// The token request. The assertion is sent in URL-safe Base64; one pasted as XML is encoded.
///
/// # Errors
/// [`crate::Code::Configuration`] without an assertion.
pub fn request(config: &AuthConfig) -> Result<Form, TokenError> {
    let assertion = match &config.assertion {
        Some(Assertion::Finished(assertion)) if !assertion.is_empty() => encoded(assertion),
        _ => return Err(super::missing("SAML 2.0 bearer", "assertion")),
    };
    Ok(Form::new()
        .with("grant_type", GRANT_TYPE)
        .with("assertion", assertion)
        .with_some("scope", config.scope.as_deref().map(str::trim))
        .with_some("audience", config.audience.as_deref()))
}

/// Obtains a token set.
///
/// # Errors
/// What the token endpoint refused, or why it could not be asked.
pub async fn obtain(dialogue: &Dialogue<'_>) -> Result<TokenSet, TokenError> {
    let form = request(dialogue.config)?;
    let mut granted = dialogue.request_token(Purpose::Token, form).await?;
    super::judge_id_token(dialogue, &mut granted, &super::Login::at(Source::TokenEndpoint)).await;
    Ok(granted.tokens)
}

fn encoded(assertion: &Secret) -> Secret {
    let text = assertion.expose().trim();
    if text.starts_with('<') {
        return Secret::new(base64url::encode(text.as_bytes()));
    }
    // Plain Base64, as most tools print it, differs in two characters and in its padding.
    let text: String =
        text.chars().filter(|character| !character.is_whitespace() && *character != '=').collect();
    Secret::new(text.replace('+', "-").replace('/', "_"))
}
