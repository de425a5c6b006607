//! What can be done with a token set: introspection (RFC 7662), userinfo, revocation (RFC 7009), logout.

use gatepass_tests::{
    Browser, Misbehaving, Provider, TokenCommand,
    auth_config::{changed, signs_in},
    http::Answer,
    misbehaving::Case,
    token::check,
};
use serde_json::{Value, json};

use crate::{query, seen_at};

/// The result of one check that `userinfo` tells of.
fn result<'a>(document: &'a Value, name: &str) -> &'a str {
    check_in(&document["checks"], name).unwrap_or_else(|| panic!("no check {name}: {document}"))
}

fn check_in<'a>(checks: &'a Value, name: &str) -> Option<&'a str> {
    checks.as_array()?.iter().find(|check| check["check"] == name)?["result"].as_str()
}

#[tokio::test]
async fn the_provider_says_what_it_knows_of_a_token() {
    let provider = Provider::start(&[]).await;
    let token = TokenCommand::on(&signs_in(&provider.issuer, "native-auto"));
    token.get().await;
    let claims = token.succeed("introspect").await["claims"].clone();
    assert_eq!((&claims["active"], &claims["sub"]), (&json!(true), &json!("alice")), "{claims}");
    provider.revoke_access_tokens("native-auto").await;
    assert_eq!(token.succeed("introspect").await["claims"], json!({ "active": false }));
    assert_eq!(token.show().await["has_refresh_token"], true, "asking changes nothing");
}

#[tokio::test]
async fn userinfo_is_about_the_person_of_the_id_token() {
    let provider = Provider::start(&[]).await;
    let wanted = json!({ "scope": "openid profile email" });
    let token = TokenCommand::on(&changed(&signs_in(&provider.issuer, "native-auto"), wanted));
    token.get().await;
    let told = token.succeed("userinfo").await;
    assert_eq!(told["claims"]["email"], "alice@example.test");
    assert_eq!(result(&told, "sub"), "pass");
}

#[tokio::test]
async fn signed_userinfo_is_verified() {
    let provider = Provider::start(&[]).await;
    let token = TokenCommand::on(&signs_in(&provider.issuer, "userinfo-jwt"));
    token.get().await;
    let told = token.succeed("userinfo").await;
    assert_eq!(told["claims"]["sub"], "alice");
    for check in ["signature", "iss", "aud", "sub"] {
        assert_eq!(result(&told, check), "pass", "{check}: {told}");
    }
    let unsigned = Misbehaving::start(
        Case::default()
            .userinfo(|_| Answer::new(200, "application/jwt", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9.")),
    )
    .await;
    let token = TokenCommand::on(&signs_in(&unsigned.issuer, "app"));
    token.get().await;
    assert_eq!(result(&token.succeed("userinfo").await, "signature"), "fail");
}

#[tokio::test]
async fn a_revoked_token_set_is_gone_on_both_sides() {
    let provider = Provider::start(&[]).await;
    let token = TokenCommand::on(&signs_in(&provider.issuer, "native-auto"));
    let tokens = token.get().await;
    let ended = token.succeed("revoke").await;
    assert_eq!((&ended["done"], &ended["revoked_at_provider"]), (&json!(true), &json!(true)), "{ended}");
    assert_eq!(token.show().await["status"], "none");
    let revoked: Vec<_> = seen_at(&provider, "/token/revocation").await;
    let revoked: Vec<_> = revoked.iter().map(|seen| seen.form("token_type_hint").unwrap()).collect();
    assert_eq!(revoked, ["refresh_token", "access_token"], "the refresh token first");
    let used = gatepass_tests::auth_config::signs_in(&provider.issuer, "native-auto");
    let used = changed(&used, json!({ "grant": "refresh_token", "refresh_token": tokens["refresh_token"] }));
    assert_eq!(TokenCommand::on(&used).refused().await["oauth_error"], "invalid_grant");
}

#[tokio::test]
async fn a_revocation_that_fails_removes_the_tokens_here_and_says_so() {
    let provider = Provider::start(&[]).await;
    let token = TokenCommand::on(&signs_in(&provider.issuer, "native-auto"));
    token.get().await;
    provider.fault(json!({ "path": "/token/revocation", "status": 503, "times": 9 })).await;
    let error = token.command("revoke").run().await.error(3);
    assert!(error.to_string().contains("503"), "{error}");
    assert_eq!(token.show().await["status"], "none");
}

#[tokio::test]
async fn logout_opens_the_providers_page_with_the_id_token_as_hint() {
    let provider = Provider::start(&[]).await;
    let token = TokenCommand::on(&signs_in(&provider.issuer, "native-auto"));
    let tokens = token.get().await;
    assert_eq!(check(&tokens, "signature"), "pass");
    let token = token.browser(Browser::Notes);
    token.succeed("logout").await;
    let url = token.home().noted_url().await;
    assert!(url.as_str().starts_with(&format!("{}/session/end?", provider.issuer)), "{url}");
    let hint = url.query_pairs().find(|(name, _)| name == "id_token_hint").unwrap().1.into_owned();
    assert_eq!(json!(hint), tokens["id_token"]);
    assert_eq!(token.show().await["status"], "none");
    assert!(
        query(&seen_at(&provider, "/token/revocation").await[0]).is_empty(),
        "tokens are not put into URLs"
    );
}
