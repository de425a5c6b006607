//! An answer put together from its parts, or the reason why it cannot be.

use gatepass_core::exchange::{Response, ResponseBody};
use gatepass_core::ports::SendFailureKind;
use http::header::{self, HeaderValue};
use url::Url;

use super::cookies::CookieJar;
use super::failures::{Trouble, authority};
use super::receive::{Ending, Received};

/// Everything of an answer but its body.
pub(super) struct Head {
    status: u16,
    reason: String,
    version: String,
    headers: Vec<(String, String)>,
    remote_address: Option<String>,
}

impl Head {
    pub(super) fn of(response: &reqwest::Response) -> Self {
        let status = response.status();
        let reason = match response.extensions().get::<hyper::ext::ReasonPhrase>() {
            Some(given) => String::from_utf8_lossy(given.as_bytes()).into_owned(),
            None => status.canonical_reason().unwrap_or_default().to_owned(),
        };
        let fields = response.headers().iter();
        Self {
            status: status.as_u16(),
            reason,
            version: match response.version() {
                http::Version::HTTP_2 => "HTTP/2".to_owned(),
                other => format!("{other:?}"),
            },
            headers: fields.map(|(name, value)| (name.as_str().to_owned(), text(value))).collect(),
            remote_address: response.remote_addr().map(|address| address.to_string()),
        }
    }

    pub(super) fn with(self, body: ResponseBody) -> Response {
        Response {
            status: self.status,
            reason: self.reason,
            version: self.version,
            headers: self.headers,
            body,
            remote_address: self.remote_address,
        }
    }
}

/// A header's value: UTF-8 as servers send it nowadays, else Latin-1 as the old standard said.
fn text(value: &HeaderValue) -> String {
    match std::str::from_utf8(value.as_bytes()) {
        Ok(text) => text.to_owned(),
        Err(_) => value.as_bytes().iter().map(|byte| char::from(*byte)).collect(),
    }
}

/// The body, if all of it came.
pub(super) fn whole(received: Received, url: &Url, limit: u64) -> Result<ResponseBody, Trouble> {
    match received.ending {
        Ending::Whole => Ok(received.body),
        ending => Err(unusable(ending, url, limit)),
    }
}

/// Why a body cannot be used.
pub(super) fn unusable(ending: Ending, url: &Url, limit: u64) -> Trouble {
    let here = authority(url);
    let (kind, message, cause, next_step) = match ending {
        Ending::Whole | Ending::TooLong => (
            SendFailureKind::Limit,
            format!("The body that {here} sends is larger than {limit} bytes."),
            "Reading stopped at the limit for the size of a response, which counts after decompression."
                .to_owned(),
            "Raise the limit in the settings if you trust this server.",
        ),
        Ending::CutOff(reason) => (
            SendFailureKind::Broken,
            format!("The answer of {here} was cut off."),
            format!("The connection ended before the announced end: {reason}."),
            "Try again; if it happens each time, look at the server or a proxy before it.",
        ),
        Ending::Undecodable(reason) => (
            SendFailureKind::Broken,
            format!("The body that {here} sent cannot be decompressed."),
            format!("It is not what its Content-Encoding says: {reason}."),
            "Send the header Accept-Encoding: identity to get it uncompressed.",
        ),
        Ending::NoRoom(reason) => (
            SendFailureKind::Limit,
            "The body could not be kept on disk.".to_owned(),
            format!("{reason}."),
            "Make room on the disk and send again.",
        ),
    };
    Trouble::after_sending(kind, message, cause, next_step)
}

/// Puts the answer's cookies into the jar.
pub(super) fn take_cookies(jar: &dyn CookieJar, url: &Url, response: &reqwest::Response) {
    let lines = response.headers().get_all(header::SET_COOKIE);
    let lines: Vec<&str> = lines.iter().filter_map(|value| value.to_str().ok()).collect();
    if !lines.is_empty() {
        jar.take_in(url, &lines);
    }
}

/// Reads the rest of a redirect's body, if it is short, so that its connection can be used again.
pub(super) async fn drain(mut response: reqwest::Response) {
    const WORTH_READING: usize = 64 * 1024;
    let mut read = 0;
    while let Ok(Some(chunk)) = response.chunk().await {
        read += chunk.len();
        if read > WORTH_READING {
            return;
        }
    }
}
