//! The JSON documents: exactly these keys, so that scripts do not break.

use gatepass_tests::{
    Collection, Gatepass, Misbehaving, Provider, auth_config::signs_in, collection::environment,
    gatepass::keys, misbehaving::token_response,
};
use serde_json::{Value, json};

use crate::{names, photos};

const TOKEN: [&str; 12] = [
    "status",
    "reason",
    "name",
    "token_type",
    "access_token",
    "id_token",
    "has_refresh_token",
    "scope",
    "obtained_at",
    "expires_at",
    "response",
    "id_token_claims",
];
const CHECKS: [&str; 13] = [
    "signature",
    "iss",
    "aud",
    "azp",
    "exp",
    "nbf",
    "iat",
    "nonce",
    "at_hash",
    "c_hash",
    "sub",
    "auth_time",
    "acr",
];
const STEPS: [&str; 15] = [
    "discovery",
    "registration",
    "pushed_authorization",
    "authorization",
    "device_authorization",
    "backchannel_authentication",
    "callback",
    "token",
    "refresh",
    "jwks",
    "id_token",
    "userinfo",
    "introspection",
    "revocation",
    "end_session",
];

fn sorted<'a>(keys: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let mut keys: Vec<_> = keys.into_iter().collect();
    keys.sort_unstable();
    keys
}

#[track_caller]
fn has_exactly(value: &Value, wanted: &[&str]) {
    assert_eq!(sorted(keys(value)), sorted(wanted.iter().copied()), "{value}");
}

fn moment(value: &Value) -> bool {
    // 2026-01-01T00:00:00Z
    value.as_str().is_some_and(|text| text.len() == 20 && text.ends_with('Z') && text.as_bytes()[10] == b'T')
}

#[tokio::test]
async fn token_get_refresh_and_show() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    home.import(&photos(&provider, &signs_in(&provider.issuer, "native"))).await;
    for action in ["get", "refresh", "show"] {
        let document = home.run(&["token", action, "Photos", "--json"]).await.expect_code(0).json();
        has_exactly(&document, &[&TOKEN[..], &["id_token_checks", "flow", "notices"]].concat());
        assert_eq!(document["status"], "valid", "{document}");
        assert_eq!(document["reason"], Value::Null);
        assert_eq!(document["name"], "default");
        assert_eq!(document["token_type"], "Bearer");
        assert!(moment(&document["obtained_at"]) && moment(&document["expires_at"]), "{document}");
        assert!(document["notices"].is_array(), "{document}");
        for check in document["id_token_checks"].as_array().unwrap() {
            has_exactly(check, &["check", "result", "detail"]);
            assert!(CHECKS.contains(&check["check"].as_str().unwrap()), "{check}");
            assert!(["pass", "skipped"].contains(&check["result"].as_str().unwrap()), "{check}");
        }
        for step in document["flow"].as_array().unwrap() {
            for key in ["step", "result", "ms", "detail"] {
                assert!(!step[key].is_null(), "{step}");
            }
            assert!([&STEPS[..], &["store"]].concat().contains(&step["step"].as_str().unwrap()), "{step}");
        }
    }
}

#[tokio::test]
async fn the_flow_is_what_this_command_did() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    home.import(&photos(&provider, &signs_in(&provider.issuer, "native"))).await;
    let got = home.run(&["token", "get", "Photos", "--json"]).await.expect_code(0).json();
    let steps = names(&got["flow"], "step");
    for step in ["discovery", "authorization", "callback", "token", "jwks", "id_token", "store"] {
        assert!(steps.contains(&step), "{step} is missing in {steps:?}");
    }
    assert!(names(&got["flow"], "result").iter().all(|result| *result == "ok"), "{got}");
    let refreshed = home.run(&["token", "refresh", "Photos", "--json"]).await.expect_code(0).json();
    let steps = names(&refreshed["flow"], "step");
    assert!(steps.contains(&"refresh") && !steps.contains(&"authorization"), "{steps:?}");
}

#[tokio::test]
async fn the_flow_holds_no_secret() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    let config = gatepass_tests::auth_config::signs_in_with_secret(&provider, "basic");
    home.import(&photos(&provider, &config)).await;
    let got =
        home.run(&["token", "get", "Photos", "--json", "--reveal-refresh-token"]).await.expect_code(0).json();
    let flow = got["flow"].to_string();
    let exchange = &provider.token_requests("authorization_code").await[0];
    let secrets = [
        got["access_token"].as_str().unwrap().to_owned(),
        got["id_token"].as_str().unwrap().to_owned(),
        got["refresh_token"].as_str().unwrap().to_owned(),
        exchange.form("code").unwrap(),
        exchange.form("code_verifier").unwrap(),
        gatepass_tests::provider::CLIENT_SECRET.to_owned(),
    ];
    for secret in secrets {
        assert!(!flow.contains(&secret), "{secret} is in {flow}");
    }
}

