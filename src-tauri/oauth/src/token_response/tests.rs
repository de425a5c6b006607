#![allow(clippy::unwrap_used)]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::Response;
use serde_json::json;

use super::*;
use crate::config::AuthConfig;
use crate::ports::Completeness;
use crate::transcript::Step;

const NOW: UnixMillis = 1_767_225_600_000;

fn answer(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> IncomingResponse {
    let response =
        Response::builder().status(status).header("content-type", content_type).body(body.into()).unwrap();
    IncomingResponse { response, completeness: Completeness::Whole }
}

fn read_it(incoming: &IncomingResponse) -> Result<TokenSet, TokenError> {
    let blanks = Blanks::default();
    let config = json!({"grant": "client_credentials", "client_id": "photos", "token_endpoint": "https://id.example.com/token"});
    let config = AuthConfig::from_json(&config).unwrap();
    let circumstances = Circumstances {
        situation: Situation::of(Step::Token, &config, None),
        place: "id.example.com/token",
        received_at: NOW,
        asked_scope: Some("openid photos"),
        blanks: &blanks,
    };
    read(incoming, &circumstances)
}

fn tokens(body: Value) -> TokenSet {
    read_it(&answer(200, "application/json", body.to_string()))
        .unwrap_or_else(|error| panic!("{}", error.failure.cause))
}

fn failure(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> TokenError {
    read_it(&answer(status, content_type, body)).err().unwrap()
}

fn jwt(claims: Value) -> String {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.c2ln", part(json!({"alg": "RS256"})), part(claims))
}

#[test]
fn an_access_token_that_is_no_text_is_refused_even_beside_an_id_token() {
    for value in [json!(17), json!({"a": 1}), json!(["a"]), json!(true)] {
        let body = json!({"access_token": value, "id_token": jwt(json!({"sub": "alice"}))});
        let error = failure(200, "application/json", body.to_string());
        assert!(error.failure.cause.contains("access_token is"), "{}", error.failure.cause);
    }
}

#[test]
fn a_refresh_or_id_token_that_is_no_text_is_left_out_and_said() {
    let tokens =
        tokens(json!({"access_token": "a", "token_type": "Bearer", "refresh_token": 17, "id_token": {}}));
    assert!(tokens.refresh_token.is_none() && tokens.id_token.is_none());
    assert!(tokens.notices.iter().any(|notice| notice.contains("refresh_token is a number")));
    assert!(tokens.notices.iter().any(|notice| notice.contains("id_token is an object")));
}

#[test]
fn expires_in_may_be_a_number_a_text_or_a_fraction() {
    for value in [json!(3600), json!("3600"), json!(3600.0), json!(" 3600 "), json!("3.6e3")] {
        let tokens = tokens(json!({"access_token": "a", "token_type": "Bearer", "expires_in": value}));
        assert_eq!(tokens.expires_at, Some(NOW + 3_600_000), "{value}");
    }
}

#[test]
fn zero_or_negative_expires_in_means_already_expired() {
    for value in [json!(0), json!(-1), json!("-3600"), json!(-1e30)] {
        assert_eq!(
            tokens(json!({"access_token": "a", "expires_in": value})).expires_at,
            Some(NOW),
            "{value}"
        );
    }
}

#[test]
fn without_expires_in_the_access_token_s_own_exp_counts_and_else_nothing_is_guessed() {
    let own = jwt(json!({"exp": NOW / 1000 + 60}));
    for value in [Value::Null, json!("never"), json!(true), json!({}), json!("1e999")] {
        let with_exp = tokens(json!({"access_token": own, "expires_in": value}));
        assert_eq!(with_exp.expires_at, Some(NOW + 60_000), "{value}");
        assert_eq!(
            tokens(json!({"access_token": "opaque", "expires_in": value})).expires_at,
            None,
            "{value}"
        );
    }
}

#[test]
fn the_provider_s_clock_is_allowed_for_in_absolute_times_only() {
    let own = jwt(json!({"exp": NOW / 1000 + 300 + 60}));
    let mut incoming = answer(200, "application/json", json!({"access_token": own}).to_string());
    let five_minutes_ahead = "Thu, 01 Jan 2026 00:05:00 GMT";
    incoming.response.headers_mut().insert("date", five_minutes_ahead.parse().unwrap());
    let by_exp = read_it(&incoming).unwrap();
    assert_eq!(by_exp.expires_at, Some(NOW + 60_000));
    assert!(by_exp.notices.iter().any(|notice| notice.contains("300 s ahead")), "{:?}", by_exp.notices);
    *incoming.response.body_mut() = json!({"access_token": own, "expires_in": 60}).to_string().into_bytes();
    assert_eq!(read_it(&incoming).unwrap().expires_at, Some(NOW + 60_000));
}

#[test]
fn an_endless_lifetime_does_not_overflow() {
    let tokens = tokens(json!({"access_token": "a", "expires_in": 1e300}));
    assert!(tokens.expires_at.unwrap() > NOW);
}

#[test]
fn a_missing_token_type_is_bearer_with_a_notice_and_any_other_is_kept_as_sent() {
    let missing = tokens(json!({"access_token": "a"}));
    assert_eq!(missing.token_type, "Bearer");
    assert_eq!(missing.notices.len(), 1);
    assert_eq!(tokens(json!({"access_token": "a", "token_type": "bEaReR"})).token_type, "bEaReR");
    assert_eq!(tokens(json!({"access_token": "a", "token_type": "mac"})).token_type, "mac");
}

#[test]
fn scope_may_be_a_text_a_list_or_missing() {
    let scope = |value: Value| tokens(json!({"access_token": "a", "scope": value})).scope.unwrap();
    assert_eq!(scope(json!("openid photos")), "openid photos");
    assert_eq!(scope(json!(["openid", "photos"])), "openid photos");
    assert_eq!(scope(Value::Null), "openid photos");
    assert_eq!(scope(json!("")), "openid photos");
}

#[test]
fn a_scope_that_was_not_granted_is_noticed() {
    let tokens = tokens(json!({"access_token": "a", "token_type": "Bearer", "scope": "openid"}));
    assert_eq!(tokens.notices, ["Not granted: photos."]);
}

#[test]
fn every_other_field_is_kept_as_sent() {
    let tokens = tokens(json!({"access_token": "a", "refresh_token": "r", "team": {"id": 7}, "ok": true}));
    assert_eq!(Value::Object(tokens.response), json!({"team": {"id": 7}, "ok": true}));
    assert_eq!(tokens.refresh_token.unwrap().expose(), "r");
}

#[test]
fn a_form_is_read_where_content_type_or_body_says_so() {
    for content_type in ["application/x-www-form-urlencoded", "text/plain", "text/html; charset=utf-8"] {
        let incoming = answer(
            200,
            content_type,
            "access_token=gho%5F1&scope=repo%2Cgist&token_type=bearer&expires_in=60",
        );
        let tokens = read_it(&incoming).unwrap();
        assert_eq!(tokens.access_token.unwrap().expose(), "gho_1");
        assert_eq!(tokens.scope.as_deref(), Some("repo,gist"));
        assert_eq!(tokens.expires_at, Some(NOW + 60_000));
    }
}

#[test]
fn json_is_read_whatever_the_content_type_says() {
    let body = json!({"access_token": "a"}).to_string();
    for content_type in ["text/html", "application/x-www-form-urlencoded", "nonsense"] {
        assert!(read_it(&answer(200, content_type, body.clone())).is_ok(), "{content_type}");
    }
}

#[test]
fn byte_order_marks_and_utf_16_are_read() {
    let body = json!({"access_token": "a"}).to_string();
    let mut with_mark = b"\xef\xbb\xbf".to_vec();
    with_mark.extend(body.bytes());
    assert!(read_it(&answer(200, "application/json", with_mark)).is_ok());
    let mut wide = vec![0xff, 0xfe];
    wide.extend(body.encode_utf16().flat_map(u16::to_le_bytes));
    assert!(read_it(&answer(200, "application/json", wide.clone())).is_ok());
    let without_mark = wide.split_off(2);
    assert!(read_it(&answer(200, "application/json", without_mark)).is_ok());
}

#[test]
fn an_error_object_inside_a_200_is_an_error() {
    for body in [
        json!({"error": "bad_verification_code", "error_description": "The code is wrong"}),
        json!({"error": {"type": "bad_verification_code", "message": "The code is wrong"}}),
    ] {
        let error = failure(200, "application/json", body.to_string());
        assert_eq!(error.failure.code, Code::ProviderError);
        assert_eq!(error.failure.oauth_error.as_deref(), Some("bad_verification_code"));
        assert!(error.failure.cause.contains("The code is wrong"), "{}", error.failure.cause);
    }
    let form = failure(200, "text/plain", "error=bad_verification_code&error_description=The+code+is+wrong");
    assert!(form.failure.cause.contains("The code is wrong"), "{}", form.failure.cause);
}

#[test]
fn only_invalid_grant_says_that_the_grant_is_used_up() {
    let refused =
        |status, error: &str| failure(status, "application/json", json!({"error": error}).to_string());
    assert!(refused(400, "invalid_grant").invalid_grant);
    assert!(refused(200, "invalid_grant").invalid_grant);
    for error in ["invalid_client", "invalid_request", "unauthorized_client", "server_error", "Invalid_Grant"]
    {
        assert!(!refused(400, error).invalid_grant, "{error}");
    }
    for status in [500, 502, 503, 429, 408] {
        let error = refused(status, "invalid_grant");
        assert!(!error.invalid_grant && error.passing, "{status}");
    }
}

#[test]
fn a_text_of_the_provider_cannot_steer_a_terminal() {
    let body = json!({"error": "invalid_client", "error_description": "\u{1b}[2J\u{202e}evil\r\nnext"});
    let error = failure(401, "application/json", body.to_string());
    assert!(
        !error.failure.cause.chars().any(|c| c.is_control() || c == '\u{202e}'),
        "{:?}",
        error.failure.cause
    );
}

#[test]
fn a_redirect_is_not_followed_but_explained() {
    let response = Response::builder()
        .status(307)
        .header("location", "https://other.example.com/t?code=abc")
        .body(vec![]);
    let incoming = IncomingResponse { response: response.unwrap(), completeness: Completeness::Whole };
    let error = read_it(&incoming).err().unwrap();
    assert_eq!(error.failure.code, Code::InvalidResponse);
    assert!(error.failure.cause.contains("https://other.example.com/t?code=•••"), "{}", error.failure.cause);
}

#[test]
fn what_is_no_token_response_is_shown_with_status_type_and_beginning() {
    for (status, content_type, body, expected) in [
        (200, "text/html", "<html><title>Sign in</title>".as_bytes(), "a web page or XML"),
        (502, "text/html", b"<h1>Bad Gateway</h1>", "a web page or XML"),
        (200, "application/json", b"", "It is empty"),
        (200, "application/json", b"[1,2]", "neither JSON nor a form"),
        (200, "application/json", br#"{"access_token": "abc"#, "ends in the middle"),
        (200, "application/json", br#"{"access_token" "abc"}"#, "begins like JSON"),
        (200, "application/json", b"\xff\xfe\x00", "It is empty"),
        (200, "application/json", b"{\"a\": \"\xe9\"}", "not valid UTF-8"),
        (200, "application/json", b"\x1f\x8b\x08\x00", "compressed"),
        (200, "application/json", b"{}", "without any field"),
        (200, "application/json", br#"{"accessToken": "a", "ok": true}"#, "only: accessToken, ok"),
        (200, "application/json", br#"{"access_token": ""}"#, "no access token"),
        (418, "application/json", br#"{"message": "no"}"#, "an error without an `error`"),
    ] {
        let error = failure(status, content_type, body);
        let cause = &error.failure.cause;
        assert_eq!(error.failure.code, Code::InvalidResponse, "{cause}");
        assert!(cause.contains(expected), "{cause} / {expected}");
        assert!(cause.contains(&status.to_string()) && cause.contains(content_type), "{cause}");
        assert!(!cause.contains("abc"), "{cause}");
    }
}

#[test]
fn an_answer_without_a_token_still_means_that_the_request_arrived() {
    let mut incoming = answer(200, "application/json", "{}");
    incoming.response.headers_mut().insert("retry-after", "17".parse().unwrap());
    let error = read_it(&incoming).err().unwrap();
    assert!(error.may_have_arrived);
    assert_eq!(error.retry_after, Some(Duration::from_secs(17)));
}

#[test]
fn only_words_are_shown_as_names_of_fields() {
    let names = json!({"\u{1b}[2J\u{202e}evil": 1, "a".repeat(5_000): 2, "ok": 3});
    let cause = failure(200, "application/json", names.to_string()).failure.cause;
    assert!(cause.contains("only: …, …, ok (status 200"), "{cause}");
    assert!(!cause.chars().any(|c| c.is_control() || c == '\u{202e}'), "{cause:?}");
}

#[test]
fn a_token_without_any_wrapping_is_not_shown() {
    for token in ["c2VjcmV0IHRva2VuIG9mIHNvbWUgcHJvdmlkZXI=", "c2VjcmV0IHRva2VuIG9mIHNvbWUgcHJvdmlkZXI"] {
        for content_type in ["application/x-www-form-urlencoded", "text/plain"] {
            let cause = failure(200, content_type, token).failure.cause;
            assert!(!cause.contains("c2VjcmV0"), "{cause}");
        }
    }
    let cause = failure(401, "text/plain", "Unauthorized_request").failure.cause;
    assert!(cause.contains("Unauthorized_request"), "{cause}");
}

#[test]
fn half_an_answer_keeps_its_secrets_whatever_its_encoding_and_content_type() {
    let body = r#"{"refresh_token": "s3cret=="#;
    let wide: Vec<u8> = [0xfeff].into_iter().chain(body.encode_utf16()).flat_map(u16::to_be_bytes).collect();
    for content_type in ["application/json", "application/x-www-form-urlencoded", "text/html"] {
        for body in [body.as_bytes(), &wide] {
            let cause = failure(200, content_type, body).failure.cause;
            assert!(cause.contains("refresh_token") && !cause.contains("s3cret"), "{cause}");
        }
    }
}

#[test]
fn a_body_that_is_not_whole_is_refused_even_if_it_can_be_read() {
    for completeness in [Completeness::TooLong, Completeness::CutOff] {
        let mut incoming = answer(200, "application/json", json!({"access_token": "a"}).to_string());
        incoming.completeness = completeness;
        assert_eq!(read_it(&incoming).err().unwrap().failure.code, Code::InvalidResponse);
    }
}

#[test]
fn a_nesting_bomb_is_refused() {
    let bomb = format!("{{\"a\":{}", "[".repeat(500_000));
    assert_eq!(failure(200, "application/json", bomb).failure.code, Code::InvalidResponse);
}

#[test]
fn retry_after_is_read_as_seconds_and_as_a_date() {
    let with = |value: &str| {
        let mut incoming = answer(429, "application/json", json!({"error": "slow_down"}).to_string());
        incoming.response.headers_mut().insert("retry-after", value.parse().unwrap());
        read_it(&incoming).err().unwrap()
    };
    assert_eq!(with("17").retry_after, Some(Duration::from_secs(17)));
    assert_eq!(with("Thu, 01 Jan 2026 00:00:30 GMT").retry_after, Some(Duration::from_secs(30)));
    assert_eq!(with("Thu, 01 Jan 1970 00:00:00 GMT").retry_after, Some(Duration::ZERO));
    assert_eq!(with("soon").retry_after, None);
    assert!(with("17").passing);
}

mod hostile {
    use proptest::prelude::*;

    use super::*;

    fn json_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".{0,20}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 20, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(".{0,6}", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    const FIELDS: [&str; 9] = [
        "access_token",
        "token_type",
        "expires_in",
        "refresh_token",
        "scope",
        "id_token",
        "error",
        "error_description",
        "error_uri",
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5_000))]

        #[test]
        fn no_object_crashes_the_reader_or_makes_a_token_of_nonsense(
            values in prop::collection::vec(prop::option::weighted(0.6, json_value()), FIELDS.len()),
            status in 200u16..600,
        ) {
            let object: Map<String, Value> = FIELDS
                .iter()
                .zip(values)
                .filter_map(|(name, value)| Some(((*name).to_owned(), value?)))
                .collect();
            let text = Value::Object(object.clone()).to_string();
            if let Ok(tokens) = read_it(&answer(status, "application/json", text)) {
                prop_assert!((200..300).contains(&status));
                let sent = |name: &str| object.get(name).and_then(Value::as_str).map(str::to_owned);
                let got = tokens.access_token.as_ref().map(|token| token.expose().to_owned());
                prop_assert!(got.is_none() || got == sent("access_token"));
                prop_assert!(tokens.expires_at.is_none_or(|at| at >= NOW || got.is_some_and(|token| token.contains('.'))));
            }
        }

        #[test]
        fn no_bytes_crash_the_reader_and_no_failure_steers_a_terminal(
            bytes in prop::collection::vec(any::<u8>(), 0..400),
            content_type in "[ -~]{0,30}",
        ) {
            if let Err(error) = read_it(&answer(200, &content_type, bytes)) {
                let shown = format!("{}{}", error.failure.message, error.failure.cause);
                prop_assert!(!shown.chars().any(char::is_control), "{shown:?}");
            }
        }
    }
}
