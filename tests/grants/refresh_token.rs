//! A refresh token, pasted by hand, as a starting point.

use gatepass_tests::{
    Provider, TokenCommand,
    auth_config::{changed, signs_in},
    token::check,
};
use serde_json::{Value, json};

use crate::token_requests;

fn pasted(provider: &Provider, refresh_token: &Value) -> Value {
    changed(
        &signs_in(&provider.issuer, "native"),
        json!({ "grant": "refresh_token", "refresh_token": refresh_token, "prompt": null }),
    )
}

#[tokio::test]
async fn a_pasted_refresh_token_gets_going_and_its_successors_go_on() {
    let provider = Provider::start(&[]).await;
    let elsewhere = TokenCommand::on(&signs_in(&provider.issuer, "native")).get().await;
    let token = TokenCommand::on(&pasted(&provider, &elsewhere["refresh_token"]));
    let tokens = token.get().await;
    assert_ne!(tokens["access_token"], elsewhere["access_token"]);
    assert_eq!(check(&tokens, "signature"), "pass");
    assert_ne!(tokens["refresh_token"], elsewhere["refresh_token"], "it was rotated");
    let renewed = token.refresh().await;
    let used: Vec<_> = token_requests(&provider, "refresh_token").await;
    let used: Vec<_> = used.iter().map(|seen| json!(seen.form("refresh_token").unwrap())).collect();
    assert_eq!(used, [elsewhere["refresh_token"].clone(), tokens["refresh_token"].clone()]);
    assert_ne!(renewed["refresh_token"], tokens["refresh_token"]);
}

#[tokio::test]
async fn one_that_is_no_longer_good_is_told() {
    let provider = Provider::start(&[]).await;
    let token = TokenCommand::on(&pasted(&provider, &json!("taken-back-long-ago")));
    let error = token.refused().await;
    assert_eq!(error["oauth_error"], "invalid_grant", "{error}");
    assert!(!error.to_string().contains("taken-back"), "{error}");
    assert_eq!(token.show().await["status"], "none");
}
