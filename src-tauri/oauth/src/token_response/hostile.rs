//! Answers that no provider should give: fields of any kind, halves of answers, other encodings, secrets in places
//! where they get shown. Whatever comes, it is read or refused, and a refusal is short, harmless to a terminal, and
//! without the secrets.

#![allow(clippy::unwrap_used)]
use std::cell::Cell;

use http::Response;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::json;

use super::*;
use crate::config::AuthConfig;
use crate::ports::Completeness;
use crate::testing::cases::{ten_thousand, text};
use crate::transcript::Step;

const NOW: UnixMillis = 1_767_225_600_000;

/// Stands in fields that hold secrets, and nowhere else.
const PLANTED: &str = "pl4nted-s3cret-of-the-answer";

const STATUSES: [u16; 14] = [200, 200, 200, 200, 201, 204, 302, 400, 401, 418, 429, 500, 503, 599];

const CONTENT_TYPES: [&str; 7] = [
    "application/json",
    "application/json;charset=utf-16",
    "application/x-www-form-urlencoded",
    "text/html",
    "text/plain",
    "application/jwt",
    "\u{7f}nonsense",
];

const SECRET_FIELDS: [&str; 3] = ["access_token", "refresh_token", "id_token"];

const OTHER_FIELDS: [&str; 12] = [
    "token_type",
    "expires_in",
    "scope",
    "error",
    "error_description",
    "error_uri",
    "message",
    "code",
    "status",
    "expires_at",
    "\u{1b}[2J\u{202e}",
    "",
];

#[derive(Debug, Clone)]
struct HostileAnswer {
    status: u16,
    content_type: Option<&'static str>,
    retry_after: Option<String>,
    date: Option<String>,
    completeness: Completeness,
    body: Vec<u8>,
}

impl HostileAnswer {
    fn into_incoming(self) -> IncomingResponse {
        let mut response = Response::new(self.body);
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap();
        let headers = [
            ("content-type", self.content_type.map(str::to_owned)),
            ("retry-after", self.retry_after),
            ("date", self.date),
            ("location", (self.status == 302).then(|| format!("https://x.example/?access_token={PLANTED}"))),
        ];
        for (name, value) in headers {
            if let Some(value) = value.and_then(|text| http::HeaderValue::from_bytes(text.as_bytes()).ok()) {
                response.headers_mut().insert(name, value);
            }
        }
        IncomingResponse { response, completeness: self.completeness }
    }
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text(".{0,30}").prop_map(Value::from),
        long_text().prop_map(Value::from),
        select(vec![
            json!("\u{1b}]0;owned\u{7}\r\n\u{202e}\u{200b}"),
            json!("invalid_grant"),
            json!("slow_down"),
            json!({"error": "invalid_grant", "message": "\u{1b}[31m"}),
            json!(["openid", 1, null]),
            json!("1e999"),
            json!(-0.0),
            json!(1e308),
            json!(u64::MAX),
        ]),
    ]
}

fn long_text() -> impl Strategy<Value = String> {
    (select(vec!["a", "{\"", "é ", "\u{1b}[", "a\u{202e}"]), 300..2000usize)
        .prop_map(|(text, times)| text.repeat(times))
}

/// A JWT with any claims in it; the planted secret is its signature.
fn jwt() -> impl Strategy<Value = Value> {
    any_value().prop_map(|value| {
        let part = |value: &Value| crate::jwt::base64url::encode(value.to_string());
        let claims = json!({"exp": value, "iat": value, "nbf": value});
        Value::from(format!("{}.{}.{PLANTED}", part(&json!({"alg": "RS256"})), part(&claims)))
    })
}

fn secret_field() -> impl Strategy<Value = (String, Value)> {
    let value = prop_oneof![3 => Just(Value::from(PLANTED)), 2 => jwt()];
    (select(SECRET_FIELDS.to_vec()), value).prop_map(|(name, value)| (name.to_owned(), value))
}

fn field() -> impl Strategy<Value = (String, Value)> {
    let name = prop_oneof![
        6 => select(OTHER_FIELDS.to_vec()).prop_map(str::to_owned),
        1 => text(".{0,12}"),
        1 => long_text(),
    ];
    prop_oneof![2 => secret_field(), 5 => (name, any_value())]
}

type Fields = Vec<(String, Value)>;

/// As text, since a field may be there twice.
fn as_json(fields: &Fields) -> String {
    let members: Vec<String> =
        fields.iter().map(|(name, value)| format!("{}: {value}", Value::from(name.as_str()))).collect();
    format!("{{{}}}", members.join(", "))
}

