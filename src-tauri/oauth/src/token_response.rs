//! The answer of a token endpoint (RFC 6749 §5), read forgivingly: JSON or a form, whatever the content type says,
//! with the liberties that real providers take. Nothing that a server sends crashes, hangs or injects.

mod body;
mod fields;

use std::time::Duration;

use http::header::{LOCATION, RETRY_AFTER};
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value};
use url::Url;

use crate::error_code::{self, BasicErrorCode, ErrorCode};
use crate::explain::{self, ProviderError, Situation};
use crate::failure::{Code, Failure};
use crate::inert::inert;
use crate::ports::{IncomingResponse, UnixMillis};
use crate::secret::Secret;
use crate::token_set::TokenSet;
use crate::transcript::Blanks;

pub use body::read_object;

/// What is known when an answer is read.
pub struct Circumstances<'a> {
    /// Host and path that answered, for messages.
    pub place: &'a str,
    /// When the answer came.
    pub received_at: UnixMillis,
    /// The scopes asked for: they hold where the answer does not say (RFC 6749 §5.1).
    pub asked_scope: Option<&'a str>,
    /// What must not be shown of it.
    pub blanks: &'a Blanks,
    /// What was done, so that a refusal can be explained.
    pub situation: Situation<'a>,
}

/// Why no token came, with what decides whether and when to try again.
#[derive(Debug, Clone)]
pub struct TokenError {
    pub failure: Failure,
    /// How long the provider asks to wait (RFC 9110 §10.2.3).
    pub retry_after: Option<Duration>,
    /// Whether the provider itself refused the grant: the refresh token or assertion will not work again.
    pub invalid_grant: bool,
    /// Whether the same may work later.
    pub passing: bool,
    /// Whether the request may have reached the provider, so that a refresh token may be used up.
    pub may_have_arrived: bool,
}

impl From<Failure> for TokenError {
    fn from(failure: Failure) -> Self {
        let passing = failure.is_passing();
        Self { failure, retry_after: None, invalid_grant: false, passing, may_have_arrived: false }
    }
}

/// Reads a token response.
///
/// # Errors
/// [`Code::ProviderError`] for an OAuth error object, in a 200 too; [`Code::InvalidResponse`] for whatever is no
/// token response, with status, content type and the first few hundred characters, secrets blanked.
pub fn read(incoming: &IncomingResponse, circumstances: &Circumstances<'_>) -> Result<TokenSet, TokenError> {
    let object = read_answer(incoming, circumstances)?;
    fields::token_set(object, circumstances, date_of(incoming.response.headers())).map_err(|missing| {
        answered(incoming, circumstances, not_understood(incoming, circumstances, &missing), false)
    })
}

/// Reads a token response that came through the browser (implicit and hybrid flows).
///
/// # Errors
/// What is missing, as a sentence without its full stop.
pub fn from_parameters(
    parameters: Map<String, Value>,
    circumstances: &Circumstances<'_>,
) -> Result<TokenSet, String> {
    fields::token_set(parameters, circumstances, None)
}

/// Reads any answer of an OAuth endpoint that is an object, or an OAuth error object.
///
/// # Errors
/// As [`read`].
pub fn read_answer(
    incoming: &IncomingResponse,
    circumstances: &Circumstances<'_>,
) -> Result<Map<String, Value>, TokenError> {
    let response = &incoming.response;
    let status = response.status();
    let failed =
        |failure: Failure, invalid_grant: bool| answered(incoming, circumstances, failure, invalid_grant);
    if status.is_redirection() {
        return Err(failed(redirected(incoming, circumstances), false));
    }
    let object = match read_object(incoming) {
        Ok(object) => object,
        Err(reason) => return Err(failed(not_understood(incoming, circumstances, &reason), false)),
    };
    if let Some(error) = fields::oauth_error(&object) {
        let refused_for_good =
            error_code::parse(&error.name) == ErrorCode::Basic(BasicErrorCode::InvalidGrant);
        let invalid_grant = refused_for_good && !is_passing_status(status);
        return Err(failed(refused(response, circumstances, &error), invalid_grant));
    }
    if !status.is_success() {
        return Err(failed(
            not_understood(incoming, circumstances, "It is an error without an `error`"),
            false,
        ));
    }
    Ok(object)
}

