//! The device waits, and is told something else than tokens (RFC 8628 section 3.5).

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::Case;
use crate::http::Answer;

/// The first question came too soon; the next one is answered.
pub fn slow_down_once() -> Case {
    first("slow_down")
}

/// Nobody has signed in yet when the first question comes.
pub fn pending_once() -> Case {
    first("authorization_pending")
}

/// The code has expired.
pub fn expired() -> Case {
    Case::default().token(|_| refusal("expired_token"))
}

/// The first question is lost on the way: the connection ends without an answer.
pub fn answer_lost_once() -> Case {
    let asked = AtomicUsize::new(0);
    Case::default().token(move |turn| match asked.fetch_add(1, Ordering::Relaxed) {
        0 => Answer::new(200, "application/json", "").manner(crate::http::Manner::HangUp),
        _ => turn.honest(),
    })
}

/// One field of the device authorization response with another value; `null` takes it away.
pub fn with(name: &'static str, value: Value) -> Case {
    Case::default().device(move |turn| {
        turn.altered(|answer| {
            if value.is_null() {
                answer.shift_remove(name);
            } else {
                answer.insert(name.into(), value.clone());
            }
        })
    })
}

fn first(error: &'static str) -> Case {
    let asked = AtomicUsize::new(0);
    Case::default().token(move |turn| match asked.fetch_add(1, Ordering::Relaxed) {
        0 => refusal(error),
        _ => turn.honest(),
    })
}

fn refusal(error: &str) -> Answer {
    Answer::json(400, &json!({ "error": error }))
}
