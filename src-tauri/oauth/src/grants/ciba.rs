//! Client-initiated backchannel authentication (OpenID CIBA Core 1.0) in poll mode: the provider asks the person on
//! a device of theirs, and we ask the provider until it is done.

use super::polling::{self, Poll};
use crate::authorization_server::Endpoint;
use crate::config::AuthConfig;
use crate::endpoints::{Call, Dialogue, Form};
use crate::failure::{Code, Failure};
use crate::ports::{Person, WaitingFor};
use crate::secret::Secret;
use crate::token_response::{self, TokenError};
use crate::token_set::TokenSet;
use crate::transcript::{Step, StepResult};

const GRANT_TYPE: &str = "urn:openid:params:grant-type:ciba";

/// The authentication request (§7.1).
///
/// # Errors
/// [`Code::Configuration`] unless exactly one hint says who is meant.
pub fn request(config: &AuthConfig) -> Result<Form, Failure> {
    let hints =
        [config.login_hint.is_some(), config.login_hint_token.is_some(), config.id_token_hint.is_some()];
    if hints.iter().filter(|there| **there).count() != 1 {
        return Err(Failure::new(
            Code::Configuration,
            "It is not clear who is to sign in",
            "Exactly one of `login_hint`, `login_hint_token` and `id_token_hint` is needed (CIBA Core §7.1).",
            "Set one of them.",
        ));
    }
    Ok(Form::new()
        .with_some("scope", config.scope.as_deref().map(str::trim))
        .with_some("login_hint", config.login_hint.as_deref())
        .with_some("login_hint_token", config.login_hint_token.as_ref())
        .with_some("id_token_hint", config.id_token_hint.as_ref())
        .with_some("binding_message", config.binding_message.as_deref())
        .with_some("acr_values", config.acr_values.as_deref()))
}

/// The token request, sent until it is answered (§10.1).
pub fn token_request(auth_req_id: &Secret) -> Form {
    Form::new().with("grant_type", GRANT_TYPE).with("auth_req_id", auth_req_id)
}

/// Has the provider ask the person, and waits for the answer.
///
/// # Errors
/// What the provider refused, [`Code::Timeout`] when it waited long enough, [`Code::AccessDenied`] for a no.
pub async fn obtain(dialogue: &Dialogue<'_>, person: &dyn Person) -> Result<TokenSet, TokenError> {
    let (auth_req_id, poll) = authenticate(dialogue).await?;
    let binding_message = dialogue.config.binding_message.clone();
    let show = |poll: &Poll| {
        person.waiting(&WaitingFor::Backchannel {
            binding_message: binding_message.clone(),
            until: poll.until,
        });
    };
    polling::until_granted(dialogue, poll, || token_request(&auth_req_id), &show).await
}

async fn authenticate(dialogue: &Dialogue<'_>) -> Result<(Secret, Poll), TokenError> {
    const STEP: Step = Step::BackchannelAuthentication;
    let call = Call {
        step: STEP,
        endpoint: Endpoint::BackchannelAuthentication,
        address: None,
        form: request(dialogue.config)?,
        extra: &dialogue.config.extra.authorization,
        proves_possession: false,
    };
    let exchanged = dialogue.post(call).await.map_err(|lost| lost.failure)?.exchanged;
    let blanks = dialogue.flow.blanks();
    let circumstances = dialogue.circumstances(STEP, &exchanged, &blanks);
    let read = token_response::read_answer(&exchanged.incoming, &circumstances).and_then(|answer| {
        let id = answer.get("auth_req_id").and_then(|value| value.as_str()).filter(|id| !id.is_empty());
        let id = id.ok_or_else(|| no_request_id(&exchanged.place))?;
        Ok((Secret::new(id), Poll::announced(&answer, dialogue.flow.clock().now())))
    });
    match read {
        Ok((id, poll)) => {
            dialogue.flow.blank(&id);
            exchanged.end(dialogue.flow, StepResult::Ok, "The provider asks the person on their device");
            Ok((id, poll))
        }
        Err(error) => {
            let detail = format!("{}: {}", error.failure.message, error.failure.cause);
            exchanged.end(dialogue.flow, StepResult::Failed, detail);
            Err(error)
        }
    }
}

fn no_request_id(place: &str) -> Failure {
    Failure::new(
        Code::InvalidResponse,
        format!("{place} started no authentication"),
        "Its answer has no `auth_req_id` (CIBA Core §7.3).",
        "Check the backchannel authentication endpoint.",
    )
}
