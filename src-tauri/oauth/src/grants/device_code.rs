//! Device authorization (RFC 8628): the person signs in on another device, and we ask until it is done.

use serde_json::{Map, Value};
use url::Url;

use super::polling::{self, Poll};
use crate::authorization_server::Endpoint;
use crate::config::AuthConfig;
use crate::endpoints::{Call, Dialogue, Form};
use crate::failure::{Code, Failure};
use crate::inert::inert;
use crate::ports::{Person, WaitingFor};
use crate::secret::Secret;
use crate::token_response::{self, TokenError};
use crate::token_set::TokenSet;
use crate::transcript::{Step, StepResult};

const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// What the provider wants shown to the person (§3.2).
struct DeviceAuthorization {
    device_code: Secret,
    user_code: String,
    verification_uri: String,
    verification_uri_complete: Option<String>,
    poll: Poll,
}

/// The device authorization request (§3.1).
pub fn request(config: &AuthConfig) -> Form {
    let mut form = Form::new()
        .with_some("scope", config.scope.as_deref().map(str::trim))
        .with_some("audience", config.audience.as_deref());
    for resource in &config.resource {
        form.push("resource", resource);
    }
    form
}

/// The token request, sent until it is answered (§3.4).
pub fn token_request(device_code: &Secret) -> Form {
    Form::new().with("grant_type", GRANT_TYPE).with("device_code", device_code)
}

/// Shows the code and waits until the person has signed in elsewhere.
///
/// # Errors
/// What the provider refused, [`Code::Timeout`] when the code has expired, [`Code::AccessDenied`] for a no.
pub async fn obtain(dialogue: &Dialogue<'_>, person: &dyn Person) -> Result<TokenSet, TokenError> {
    let device = authorize(dialogue).await?;
    let show = |poll: &Poll| {
        person.waiting(&WaitingFor::Device {
            user_code: device.user_code.clone(),
            verification_uri: device.verification_uri.clone(),
            verification_uri_complete: device.verification_uri_complete.clone(),
            until: poll.until,
            interval: poll.interval,
        });
    };
    polling::until_granted(dialogue, device.poll, || token_request(&device.device_code), &show).await
}

async fn authorize(dialogue: &Dialogue<'_>) -> Result<DeviceAuthorization, TokenError> {
    let call = Call {
        step: Step::DeviceAuthorization,
        endpoint: Endpoint::DeviceAuthorization,
        address: None,
        form: request(dialogue.config),
        extra: &dialogue.config.extra.authorization,
        proves_possession: false,
    };
    let exchanged = dialogue.post(call).await.map_err(|lost| lost.failure)?.exchanged;
    let blanks = dialogue.flow.blanks();
    let circumstances = dialogue.circumstances(Step::DeviceAuthorization, &exchanged, &blanks);
    let read = token_response::read_answer(&exchanged.incoming, &circumstances)
        .and_then(|answer| read(&answer, &exchanged.place, dialogue).map_err(TokenError::from));
    match read {
        Ok(device) => {
            dialogue.flow.blank(&device.device_code);
            let detail = format!("Enter {} at {}", device.user_code, device.verification_uri);
            exchanged.end(dialogue.flow, StepResult::Ok, detail);
            Ok(device)
        }
        Err(error) => {
            let detail = format!("{}: {}", error.failure.message, error.failure.cause);
            exchanged.end(dialogue.flow, StepResult::Failed, detail);
            Err(error)
        }
    }
}

/// `verification_url` is what it was called in the draft that some providers stayed with.
fn read(
    answer: &Map<String, Value>,
    place: &str,
    dialogue: &Dialogue<'_>,
) -> Result<DeviceAuthorization, Failure> {
    let text = |name: &str| answer.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let missing = |name: &str| {
        Failure::new(
            Code::InvalidResponse,
            format!("{place} started no device authorization"),
            format!("Its answer has no usable `{name}` (RFC 8628 §3.2)."),
            "Check the device authorization endpoint.",
        )
    };
    let address = |text: &str| Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "https" | "http"));
    let verification_uri = text("verification_uri").or_else(|| text("verification_url"));
    let complete = text("verification_uri_complete").or_else(|| text("verification_url_complete"));
    Ok(DeviceAuthorization {
        device_code: Secret::new(text("device_code").ok_or_else(|| missing("device_code"))?),
        user_code: inert(text("user_code").ok_or_else(|| missing("user_code"))?, 60),
        verification_uri: verification_uri
            .filter(|text| address(text))
            .ok_or_else(|| missing("verification_uri"))?
            .to_owned(),
        verification_uri_complete: complete.filter(|text| address(text)).map(str::to_owned),
        poll: Poll::announced(answer, dialogue.flow.clock().now()),
    })
}
