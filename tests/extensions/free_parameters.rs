//! Free parameters for the three requests, by place; the `Origin` header; the refresh URL.

use gatepass_tests::{
    Provider, TokenCommand,
    auth_config::{changed, signs_in},
    http::{Answer, Server},
};
use serde_json::{Value, json};

use crate::{parameter, seen_at};

fn with(provider: &Provider, changes: Value) -> TokenCommand {
    TokenCommand::on(&changed(&signs_in(&provider.issuer, "native-auto"), changes))
}

#[tokio::test]
async fn rows_go_into_query_body_or_header_and_only_where_they_belong() {
    let provider = Provider::start(&[]).await;
    let rows = |of: &str| {
        json!([
            { "name": format!("{of}_query"), "value": "a b&c", "in": "query" },
            { "name": format!("{of}_body"), "value": "ü=1", "in": "body" },
            { "name": format!("X-{of}"), "value": "h", "in": "header" },
            { "name": format!("{of}_default"), "value": "d" },
            { "name": format!("{of}_off"), "value": "x", "enabled": false },
        ])
    };
    let extra = json!({
        "authorization": [
            { "name": "audience", "value": "https://api.example.test" }, { "name": "off", "value": "x", "enabled": false },
        ],
        "token": rows("token"), "refresh": rows("refresh"),
    });
    let token = with(&provider, json!({ "extra": extra }));
    token.get().await;
    token.refresh().await;
    let asked = seen_at(&provider, "/auth").await.remove(0);
    assert_eq!(parameter(&asked, "audience").as_deref(), Some("https://api.example.test"));
    assert_eq!(parameter(&asked, "off"), None);
    for (of, other, grant_type) in
        [("token", "refresh", "authorization_code"), ("refresh", "token", "refresh_token")]
    {
        let request = provider.token_requests(grant_type).await.remove(0);
        assert_eq!(parameter(&request, &format!("{of}_query")).as_deref(), Some("a b&c"));
        assert_eq!(request.form(&format!("{of}_body")).as_deref(), Some("ü=1"));
        assert_eq!(request.form(&format!("{of}_default")).as_deref(), Some("d"));
        assert_eq!(request.headers[&format!("x-{of}")], "h");
        let everything = format!("{} {} {:?}", request.url, request.body, request.headers);
        assert!(!everything.contains(&format!("{of}_off")) && !everything.contains(&format!("{other}_")));
    }
}

#[tokio::test]
async fn a_refresh_without_rows_of_its_own_carries_those_of_the_token_request() {
    let provider = Provider::start(&[]).await;
    let extra = json!({ "token": [{ "name": "tenant", "value": "t-1" }] });
    let token = with(&provider, json!({ "extra": extra }));
    token.get().await;
    token.refresh().await;
    assert_eq!(provider.token_requests("refresh_token").await[0].form("tenant").as_deref(), Some("t-1"));
}

#[tokio::test]
async fn a_header_row_of_the_authorization_request_goes_with_the_pushed_one() {
    let provider = Provider::start(&[]).await;
    let extra = json!({ "authorization": [{ "name": "X-Fapi", "value": "1", "in": "header" }, { "name": "x_auto", "value": "bob" }] });
    let tokens = with(&provider, json!({ "extra": extra, "par": "always" })).get().await;
    let pushed = seen_at(&provider, "/request").await.remove(0);
    assert_eq!((pushed.headers["x-fapi"].as_str(), pushed.form("x_auto").as_deref()), ("1", Some("bob")));
    assert_eq!(tokens["id_token_claims"]["sub"], "bob");
}

#[tokio::test]
async fn a_row_never_replaces_what_protects_the_sign_in() {
    let provider = Provider::start(&[]).await;
    let extra = json!({ "authorization": [
        { "name": "state", "value": "fixed" }, { "name": "nonce", "value": "fixed" },
        { "name": "code_challenge", "value": "fixed" },
    ] });
    with(&provider, json!({ "extra": extra })).get().await;
    let asked = seen_at(&provider, "/auth").await.remove(0);
    assert!(!asked.url.contains("fixed"), "{}", asked.url);
}

#[tokio::test]
async fn the_origin_header_is_sent_with_every_token_request() {
    let provider = Provider::start(&[]).await;
    let token = with(&provider, json!({ "origin": "https://spa.example.test" }));
    token.get().await;
    token.refresh().await;
    for grant_type in ["authorization_code", "refresh_token"] {
        let request = provider.token_requests(grant_type).await.remove(0);
        assert_eq!(request.headers["origin"], "https://spa.example.test", "{grant_type}");
    }
    provider.forget_log().await;
    with(&provider, json!({})).get().await;
    assert_eq!(provider.token_requests("authorization_code").await[0].headers.get("origin"), None);
}

#[tokio::test]
async fn a_refresh_goes_to_the_refresh_url_and_only_a_refresh() {
    let provider = Provider::start(&[]).await;
    let elsewhere = Server::start(|_| {
        Answer::json(200, &json!({ "access_token": "renewed-elsewhere", "token_type": "Bearer" }))
    })
    .await;
    let token = with(&provider, json!({ "refresh_endpoint": format!("{}/renew", elsewhere.origin()) }));
    token.get().await;
    assert!(elsewhere.seen().is_empty());
    assert_eq!(token.refresh().await["access_token"], "renewed-elsewhere");
    let request = elsewhere.seen().remove(0);
    assert_eq!(
        (request.path.as_str(), request.form("grant_type").as_deref()),
        ("/renew", Some("refresh_token"))
    );
    assert!(provider.token_requests("refresh_token").await.is_empty());
}
