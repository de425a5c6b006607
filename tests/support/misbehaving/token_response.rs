//! The token endpoint answers something else than tokens, or tokens in a strange dress (RFC 6749 section 5).

use std::time::Duration;

use serde_json::{Value, json};

use super::Case;
use crate::http::{Answer, Manner};

/// RFC 6749 section 5.2: the secret is wrong, or the authentication method is.
pub fn wrong_client_secret() -> Case {
    Case::default().token(|_| {
        Answer::json(
            401,
            &json!({ "error": "invalid_client", "error_description": "client authentication failed" }),
        )
        .header("www-authenticate", "Basic realm=\"clients\"")
    })
}

/// Any error of RFC 6749 section 5.2, with status 400.
pub fn error(code: &'static str, description: &'static str) -> Case {
    Case::default()
        .token(move |_| Answer::json(400, &json!({ "error": code, "error_description": description })))
}

/// A gateway's error page where JSON should be.
pub fn html() -> Case {
    Case::default().token(|_| Answer::html(502, "<html><h1>Bad Gateway</h1><script>alert(1)</script></html>"))
}

/// Status 200, and nothing in it.
pub fn empty() -> Case {
    Case::default().token(|_| Answer::new(200, "application/json", ""))
}

/// Ten megabytes of valid JSON.
pub fn ten_megabytes() -> Case {
    Case::default().token(|turn| {
        turn.altered(|tokens| {
            tokens.insert("padding".into(), json!("x".repeat(10 << 20)));
        })
    })
}

/// The connection ends in the middle of a body whose length was announced.
pub fn cut_in_half() -> Case {
    Case::default().token(|turn| turn.honest().manner(Manner::CutInHalf))
}

/// JSON that simply stops, in an answer that is whole as far as HTTP is concerned.
pub fn half_a_document() -> Case {
    Case::default().token(|turn| {
        let mut answer = turn.honest();
        answer.body.truncate(answer.body.len() / 2);
        answer
    })
}

/// Sends the client, with its code and secret, elsewhere: to `/elsewhere` at the same origin.
pub fn redirects() -> Case {
    Case::default().token(|turn| {
        let mut answer = Answer::redirect(&format!("{}/elsewhere", turn.issuer()));
        answer.status = 307;
        answer
    })
}

/// Takes the request and never answers.
pub fn hangs() -> Case {
    Case::default().token(|turn| turn.honest().manner(Manner::Never))
}

/// Takes the request and hangs up.
pub fn hangs_up() -> Case {
    Case::default().token(|_| Answer::new(200, "application/json", "").manner(Manner::HangUp))
}

/// Answers honestly, after a while.
pub fn slow(pause: Duration) -> Case {
    Case::default().token(move |turn| turn.honest().manner(Manner::After(pause)))
}

/// Too many requests; come back after so many seconds.
pub fn rate_limited(retry_after: u64) -> Case {
    Case::default().token(move |_| {
        Answer::json(429, &json!({ "error": "temporarily_unavailable" }))
            .header("retry-after", &retry_after.to_string())
    })
}

/// Down for maintenance.
pub fn unavailable() -> Case {
    Case::default().token(|_| Answer::new(503, "text/plain", "maintenance"))
}

/// An error object, with status 200 (as GitHub does it).
pub fn error_in_200() -> Case {
    Case::default().token(|_| {
        Answer::json(
            200,
            &json!({ "error": "bad_verification_code", "error_description": "The code is incorrect." }),
        )
    })
}

/// Tokens, form-urlencoded, said to be so (as GitHub and Facebook once did).
pub fn form_encoded() -> Case {
    form_encoded_as("application/x-www-form-urlencoded; charset=utf-8")
}

/// Tokens, form-urlencoded, said to be plain text.
pub fn form_encoded_as_text() -> Case {
    form_encoded_as("text/plain")
}

/// Without an access token, with everything else.
pub fn without_access_token() -> Case {
    without("access_token")
}

/// Without a `token_type`.
pub fn without_token_type() -> Case {
    without("token_type")
}

/// Without an `expires_in`.
pub fn without_expires_in() -> Case {
    without("expires_in")
}

/// Without an ID token, although `openid` was asked for.
pub fn without_id_token() -> Case {
    without("id_token")
}

/// `expires_in` as given: a string, a float, zero, negative, null, nonsense.
pub fn expires_in(value: Value) -> Case {
    with("expires_in", value)
}

/// `token_type` as given: another case, an unknown type, a number.
pub fn token_type(value: Value) -> Case {
    with("token_type", value)
}

/// `scope` as given, for example a list.
pub fn scope(value: Value) -> Case {
    with("scope", value)
}

/// One more field, or another value for one.
pub fn with(name: &'static str, value: Value) -> Case {
    Case::default().token(move |turn| {
        turn.altered(|tokens| {
            tokens.insert(name.into(), value.clone());
        })
    })
}

/// One field less.
pub fn without(name: &'static str) -> Case {
    Case::default().token(move |turn| {
        turn.altered(|tokens| {
            tokens.shift_remove(name);
        })
    })
}

/// Markup and control characters wherever a server may put text.
pub fn hostile_error_text() -> Case {
    error("invalid_grant", "<img src=x onerror=alert(1)>\u{1b}[31m\u{202e}")
}

fn form_encoded_as(content_type: &'static str) -> Case {
    Case::default().token(move |turn| {
        let mut answer = turn.honest();
        if let Ok(Value::Object(tokens)) = serde_json::from_slice(&answer.body) {
            let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let pairs = tokens.iter().map(|(name, value)| (name, text(value)));
            answer = Answer::new(
                200,
                content_type,
                url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish(),
            );
        }
        answer
    })
}