fn as_form(fields: &Fields) -> String {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let pairs = fields.iter().map(|(name, value)| (name.as_str(), text(value)));
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn utf_16(text: &str) -> Vec<u8> {
    [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    let fields = proptest::collection::vec(field(), 0..7);
    let shaped = (fields, 0..9usize, any::<Index>()).prop_map(|(fields, shape, at)| {
        let whole = as_json(&fields);
        let cut: String = whole.chars().take(at.index(whole.chars().count() + 1)).collect();
        match shape {
            0..=2 => whole.into_bytes(),
            3 => cut.into_bytes(),
            4 => as_form(&fields).into_bytes(),
            5 => utf_16(&whole),
            6 => utf_16(&cut),
            7 => format!("\u{feff} \r\n{whole}\n").into_bytes(),
            _ => format!("<html><script>var answer = {whole};</script>").into_bytes(),
        }
    });
    let raw = proptest::collection::vec(any::<u8>(), 0..300);
    let deep = (1..2000usize).prop_map(|depth| format!("{{\"a\":{}", "[".repeat(depth)).into_bytes());
    prop_oneof![12 => shaped, 2 => raw, 1 => deep]
}

fn hostile_answer() -> impl Strategy<Value = HostileAnswer> {
    let number = prop_oneof![text("-?[0-9]{1,25}"), text("\\PC{0,20}")];
    let date = text("[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT");
    let time =
        prop_oneof![2 => Just("Thu, 01 Jan 2026 00:05:00 GMT".to_owned()), 1 => date, 1 => number.clone()];
    let completeness = prop_oneof![
        8 => Just(Completeness::Whole),
        1 => Just(Completeness::TooLong),
        1 => Just(Completeness::CutOff),
    ];
    let content_type = proptest::option::of(select(CONTENT_TYPES.to_vec()));
    let retry_after = proptest::option::of(prop_oneof![number, time.clone()]);
    (select(STATUSES.to_vec()), content_type, retry_after, proptest::option::of(time), completeness, body())
        .prop_map(|(status, content_type, retry_after, date, completeness, body)| HostileAnswer {
            status,
            content_type,
            retry_after,
            date,
            completeness,
            body,
        })
}

fn check_shown(name: &str, text: &str) -> Result<(), TestCaseError> {
    let visible = |text: &str| text.split_whitespace().collect::<String>();
    prop_assert_eq!(visible(text), visible(&inert(text, usize::MAX)), "{} could steer a terminal", name);
    prop_assert!(!text.contains(['\n', '\r']), "{} has several lines", name);
    prop_assert!(text.chars().count() < 1_600, "{} is {} characters long", name, text.chars().count());
    Ok(())
}

#[test]
fn any_answer_is_read_or_refused_and_a_refusal_is_short_harmless_and_without_secrets() {
    let config = json!({"grant": "client_credentials", "client_id": "photos"});
    let config = AuthConfig::from_json(&config).unwrap();
    let blanks = Blanks::default();
    let circumstances = Circumstances {
        situation: Situation::of(Step::Token, &config, None),
        place: "id.example.com/token",
        received_at: NOW,
        asked_scope: Some("openid photos"),
        blanks: &blanks,
    };
    let (granted, refused) = (Cell::new(0), Cell::new(0));
    let judge = |answer: HostileAnswer| {
        let is_success = (200..300).contains(&answer.status);
        match read(&answer.into_incoming(), &circumstances) {
            Ok(tokens) => {
                granted.update(|count| count + 1);
                prop_assert!(is_success);
                let has = |secret: &Option<Secret>| secret.as_ref().is_some_and(|secret| !secret.is_empty());
                prop_assert!(has(&tokens.access_token) || has(&tokens.id_token));
                prop_assert!(!tokens.token_type.trim().is_empty());
                for notice in &tokens.notices {
                    check_shown("a notice", notice)?;
                }
            }
            Err(error) => {
                refused.update(|count| count + 1);
                let failure = &error.failure;
                let oauth_error = failure.oauth_error.clone().unwrap_or_default();
                for (name, text) in [
                    ("the message", &failure.message),
                    ("the cause", &failure.cause),
                    ("the next step", &failure.next_step),
                    ("the error", &oauth_error),
                ] {
                    check_shown(name, text)?;
                }
                let shown = format!("{failure:?}");
                prop_assert!(!shown.contains(PLANTED), "a secret is shown: {}", shown);
                prop_assert!(!error.invalid_grant || oauth_error == "invalid_grant");
                prop_assert!(error.retry_after.unwrap_or_default() <= Duration::from_secs(86_400));
                prop_assert!(error.may_have_arrived);
            }
        }
        Ok(())
    };
    ten_thousand().run(&hostile_answer(), judge).unwrap();
    // Both kinds came up often, so that the rules were put to the test from both sides.
    assert!(granted.get() > 500 && refused.get() > 2_000, "{granted:?} granted, {refused:?} refused");
}
