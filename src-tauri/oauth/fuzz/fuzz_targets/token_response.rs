//! The answer of a token endpoint: the first byte chooses status, content type and completeness, the rest is the body.
#![no_main]

use std::sync::LazyLock;
use std::time::Duration;

use gatepass_oauth::AuthConfig;
use gatepass_oauth::explain::Situation;
use gatepass_oauth::inert::inert;
use gatepass_oauth::ports::{Completeness, IncomingResponse};
use gatepass_oauth::token_response::{Circumstances, read};
use gatepass_oauth::transcript::{Blanks, Step};
use libfuzzer_sys::fuzz_target;
use serde_json::json;

static CONFIG: LazyLock<AuthConfig> = LazyLock::new(|| {
    let config =
        json!({"grant": "client_credentials", "client_id": "photos", "client_secret": "open-sesame"});
    AuthConfig::from_json(&config).expect("a config that is in order")
});

const STATUSES: [u16; 4] = [200, 400, 503, 302];
const CONTENT_TYPES: [&str; 4] =
    ["application/json", "application/x-www-form-urlencoded", "text/html", "application/jwt"];

fuzz_target!(|input: &[u8]| {
    let Some((choice, body)) = input.split_first() else { return };
    let choice = usize::from(*choice);
    let response = http::Response::builder()
        .status(STATUSES[choice % 4])
        .header("content-type", CONTENT_TYPES[choice / 4 % 4])
        .body(body.to_vec())
        .expect("a status and a header that are in order");
    let completeness = if choice / 16 % 8 == 7 { Completeness::CutOff } else { Completeness::Whole };
    let blanks = Blanks::of(&CONFIG);
    let circumstances = Circumstances {
        place: "id.example.com/token",
        received_at: 1_767_225_600_000,
        asked_scope: Some("openid photos"),
        blanks: &blanks,
        situation: Situation::of(Step::Token, &CONFIG, None),
    };
    match read(&IncomingResponse { response, completeness }, &circumstances) {
        Ok(tokens) => assert!(tokens.access_token.is_some() || tokens.id_token.is_some()),
        Err(error) => {
            assert!(error.may_have_arrived);
            assert!(error.retry_after.unwrap_or_default() <= Duration::from_secs(86_400));
            let failure = error.failure;
            assert!(!error.invalid_grant || failure.oauth_error.as_deref() == Some("invalid_grant"));
            for text in [failure.message, failure.cause, failure.next_step] {
                let visible = |text: &str| text.split_whitespace().collect::<String>();
                assert_eq!(visible(&text), visible(&inert(&text, usize::MAX)), "it could steer a terminal");
                assert!(text.chars().count() < 1_600, "it is too long to be shown");
                assert!(!text.contains("open-sesame"), "the client's secret is shown");
            }
        }
    }
});