#[tokio::test]
async fn the_id_token_is_decoded_and_every_check_told() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    home.import(&photos(&provider, &signs_in(&provider.issuer, "native"))).await;
    let got = home.run(&["token", "get", "Photos", "--json"]).await.expect_code(0).json();
    assert_eq!(got["id_token_claims"]["sub"], "alice");
    assert_eq!(got["id_token_claims"]["aud"], "native");
    for wanted in ["signature", "iss", "aud", "exp", "iat", "nonce"] {
        let checks = got["id_token_checks"].as_array().unwrap();
        let check = checks.iter().find(|check| check["check"] == wanted);
        let check = check.unwrap_or_else(|| panic!("{wanted} is missing in {checks:?}"));
        assert_eq!(check["result"], "pass", "{check}");
        assert!(!check["detail"].as_str().unwrap().is_empty(), "each has its reason: {check}");
    }
}

#[tokio::test]
async fn unknown_fields_of_the_answer_are_kept_and_no_expiry_is_null() {
    let provider = Misbehaving::start(token_response::with("rate_plan", json!({ "tier": 3 }))).await;
    let home = Gatepass::new();
    let config = home.file("auth.json", &signs_in(&provider.issuer, "app"));
    let got = home.run(&["token", "get", "--config", &config, "--json"]).await.expect_code(0).json();
    assert_eq!(got["response"]["rate_plan"], json!({ "tier": 3 }));
    for known in ["access_token", "refresh_token", "id_token"] {
        assert_eq!(got["response"].get(known), None, "{}", got["response"]);
    }
    provider.turn_to(token_response::without_expires_in());
    let got = home.run(&["token", "refresh", "--config", &config, "--json"]).await.expect_code(0).json();
    assert_eq!((&got["expires_at"], &got["status"]), (&Value::Null, &json!("valid")), "{got}");
}

#[tokio::test]
async fn token_list_and_delete() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    home.import(&photos(&provider, &signs_in(&provider.issuer, "native"))).await;
    home.run(&["token", "get", "Photos"]).await.expect_code(0);
    let listed = home.run(&["token", "list", "--json"]).await.expect_code(0).json();
    has_exactly(&listed, &["tokens"]);
    // A list is for looking around, so it may leave keys out, but it adds none.
    let row = &listed["tokens"][0];
    let allowed = [&TOKEN[..], &["notices", "provider", "client_id", "grant", "environment"]].concat();
    assert!(keys(row).iter().all(|key| allowed.contains(key)), "{row}");
    for key in ["status", "name", "scope", "expires_at", "has_refresh_token"] {
        assert!(row.get(key).is_some(), "{key} is missing in {row}");
    }
    let deleted = home.run(&["token", "delete", "Photos", "--json"]).await.expect_code(0).json();
    has_exactly(&deleted, &["done", "revoked_at_provider", "notices"]);
}

#[tokio::test]
async fn send() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    home.import(&photos(&provider, &signs_in(&provider.issuer, "native"))).await;
    let sent = home.run(&["send", "Photos", "List photos", "--json"]).await.expect_code(0).json();
    has_exactly(&sent, &["status", "headers", "body", "body_base64", "timing", "auth"]);
    assert_eq!((&sent["status"], &sent["body_base64"]), (&json!(200), &Value::Null));
    let headers = sent["headers"].as_array().unwrap();
    assert!(headers.iter().all(|pair| pair.as_array().is_some_and(|pair| pair.len() == 2)), "{sent}");
    let body: Value = serde_json::from_str(sent["body"].as_str().unwrap()).unwrap();
    assert_eq!(body["ok"], true, "{body}");
    has_exactly(&sent["auth"], &["token_name", "use_token", "refreshed"]);
    assert_eq!(sent["auth"]["token_name"], "default");
    assert_eq!(sent["auth"]["use_token"], "access_token");
}

#[tokio::test]
async fn send_gives_bytes_that_are_no_text_as_base64() {
    let server = gatepass_tests::http::Server::start(|_| {
        gatepass_tests::http::Answer::new(200, "application/octet-stream", [0_u8, 255, 128].to_vec())
    })
    .await;
    let home = Gatepass::new();
    home.import(&Collection::named("Bytes").get("Get", &server.origin()).json()).await;
    let sent = home.run(&["send", "Bytes", "Get", "--json"]).await.expect_code(0).json();
    assert_eq!((&sent["body"], &sent["body_base64"]), (&Value::Null, &json!("AP+A")));
    assert_eq!(sent["auth"]["token_name"], Value::Null, "nothing authorized it: {sent}");
}

#[tokio::test]
async fn import() {
    let home = Gatepass::new();
    let told = home.import(&Collection::named("Photos").get("List", "http://127.0.0.1/").json()).await;
    has_exactly(&told, &["collections", "environments", "warnings"]);
    assert_eq!(names(&told["collections"], "name"), ["Photos"]);
    let told = home.import(&environment("Local", &[("host", "127.0.0.1")])).await;
    assert_eq!(names(&told["environments"], "name"), ["Local"]);
}

#[tokio::test]
async fn wrong_usage_is_a_document_too() {
    let home = Gatepass::new();
    for arguments in [
        &["token", "get", "--json"][..],
        &["frobnicate", "--json"],
        &["send", "--json", "--no-such-option", "a", "b"],
    ] {
        let error = home.run(arguments).await.error(2);
        assert_eq!(error["code"], "usage", "{error}");
    }
}
