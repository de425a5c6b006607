//! What the files beside this one share: parameters as they are written, and the small pieces of HTTP signatures.

use aws_lc_rs::{digest, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gatepass_oauth::ports::{Randomness, UnixMillis};
use gatepass_oauth::{Code, Failure};
use serde_json::{Map, Value};
use url::{Position, Url};

use crate::exchange::{OutgoingBody, OutgoingRequest};
use crate::workspace::Auth;

/// What a signature takes from outside: when it is made, and what nobody can guess.
#[derive(Clone, Copy)]
pub(in crate::pipeline) struct Moment<'a> {
    pub(super) now: UnixMillis,
    pub(super) randomness: &'a dyn Randomness,
}

impl Moment<'_> {
    /// Seconds since 1970.
    pub(super) fn seconds(&self) -> i64 {
        self.now.div_euclid(1000)
    }

    /// `length` random bytes as hexadecimal digits.
    pub(super) fn nonce(&self, length: usize) -> String {
        let mut bytes = vec![0; length];
        self.randomness.fill(&mut bytes);
        hex(&bytes)
    }
}

/// A parameter that says yes or no: a boolean, or the text `true`. Absent: no.
pub(super) fn flag(auth: &Auth, name: &str) -> bool {
    match auth.params.get(name) {
        Some(Value::Bool(value)) => *value,
        Some(Value::String(text)) => text.trim().eq_ignore_ascii_case("true"),
        _ => false,
    }
}

/// Whether a 401 is to be answered at all.
pub(super) fn answers_challenges(auth: &Auth) -> bool {
    !flag(auth, "disableRetryRequest")
}

/// A parameter as text, without the white space around it; a number as it is written. `None` if it is empty.
pub(super) fn text(auth: &Auth, name: &str) -> Option<String> {
    let text = match auth.params.get(name)? {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// The same where nothing can be done without it.
pub(super) fn required(auth: &Auth, name: &str, kind: &str, what: &str) -> Result<String, Failure> {
    text(auth, name).ok_or_else(|| {
        unusable(
            kind,
            format!("The {what} is empty"),
            format!(
                "Fill in the {what} on the Authorization tab; a variable without a value counts as empty."
            ),
        )
    })
}

/// A parameter that holds a JSON object, as text or as such; an empty one for an empty text.
pub(super) fn object(auth: &Auth, name: &str, kind: &str, what: &str) -> Result<Map<String, Value>, Failure> {
    let parsed = match auth.params.get(name) {
        None | Some(Value::Null) => return Ok(Map::new()),
        Some(Value::String(text)) if text.trim().is_empty() => return Ok(Map::new()),
        // The parser's own words could quote what stands there.
        Some(Value::String(text)) => serde_json::from_str(text)
            .map_err(|error| format!("line {}, column {}", error.line(), error.column())),
        Some(value) => Ok(value.clone()),
    };
    match parsed {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err("it is another kind of value".to_owned()),
        Err(place) => Err(place),
    }
    .map_err(|why| {
        unusable(
            kind,
            format!("The {what} is no JSON object ({why})"),
            format!("Correct the {what} on the Authorization tab."),
        )
    })
}

/// An authorization that cannot be made of what was given.
pub(super) fn unusable(kind: &str, cause: impl Into<String>, next_step: impl Into<String>) -> Failure {
    Failure::new(Code::Configuration, format!("The {kind} authorization cannot be made"), cause, next_step)
}

/// What follows the host in a request line.
pub(super) fn path_and_query(url: &Url) -> &str {
    &url[Position::BeforePath..Position::AfterQuery]
}

/// The `Host` that the request will carry.
pub(super) fn host(request: &OutgoingRequest) -> String {
    match header(request, "host") {
        Some(given) => given.to_owned(),
        None => request.url[Position::BeforeHost..Position::AfterPort].to_owned(),
    }
}

/// The first header of that name, in any case.
pub(super) fn header<'r>(request: &'r OutgoingRequest, name: &str) -> Option<&'r str> {
    let found = request.headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.as_str())
}

/// The body's bytes. It has been brought into memory before, where a signature covers it.
pub(super) fn body(request: &OutgoingRequest) -> &[u8] {
    match &request.body {
        OutgoingBody::Bytes(bytes) => bytes,
        OutgoingBody::Empty | OutgoingBody::File(_) | OutgoingBody::Multipart(_) => &[],
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits =
        bytes.iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    digits.map(char::from).collect()
}

/// `HMAC` as Base64.
pub(super) fn hmac_base64(algorithm: hmac::Algorithm, key: &[u8], message: &[u8]) -> String {
    STANDARD.encode(hmac::sign(&hmac::Key::new(algorithm, key), message))
}

/// A digest as Base64.
pub(super) fn digest_base64(algorithm: &'static digest::Algorithm, message: &[u8]) -> String {
    STANDARD.encode(digest::digest(algorithm, message))
}

/// Percent-encoding of everything but the unreserved characters (RFC 3986 §2.3).
pub(super) fn percent_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push_str(&hex(&[byte]).to_ascii_uppercase());
        }
    }
    encoded
}

/// A text between double quotes in a header, its quotes and backslashes escaped (RFC 9110 §5.6.4).
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
