//! Tokens through the browser: the implicit grant (RFC 6749 section 4.2) and the hybrid flows (OpenID Connect Core
//! section 3.3). The real provider has `id_token` and `code id_token`; the other types are the misbehaving one's,
//! in its honest mood.

use gatepass_tests::{
    Browser, Chromium, Misbehaving, Person, Provider, TokenCommand,
    auth_config::{changed, signs_in},
    provider::CLIENT_SECRET,
    token::check,
};
use serde_json::{Value, json};

use crate::{token_request, token_requests};

fn implicit(provider: &Provider) -> Value {
    let changes = json!({ "grant": "implicit", "response_type": "id_token", "scope": "openid email" });
    changed(&signs_in(&provider.issuer, "implicit"), changes)
}

fn hybrid(provider: &Provider) -> Value {
    let changes = json!({ "response_type": "code id_token", "client_secret": CLIENT_SECRET });
    changed(&signs_in(&provider.issuer, "hybrid"), changes)
}

#[tokio::test]
async fn an_implicit_id_token_comes_and_is_verified() {
    let provider = Provider::start(&[]).await;
    for mode in [json!(null), json!("fragment"), json!("form_post")] {
        let config = changed(&implicit(&provider), json!({ "response_mode": mode }));
        let tokens = TokenCommand::on(&config).get().await;
        assert_eq!(tokens["id_token_claims"]["email"], "alice@example.test", "{mode}");
        assert_eq!((check(&tokens, "signature"), check(&tokens, "nonce")), ("pass", "pass"));
        assert_eq!((&tokens["access_token"], &tokens["has_refresh_token"]), (&json!(null), &json!(false)));
    }
    assert!(provider.log().await.iter().all(|seen| seen.path() != "/token"), "nothing was redeemed");
}

#[tokio::test]
async fn a_real_browser_hands_the_fragment_over() {
    let provider = Provider::start(&[]).await;
    let token = TokenCommand::on(&implicit(&provider)).browser(Browser::Notes);
    let waiting = token.command("get").start();
    let url = token.home().noted_url().await;
    let browser = Chromium::start().await;
    browser.sign_in(&url, &Person::named("alice")).await;
    let output = waiting.wait_with_output().await.unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(token.show().await["id_token_claims"]["sub"], "alice");
}

#[tokio::test]
async fn an_implicit_access_token_comes_with_its_lifetime_and_can_be_sent() {
    let provider = Misbehaving::honest().await;
    let config = changed(&signs_in(&provider.issuer, "app"), json!({ "grant": "implicit" }));
    for (scope, asked) in [("openid photos", "id_token token"), ("photos", "token")] {
        let token = TokenCommand::on(&changed(&config, json!({ "scope": scope })));
        let tokens = token.get().await;
        assert_eq!(
            provider.seen_at("/authorize").pop().unwrap().query("response_type").as_deref(),
            Some(asked)
        );
        assert!(tokens["expires_at"].is_string(), "{tokens}");
        assert_eq!(tokens["id_token"].is_string(), asked == "id_token token");
        token.send(&format!("{}/api/photos", provider.issuer)).await.expect_code(0);
        assert_eq!(provider.seen_at("/api/photos").pop().unwrap().token(), tokens["access_token"].as_str());
    }
    assert!(provider.seen_at("/token").is_empty());
}

#[tokio::test]
async fn code_and_id_token_come_together_and_belong_together() {
    let provider = Provider::start(&[]).await;
    for mode in [json!(null), json!("form_post")] {
        provider.forget_log().await;
        let config = changed(&hybrid(&provider), json!({ "response_mode": mode }));
        let tokens = TokenCommand::on(&config).get().await;
        assert!(tokens["access_token"].is_string() && tokens["has_refresh_token"] == true, "{tokens}");
        let verdicts = tokens["flow"].as_array().unwrap().iter().filter(|step| step["step"] == "id_token");
        let verdicts: Vec<_> = verdicts.map(|step| step["result"].as_str().unwrap()).collect();
        assert_eq!(verdicts, ["ok", "ok"], "one for the browser's token, one for the token endpoint's");
        assert!(token_request(&provider, "authorization_code").await.form("code_verifier").is_some());
    }
}

#[tokio::test]
async fn code_and_tokens_come_together_too() {
    let provider = Misbehaving::honest().await;
    for response_type in ["code token", "code id_token token", "code id_token"] {
        let config = changed(&signs_in(&provider.issuer, "app"), json!({ "response_type": response_type }));
        let tokens = TokenCommand::on(&config).get().await;
        let asked = provider.seen_at("/authorize").pop().unwrap();
        assert_eq!(asked.query("response_type").as_deref(), Some(response_type));
        assert_eq!(check(&tokens, "at_hash"), "pass", "{response_type}: {tokens}");
        assert_eq!(tokens["has_refresh_token"], true, "the code was redeemed: {tokens}");
    }
    assert_eq!(provider.token_requests("authorization_code").len(), 3);
}

#[tokio::test]
async fn a_hybrid_token_set_is_refreshed_like_any_other() {
    let provider = Provider::start(&[]).await;
    let token = TokenCommand::on(&hybrid(&provider));
    let first = token.get().await;
    let second = token.refresh().await;
    assert_ne!(first["access_token"], second["access_token"]);
    assert_eq!(token_requests(&provider, "refresh_token").await.len(), 1);
}
