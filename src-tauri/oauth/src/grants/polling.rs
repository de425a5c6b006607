//! Asking the token endpoint until somebody has signed in elsewhere (RFC 8628 §3.5, OpenID CIBA Core §11): never
//! faster than the provider allows.

use std::time::Duration;

use serde_json::{Map, Value};

use super::{Login, judge_id_token};
use crate::endpoints::token::Purpose;
use crate::endpoints::{Dialogue, Form};
use crate::error_code::ErrorCode;
use crate::failure::{Code, Failure};
use crate::id_token::Source;
use crate::ports::UnixMillis;
use crate::token_response::TokenError;
use crate::token_set::TokenSet;

/// How often, and until when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Poll {
    /// Seconds between two requests.
    pub(super) interval: u64,
    /// When the provider stops waiting, by this machine's clock.
    pub(super) until: UnixMillis,
    lasts: Duration,
}

/// What is assumed where the provider does not say: five seconds (RFC 8628 §3.2) and ten minutes.
const INTERVAL: u64 = 5;
const LIFETIME: f64 = 600.0;

impl Poll {
    /// `interval` and `expires_in` of an answer, within reason.
    pub(super) fn announced(answer: &Map<String, Value>, now: UnixMillis) -> Self {
        let number = |name: &str| match answer.get(name)? {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok().filter(|seconds: &f64| seconds.is_finite()),
            _ => None,
        };
        let interval = number("interval").map_or(INTERVAL, |seconds| seconds.clamp(1.0, 300.0).ceil() as u64);
        let lasts = Duration::from_secs_f64(number("expires_in").unwrap_or(LIFETIME).clamp(0.0, 86_400.0));
        let millis = UnixMillis::try_from(lasts.as_millis()).unwrap_or(0);
        Self { interval, until: now.saturating_add(millis), lasts }
    }
}

/// Sends the token request again and again until it is granted, refused, or too late. `show` is called at the
/// beginning, and when the interval changes.
pub(super) async fn until_granted(
    dialogue: &Dialogue<'_>,
    mut poll: Poll,
    request: impl Fn() -> Form,
    show: &(dyn Fn(&Poll) + Sync),
) -> Result<TokenSet, TokenError> {
    let surroundings = dialogue.flow.surroundings();
    let began = surroundings.clock.monotonic();
    show(&poll);
    loop {
        let passed = surroundings.clock.monotonic().saturating_sub(began);
        let interval = Duration::from_secs(poll.interval);
        if passed + interval > poll.lasts {
            surroundings.timer.sleep(poll.lasts.saturating_sub(passed)).await;
            return Err(too_late().into());
        }
        surroundings.timer.sleep(interval).await;
        match dialogue.request_token(Purpose::Token, request()).await {
            Ok(mut granted) => {
                judge_id_token(dialogue, &mut granted, &Login::at(Source::TokenEndpoint)).await;
                return Ok(granted.tokens);
            }
            Err(error) => match error.failure.error_code() {
                Some(ErrorCode::AuthorizationPending) => {}
                Some(ErrorCode::SlowDown) => {
                    poll.interval += 5;
                    show(&poll);
                }
                // RFC 8628 §3.5: on a timeout the interval is doubled; other lost answers are no better a sign.
                _ if error.passing => {
                    let asked = error.retry_after.map_or(0, |wait| wait.as_secs());
                    poll.interval = poll.interval.saturating_mul(2).clamp(1, 60).max(asked);
                }
                _ => return Err(error),
            },
        }
    }
}

fn too_late() -> Failure {
    Failure::new(
        Code::Timeout,
        "Nobody signed in in time",
        "The provider waits only as long as it said, and that time is over.",
        "Start again, and finish the sign-in on the other device before the countdown ends.",
    )
    .with_oauth_error(ErrorCode::ExpiredToken.as_ref())
}