/// The error of an answer: who answers has got the request.
fn answered(
    incoming: &IncomingResponse,
    circumstances: &Circumstances<'_>,
    failure: Failure,
    invalid_grant: bool,
) -> TokenError {
    let response = &incoming.response;
    TokenError {
        passing: is_passing_status(response.status()) || failure.is_passing(),
        failure,
        retry_after: retry_after(response.headers(), circumstances.received_at),
        invalid_grant,
        may_have_arrived: true,
    }
}

/// A status after which the same request may work later, whatever the body says.
fn is_passing_status(status: StatusCode) -> bool {
    status.is_server_error() || matches!(status.as_u16(), 408 | 425 | 429)
}

fn refused(
    response: &http::Response<Vec<u8>>,
    circumstances: &Circumstances<'_>,
    error: &fields::OauthError,
) -> Failure {
    let headers = response.headers();
    let wait = retry_after(headers, circumstances.received_at).map(|wait| wait.as_secs());
    let ahead = date_of(headers).map(|server| (circumstances.received_at - server) / 1000);
    let blanked = |text: &String| circumstances.blanks.line(text, 2_000);
    let (description, uri) = (error.description.as_ref().map(blanked), error.uri.as_ref().map(blanked));
    let name = blanked(&error.name);
    let reported = ProviderError {
        error: &name,
        description: description.as_deref(),
        uri: uri.as_deref(),
        status: Some(response.status().as_u16()),
        retry_after: wait,
    };
    explain::provider_error(&reported, &Situation { clock_ahead: ahead, ..circumstances.situation })
}

fn redirected(incoming: &IncomingResponse, circumstances: &Circumstances<'_>) -> Failure {
    let location = incoming.response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
    let target = location.and_then(|text| Url::parse(text).ok());
    let target = target.map_or_else(|| "elsewhere".to_owned(), |url| circumstances.blanks.url(&url));
    Failure::new(
        Code::InvalidResponse,
        format!("{} redirects instead of answering", circumstances.place),
        format!(
            "Status {} points to {}. Credentials are not sent on to another address.",
            incoming.response.status().as_u16(),
            inert(&target, 200)
        ),
        "Enter the address that the provider documents, with https and the exact path.",
    )
}

fn not_understood(incoming: &IncomingResponse, circumstances: &Circumstances<'_>, reason: &str) -> Failure {
    let response = &incoming.response;
    let content_type =
        response.headers().get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = content_type.map_or("no content type".to_owned(), |text| inert(text, 80));
    let excerpt = circumstances.blanks.excerpt(content_type, response.body(), 300);
    let mut cause = format!("{reason} (status {}, {kind}).", response.status().as_u16());
    if !excerpt.is_empty() {
        cause.push_str(&format!(" It begins: {}", inert(&excerpt, 400)));
    }
    Failure::new(
        Code::InvalidResponse,
        format!("The answer of {} is not a token response", circumstances.place),
        cause,
        "Check the endpoint's address; if it is right, look at the provider's log at this time.",
    )
}

/// `Retry-After`, as seconds or as a date.
fn retry_after(headers: &HeaderMap, now: UnixMillis) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let seconds = match text.parse::<u64>() {
        Ok(seconds) => seconds,
        Err(_) => {
            let base = date_of(headers).unwrap_or(now);
            u64::try_from((http_date(text)? - base).max(0)).ok()? / 1000
        }
    };
    // A day is the longest that is believed.
    Some(Duration::from_secs(seconds.min(86_400)))
}

/// The server's own time, from `Date`.
pub fn date_of(headers: &HeaderMap) -> Option<UnixMillis> {
    http_date(headers.get(http::header::DATE)?.to_str().ok()?)
}

fn http_date(text: &str) -> Option<UnixMillis> {
    let text = text.trim().strip_suffix("GMT")?.trim_end();
    let format = time::macros::format_description!(
        "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second]"
    );
    let date = time::PrimitiveDateTime::parse(text, format).ok()?.assume_utc();
    UnixMillis::try_from(date.unix_timestamp_nanos() / 1_000_000).ok()
}

fn text_secret(value: Option<Value>) -> Option<Secret> {
    match value {
        Some(Value::String(text)) if !text.is_empty() => Some(Secret::from(text)),
        _ => None,
    }
}

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod tests;
