//! Pushed authorization requests (RFC 9126), signed request objects (RFC 9101), signed answers (JARM).

use gatepass_tests::{
    Misbehaving, Provider, TokenCommand,
    auth_config::{changed, signs_in},
};
use serde_json::{Value, json};

use crate::{parameter, part, query, seen_at};

fn config(provider: &Provider, client_id: &str, changes: Value) -> Value {
    changed(&signs_in(&provider.issuer, client_id), changes)
}

/// The names of what the browser carried to the provider.
async fn carried(provider: &Provider) -> Vec<String> {
    let asked = seen_at(provider, "/auth").await.remove(0);
    query(&asked).into_iter().map(|(name, _)| name).collect()
}

#[tokio::test]
async fn a_request_is_pushed_where_the_provider_requires_it() {
    let provider = Provider::start(&["--require-par"]).await;
    TokenCommand::on(&config(&provider, "native-auto", json!({}))).get().await;
    let pushed = seen_at(&provider, "/request").await;
    assert_eq!(pushed.len(), 1);
    assert_eq!(pushed[0].form("code_challenge_method").as_deref(), Some("S256"));
    assert_eq!(
        carried(&provider).await,
        ["client_id", "request_uri"],
        "the browser carries a reference alone"
    );
    let never =
        TokenCommand::on(&config(&provider, "native-auto", json!({ "par": "never" }))).refused().await;
    assert_eq!(never["oauth_error"], "invalid_request", "{never}");
}

#[tokio::test]
async fn a_request_is_pushed_by_choice_and_otherwise_not() {
    let provider = Provider::start(&[]).await;
    for (par, pushed) in [("auto", 0), ("never", 0), ("always", 1)] {
        provider.forget_log().await;
        TokenCommand::on(&config(&provider, "native-auto", json!({ "par": par }))).get().await;
        assert_eq!(seen_at(&provider, "/request").await.len(), pushed, "{par}");
    }
    TokenCommand::on(&config(&provider, "native-par", json!({ "par": "always" }))).get().await;
}

#[tokio::test]
async fn a_push_that_is_refused_says_why() {
    let provider = Provider::start(&[]).await;
    let wrong = json!({ "par": "always", "redirect_uri": "http://127.0.0.1:{port}/not-registered" });
    let error = TokenCommand::on(&config(&provider, "native-auto", wrong)).refused().await;
    assert_eq!(error["oauth_error"], "invalid_request", "{error}");
    assert!(error["cause"].as_str().unwrap().contains("/not-registered"), "{error}");
    assert!(seen_at(&provider, "/auth").await.is_empty(), "no browser was opened for it");
}

#[tokio::test]
async fn a_signed_request_object_carries_every_parameter() {
    let provider = Provider::start(&[]).await;
    let signed = json!({
        "request_object": "signed", "client_key": { "jwk": provider.client_jwk("c-es") },
        "client_authentication": "none", "claims": { "id_token": { "email": null } }, "max_age": 600,
    });
    for par in ["never", "always"] {
        provider.forget_log().await;
        let config = changed(&config(&provider, "jar", signed.clone()), json!({ "par": par }));
        let tokens = TokenCommand::on(&config).get().await;
        assert_eq!(tokens["id_token_claims"]["email"], "alice@example.test");
        let (path, mut beside) = match par {
            "never" => ("/auth", carried(&provider).await),
            _ => ("/request", Vec::new()),
        };
        let asked = seen_at(&provider, path).await.remove(0);
        let object = asked.form("request").or_else(|| parameter(&asked, "request")).unwrap();
        let (header, claims) = (part(&object, 0), part(&object, 1));
        assert_eq!((&header["alg"], &header["kid"]), (&json!("ES256"), &json!("c-es")));
        assert_eq!((&claims["iss"], &claims["aud"]), (&json!("jar"), &json!(provider.issuer)));
        assert_eq!(claims["claims"], json!({ "id_token": { "email": null } }), "JSON stays JSON");
        assert_eq!(claims["max_age"], 600);
        for name in ["state", "nonce", "code_challenge", "redirect_uri", "exp"] {
            assert!(!claims[name].is_null(), "{name} is missing: {claims}");
        }
        beside.retain(|name| !["client_id", "response_type", "scope", "request"].contains(&name.as_str()));
        assert!(beside.is_empty(), "nothing else stands beside it: {beside:?}");
    }
}

#[tokio::test]
async fn a_signed_answer_is_verified_in_every_mode() {
    let provider = Provider::start(&[]).await;
    for mode in ["jwt", "query.jwt", "fragment.jwt", "form_post.jwt"] {
        let tokens =
            TokenCommand::on(&config(&provider, "jarm", json!({ "response_mode": mode }))).get().await;
        assert_eq!(tokens["id_token_claims"]["sub"], "alice", "{mode}");
    }
    assert_eq!(provider.token_requests("authorization_code").await.len(), 4);
}

#[tokio::test]
async fn a_plain_answer_does_not_pass_for_a_signed_one() {
    let provider = Misbehaving::honest().await;
    let asked = json!({ "response_mode": "jwt" });
    let error = TokenCommand::on(&changed(&signs_in(&provider.issuer, "app"), asked)).refused().await;
    assert_eq!(error["code"], "invalid_response", "{error}");
    assert!(error["cause"].as_str().unwrap().contains("signed one was asked for"), "{error}");
    assert!(provider.token_requests("authorization_code").is_empty(), "its code is not redeemed");
}
