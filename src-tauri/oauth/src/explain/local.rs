//! What goes wrong on this side of the browser.

use super::span;
use crate::failure::{Code, Failure};

/// Nobody came back from the browser. `listening` says whether the redirect URI is one that we serve.
pub fn login_timed_out(seconds: u64, redirect_uri: &str, listening: bool) -> Failure {
    let waited = span(seconds);
    let (cause, next_step) = if listening {
        (
            format!("Nobody came back to {redirect_uri} within {waited}."),
            "Try again. If the browser shows an error, compare client ID and redirect URI with the registration.",
        )
    } else {
        (
            format!("{redirect_uri} can’t be received here, and no URL was pasted within {waited}."),
            "Try again, and paste the URL that the browser ends on.",
        )
    };
    Failure::new(Code::Timeout, "The sign-in took too long", cause, next_step)
}
