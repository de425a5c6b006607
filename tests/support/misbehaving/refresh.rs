//! Only refreshes go wrong: the first tokens are honest (RFC 6749 section 6).

use std::time::Duration;

use serde_json::{Value, json};

use super::Case;
use crate::http::{Answer, Manner};

/// No new refresh token: the old one stays good, and the client has to keep it.
pub fn without_a_new_refresh_token() -> Case {
    Case::default().refresh(|turn| {
        turn.altered(|tokens| {
            tokens.shift_remove("refresh_token");
        })
    })
}

/// The refresh token was revoked, has expired, or was used before.
pub fn revoked() -> Case {
    Case::default().refresh(|_| {
        Answer::json(
            400,
            &json!({ "error": "invalid_grant", "error_description": "the refresh token is no longer good" }),
        )
    })
}

/// Any status with any error code.
pub fn error(status: u16, code: &'static str) -> Case {
    Case::default().refresh(move |_| Answer::json(status, &json!({ "error": code })))
}

/// Too many requests; come back after so many seconds.
pub fn rate_limited(retry_after: u64) -> Case {
    Case::default().refresh(move |_| {
        Answer::json(429, &json!({ "error": "temporarily_unavailable" }))
            .header("retry-after", &retry_after.to_string())
    })
}

/// Rotates the refresh token, and hangs up before the answer is out: the new one is lost.
pub fn answer_lost() -> Case {
    Case::default().refresh(|turn| turn.honest().manner(Manner::HangUp))
}

/// The same, in the middle of the answer.
pub fn cut_in_half() -> Case {
    Case::default().refresh(|turn| turn.honest().manner(Manner::CutInHalf))
}

/// Takes the request and never answers.
pub fn hangs() -> Case {
    Case::default().refresh(|turn| turn.honest().manner(Manner::Never))
}

/// Answers honestly, after a while.
pub fn slow(pause: Duration) -> Case {
    Case::default().refresh(move |turn| turn.honest().manner(Manner::After(pause)))
}

/// An error page where JSON should be.
pub fn html() -> Case {
    Case::default().refresh(|_| Answer::html(502, "<h1>Bad Gateway</h1>"))
}

/// One more field, or another value for one.
pub fn with(name: &'static str, value: Value) -> Case {
    Case::default().refresh(move |turn| {
        turn.altered(|tokens| {
            tokens.insert(name.into(), value.clone());
        })
    })
}

/// OpenID Connect Core section 12.2: the ID token of a refresh is about somebody else.
pub fn id_token_of_another_subject() -> Case {
    Case::default().id_token(|token| {
        token.claims.insert("sub".into(), json!("mallory"));
    })
}
