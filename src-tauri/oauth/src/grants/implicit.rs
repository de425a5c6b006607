//! The implicit grant (RFC 6749 §4.2, OpenID Connect Core §3.2): tokens come through the browser. Removed from
//! OAuth 2.1, still found.

use super::sign_in;
use super::{Login, judge_id_token};
use crate::endpoints::Dialogue;
use crate::endpoints::token::Granted;
use crate::failure::{Code, Failure};
use crate::id_token::Source;
use crate::ports::Person;
use crate::token_response::{self, Circumstances, TokenError};
use crate::token_set::TokenSet;
use crate::transcript::Step;

/// Lets the person sign in and takes the tokens out of the answer.
///
/// # Errors
/// Why the sign-in did not succeed.
pub async fn obtain(dialogue: &Dialogue<'_>, person: &dyn Person) -> Result<TokenSet, TokenError> {
    let mut signed_in = sign_in::sign_in(dialogue, person).await?;
    let blanks = dialogue.flow.blanks();
    let circumstances = Circumstances {
        place: "the browser",
        received_at: dialogue.flow.clock().now(),
        asked_scope: dialogue.config.scope.as_deref(),
        blanks: &blanks,
        situation: dialogue.situation(Step::Callback),
    };
    let read = token_response::from_parameters(signed_in.response.token_fields(), &circumstances);
    let tokens = match read {
        Ok(tokens) => tokens,
        Err(reason) => {
            let failure = Failure::new(
                Code::InvalidResponse,
                "The provider's answer holds no token",
                format!("{reason}."),
                "Set the response type to `token`, `id_token` or `id_token token`.",
            );
            signed_in.conclude(Err(failure.clone())).await;
            return Err(failure.into());
        }
    };
    for secret in [&tokens.access_token, &tokens.id_token].into_iter().flatten() {
        dialogue.flow.blank(secret);
    }
    let mut granted = Granted { tokens, server_time: None };
    let login = Login { nonce: signed_in.request.nonce.as_ref(), ..Login::at(Source::AuthorizationEndpoint) };
    judge_id_token(dialogue, &mut granted, &login).await;
    signed_in.conclude(Ok(())).await;
    Ok(granted.tokens)
}
