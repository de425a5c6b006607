//! Somebody signs in elsewhere: device authorization (RFC 8628) and CIBA in poll mode.

use std::time::{Duration, Instant};

use crate::token_requests;
use gatepass_tests::{
    Misbehaving, Provider, TokenCommand,
    auth_config::{changed, machine, signs_in},
    misbehaving::device,
    process::line_of,
};
use serde_json::{Value, json};

const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const CIBA: &str = "urn:openid:params:grant-type:ciba";

fn on_a_device(provider: &Provider) -> Value {
    changed(&signs_in(&provider.issuer, "device"), json!({ "grant": "device_code", "prompt": null }))
}

fn ciba(provider: &Provider, user: &str) -> Value {
    let changes =
        json!({ "grant": "ciba", "login_hint": user, "scope": "openid", "binding_message": "W4SCT" });
    changed(&machine(provider, "ciba"), changes)
}

/// Starts the grant, answers for the person who is shown the code, and waits for the end.
async fn answered(provider: &Provider, token: &TokenCommand, user: &str) -> Value {
    let mut waiting = token.command("get").start();
    let line = line_of(&mut waiting, "enter the code").await;
    assert!(line.contains(&format!("{}/device", provider.issuer)), "{line}");
    provider.answer_device(line.rsplit(' ').next().unwrap(), user).await;
    let output = waiting.wait_with_output().await.unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test]
async fn a_person_signs_in_on_another_device() {
    let provider = Provider::start(&[]).await;
    let token = TokenCommand::on(&on_a_device(&provider));
    let tokens = answered(&provider, &token, "bob").await;
    assert_eq!(tokens["id_token_claims"]["sub"], "bob", "{tokens}");
    let renewed = token.refresh().await;
    assert_ne!(tokens["access_token"], renewed["access_token"]);
    let asked = provider.log().await.into_iter().find(|seen| seen.path() == "/device/auth").unwrap();
    assert_eq!(asked.form("client_id").as_deref(), Some("device"));
    assert!(!token_requests(&provider, DEVICE).await.is_empty());
}

#[tokio::test]
async fn a_device_code_that_is_refused_or_runs_out_ends_the_wait() {
    let provider = Provider::start(&["--ttl-device", "2"]).await;
    let refused = TokenCommand::on(&on_a_device(&provider));
    let forgotten = TokenCommand::on(&on_a_device(&provider));
    let (refusal, lateness) = tokio::join!(answered(&provider, &refused, "deny"), forgotten.refused());
    assert_eq!(refusal["error"]["code"], "access_denied", "{refusal}");
    assert_eq!(lateness["code"], "timeout", "{lateness}");
    assert_eq!(lateness["oauth_error"], "expired_token", "{lateness}");
    assert_eq!(refused.show().await["status"], "none");
}

// The interval of one second grows by five (RFC 8628 section 3.5): less than seven seconds is too fast.
#[tokio::test]
async fn a_device_that_is_told_to_slow_down_does() {
    let slow = Misbehaving::start(device::slow_down_once()).await;
    let began = Instant::now();
    TokenCommand::on(&device_of(&slow)).get().await;
    assert!(began.elapsed() >= Duration::from_secs(7), "{:?}", began.elapsed());
    assert_eq!(slow.token_requests(DEVICE).len(), 2);
}

fn device_of(provider: &Misbehaving) -> Value {
    changed(&signs_in(&provider.issuer, "app"), json!({ "grant": "device_code", "prompt": null }))
}

#[tokio::test]
async fn a_device_goes_on_after_a_lost_answer() {
    let lossy = Misbehaving::start(device::answer_lost_once()).await;
    let pending = Misbehaving::start(device::pending_once()).await;
    let (after_a_loss, after_a_wait) =
        (TokenCommand::on(&device_of(&lossy)), TokenCommand::on(&device_of(&pending)));
    tokio::join!(after_a_loss.get(), after_a_wait.get());
    assert_eq!(lossy.token_requests(DEVICE).len(), 2);
    assert_eq!(pending.token_requests(DEVICE).len(), 2);
}

#[tokio::test]
async fn a_device_code_that_the_provider_calls_expired_is_not_asked_about_again() {
    let provider = Misbehaving::start(device::expired()).await;
    let error = TokenCommand::on(&device_of(&provider)).refused().await;
    assert_eq!(error["oauth_error"], "expired_token", "{error}");
    assert_eq!(provider.token_requests(DEVICE).len(), 1);
}

#[tokio::test]
async fn a_device_authorization_that_cannot_be_used_is_told() {
    for (name, value) in [
        ("device_code", json!(null)),
        ("user_code", json!(null)),
        ("verification_uri", json!("javascript:alert(1)")),
    ] {
        let provider = Misbehaving::start(device::with(name, value)).await;
        let error = TokenCommand::on(&device_of(&provider)).refused().await;
        assert_eq!(error["code"], "invalid_response", "{error}");
        assert!(error["cause"].as_str().unwrap().contains(name), "{error}");
        assert!(provider.seen_at("/token").is_empty());
    }
}

#[tokio::test]
async fn the_provider_asks_the_person_on_their_phone() {
    let provider = Provider::start(&[]).await;
    let approved = TokenCommand::on(&ciba(&provider, "alice"));
    let refused = TokenCommand::on(&ciba(&provider, "bob"));
    let (tokens, error) = tokio::join!(approved.get(), refused.refused());
    assert_eq!(tokens["id_token_claims"]["sub"], "alice", "{tokens}");
    assert_eq!(error["code"], "access_denied", "{error}");
    let log = provider.log().await;
    let asked: Vec<_> = log.iter().filter(|seen| seen.path() == "/backchannel").collect();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[0].form("binding_message").as_deref(), Some("W4SCT"));
    assert!(asked[0].headers["authorization"].starts_with("Basic "));
    assert!(!token_requests(&provider, CIBA).await.is_empty());
    let renewed = approved.refresh().await;
    assert_ne!(tokens["access_token"], renewed["access_token"]);
}

#[tokio::test]
async fn it_has_to_be_clear_whom_the_provider_asks() {
    let provider = Provider::start(&[]).await;
    for changes in [json!({ "login_hint": null }), json!({ "id_token_hint": "both" })] {
        let error = TokenCommand::on(&changed(&ciba(&provider, "alice"), changes)).refused().await;
        assert_eq!(error["code"], "configuration", "{error}");
        assert!(error["cause"].as_str().unwrap().contains("login_hint"), "{error}");
    }
    assert!(provider.log().await.iter().all(|seen| seen.path() != "/backchannel"));
}
