//! What a refresh is, whoever asks for it: one code path, today's config, nothing lost.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use gatepass_tests::{
    Gatepass, Misbehaving, Provider,
    auth_config::{changed, machine, machine_of_the_misbehaving, signs_in, signs_in_with_secret},
    misbehaving::{self, refresh},
};
use serde_json::{Value, json};

use crate::photos;

/// A home with a token for this config, and the config's file.
async fn signed_in(config: &Value) -> (Gatepass, String) {
    let home = Gatepass::new();
    let file = home.file("auth.json", config);
    home.run(&["token", "get", "--config", &file]).await.expect_code(0);
    (home, file)
}

fn basic(id: &str, secret: &str) -> String {
    let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    format!("Basic {}", STANDARD.encode(format!("{}:{}", encode(id), encode(secret))))
}

// Bruno looked a refresh URL of its own up under the wrong key (pains 8).
#[tokio::test]
async fn goes_to_the_refresh_url_if_there_is_one() {
    let provider = Provider::start(&[]).await;
    let config = changed(
        &signs_in(&provider.issuer, "native"),
        json!({ "refresh_endpoint": format!("{}/token?for=refresh", provider.issuer) }),
    );
    let (home, file) = signed_in(&config).await;
    home.run(&["token", "refresh", "--config", &file]).await.expect_code(0);
    assert_eq!(provider.token_requests("authorization_code").await[0].url, "/token");
    assert_eq!(provider.token_requests("refresh_token").await[0].url, "/token?for=refresh");
}

#[tokio::test]
async fn goes_to_the_token_url_if_there_is_none() {
    let provider = Provider::start(&[]).await;
    let (home, file) = signed_in(&signs_in(&provider.issuer, "native")).await;
    home.run(&["token", "refresh", "--config", &file]).await.expect_code(0);
    assert_eq!(provider.token_requests("refresh_token").await[0].url, "/token");
}

// Insomnia sent it on the first request and forgot it on the refresh (pains 32).
#[tokio::test]
async fn carries_the_origin_header_as_the_first_request_did() {
    let provider = Misbehaving::honest().await;
    let config = changed(&signs_in(&provider.issuer, "app"), json!({ "origin": "https://spa.example.com" }));
    let (home, file) = signed_in(&config).await;
    home.run(&["token", "refresh", "--config", &file]).await.expect_code(0);
    for grant in ["authorization_code", "refresh_token"] {
        let origin = provider.token_requests(grant)[0].headers.get("origin").cloned();
        assert_eq!(origin.as_deref(), Some("https://spa.example.com"), "{grant}");
    }
}

// Two and a half years in Insomnia, open in Postman (pains 5).
#[tokio::test]
async fn authenticates_the_client_as_the_first_request_did() {
    let provider = Misbehaving::honest().await;
    for method in ["client_secret_basic", "client_secret_post", "none"] {
        let secret = json!({ "client_secret": "s3cret", "client_authentication": method });
        let config = changed(&signs_in(&provider.issuer, &format!("app-{method}")), secret);
        let (home, file) = signed_in(&config).await;
        home.run(&["token", "refresh", "--config", &file]).await.expect_code(0);
    }
    let how = |request: &gatepass_tests::http::Request| {
        (
            request.headers.get("authorization").cloned(),
            request.form("client_secret"),
            request.form("client_id"),
        )
    };
    let first: Vec<_> = provider.token_requests("authorization_code").iter().map(how).collect();
    let again: Vec<_> = provider.token_requests("refresh_token").iter().map(how).collect();
    assert_eq!(first, again);
    assert_eq!(first[0], (Some(basic("app-client_secret_basic", "s3cret")), None, None));
    assert_eq!(first[1], (None, Some("s3cret".into()), Some("app-client_secret_post".into())));
    assert_eq!(first[2], (None, None, Some("app-none".into())), "no secret, and no empty one either");
}

// Postman refreshes with the config of the day when the token was made (pains 6).
#[tokio::test]
async fn uses_todays_secret_and_parameters() {
    let provider = Misbehaving::honest().await;
    let config = changed(&signs_in(&provider.issuer, "app"), json!({ "client_secret": "yesterday" }));
    let (home, _) = signed_in(&config).await;
    let extra = json!({ "refresh": [
        { "name": "tenant", "value": "t-1" },
        { "name": "X-Trace", "value": "on", "in": "header" },
        { "name": "not", "value": "me", "enabled": false },
    ] });
    let today =
        home.file("auth.json", &changed(&config, json!({ "client_secret": "today", "extra": extra })));
    home.run(&["token", "refresh", "--config", &today]).await.expect_code(0);
    let request = &provider.token_requests("refresh_token")[0];
    assert_eq!(request.headers["authorization"], basic("app", "today"));
    assert_eq!(request.form("tenant").as_deref(), Some("t-1"));
    assert_eq!(request.headers.get("x-trace").map(String::as_str), Some("on"));
    assert_eq!(request.form("not"), None);
}

#[tokio::test]
async fn sends_exactly_what_the_standard_says() {
    let provider = Misbehaving::honest().await;
    let (home, file) = signed_in(&signs_in(&provider.issuer, "app")).await;
    home.run(&["token", "refresh", "--config", &file]).await.expect_code(0);
    for grant in ["authorization_code", "refresh_token"] {
        let request = &provider.token_requests(grant)[0];
        assert_eq!(request.headers["accept"], "application/json", "{grant}");
        let content_type = &request.headers["content-type"];
        assert!(content_type.starts_with("application/x-www-form-urlencoded"), "{content_type}");
        let names: Vec<_> =
            url::form_urlencoded::parse(request.body.as_bytes()).map(|(name, _)| name).collect();
        let mut distinct = names.clone();
        distinct.sort();
        distinct.dedup();
        assert_eq!(distinct.len(), names.len(), "no parameter is sent twice: {names:?}");
        assert!(!names.iter().any(|name| name == "scope" || name == "client_secret"), "{names:?}");
    }
}

// Bruno and httpyac lose it (pains 9).
#[tokio::test]
async fn keeps_the_old_refresh_token_when_none_is_returned() {
    let provider = Misbehaving::start(refresh::without_a_new_refresh_token()).await;
    let (home, file) = signed_in(&signs_in(&provider.issuer, "app")).await;
    let refreshed = home.run(&["token", "refresh", "--config", &file, "--json"]).await.expect_code(0).json();
    assert_eq!(refreshed["has_refresh_token"], true);
    // The provider forgot it, but it is asked with it again.
    home.run(&["token", "refresh", "--config", &file]).await;
    let used: Vec<_> = provider.token_requests("refresh_token");
    assert_eq!(used[0].form("refresh_token"), used[1].form("refresh_token"));
}

#[tokio::test]
async fn an_id_token_that_is_not_renewed_stays() {
    let provider = Misbehaving::start(misbehaving::Case::default().refresh(|turn| {
        turn.altered(|tokens| {
            tokens.shift_remove("id_token");
        })
    }))
    .await;
    let (home, file) = signed_in(&signs_in(&provider.issuer, "app")).await;
    let before = home.run(&["token", "show", "--config", &file, "--json"]).await.expect_code(0).json();
    let after = home.run(&["token", "refresh", "--config", &file, "--json"]).await.expect_code(0).json();
    assert_ne!(after["access_token"], before["access_token"]);
    assert_eq!(after["id_token"], before["id_token"]);
}

// The person who signed in cannot become another one by a refresh (OpenID Connect Core section 12.2).
#[tokio::test]
async fn an_id_token_about_somebody_else_is_refused() {
    let provider = Misbehaving::honest().await;
    let (home, file) = signed_in(&signs_in(&provider.issuer, "app")).await;
    provider.turn_to(refresh::id_token_of_another_subject());
    let error = home.run(&["token", "refresh", "--config", &file, "--json"]).await.error(3);
    assert_eq!(error["code"], "id_token_invalid", "{error}");
    assert!(error.to_string().contains("mallory"), "what came is told: {error}");
}

// Postman does nothing without a refresh token (pains 2).
#[tokio::test]
async fn a_machine_simply_asks_again() {
    let provider = Provider::start(&["--ttl-access", "1"]).await;
    let home = Gatepass::new();
    home.import(&photos(&provider, &machine(&provider, "cc"))).await;
    let first = home.run(&["token", "get", "Photos"]).await.expect_code(0).stdout;
    home.until_expired("Photos").await;
    let again = home.run(&["token", "get", "Photos"]).await.expect_code(0).stdout;
    assert_ne!(first, again);
    assert_ne!(home.run(&["token", "refresh", "Photos"]).await.expect_code(0).stdout, again);
    assert_eq!(provider.token_requests("client_credentials").await.len(), 3);
    assert!(provider.token_requests("refresh_token").await.is_empty(), "there is none to use");
}

#[tokio::test]
async fn a_person_without_a_refresh_token_is_needed() {
    let provider = Provider::start(&["--refresh-without-offline=false"]).await;
    let home = Gatepass::new();
    let config = changed(&signs_in(&provider.issuer, "native"), json!({ "scope": "openid api:read" }));
    home.import(&photos(&provider, &config)).await;
    home.run(&["token", "get", "Photos"]).await.expect_code(0);
    let error = home.run(&["token", "refresh", "Photos", "--json"]).await.error(3);
    assert_eq!(error["code"], "sign_in_needed", "{error}");
    assert!(provider.token_requests("refresh_token").await.is_empty());
    assert_eq!(home.show("Photos").await["status"], "valid", "the token still lives");
}

// Bruno deletes the token at a time-out, Yaak at a 429 (pains 10).
#[tokio::test]
async fn whatever_else_goes_wrong_the_refresh_token_is_kept() {
    let provider = Misbehaving::honest().await;
    let (home, file) = signed_in(&signs_in(&provider.issuer, "app")).await;
    let cases = [
        refresh::html(),
        refresh::rate_limited(1),
        refresh::error(500, "server_error"),
        refresh::error(503, "temporarily_unavailable"),
        refresh::error(408, "timeout"),
        refresh::error(401, "invalid_client"),
        refresh::error(400, "invalid_request"),
        refresh::error(400, "unauthorized_client"),
    ];
    for case in cases {
        provider.turn_to(case);
        home.run(&["token", "refresh", "--config", &file]).await.expect_code(3);
        let shown = home.run(&["token", "show", "--config", &file, "--json"]).await.expect_code(0).json();
        assert_eq!(
            (&shown["status"], &shown["has_refresh_token"]),
            (&json!("failed"), &json!(true)),
            "{shown}"
        );
        assert!(shown["reason"].is_string(), "{shown}");
    }
    provider.turn_to(misbehaving::Case::default());
    let refreshed = home.run(&["token", "refresh", "--config", &file, "--json"]).await.expect_code(0).json();
    assert_eq!(refreshed["status"], "valid", "by the same refresh token, a click is enough");
}

#[tokio::test]
async fn a_refused_refresh_token_ends_it_and_is_not_tried_again() {
    let provider = Provider::start(&["--ttl-access", "1"]).await;
    let home = Gatepass::new();
    home.import(&photos(&provider, &signs_in(&provider.issuer, "native"))).await;
    let got = home.run(&["token", "get", "Photos", "--json"]).await.expect_code(0).json();
    assert_eq!(provider.revoke_refresh_tokens("native").await, 1);
    home.until_expired("Photos").await;
    for _ in 0..3 {
        let held =
            home.command(&["send", "Photos", "List photos", "--json"]).without_env("BROWSER").run().await;
        let error = held.error(3);
        assert_eq!(error["code"], "sign_in_needed", "{error}");
    }
    assert_eq!(provider.token_requests("refresh_token").await.len(), 1, "said once, not tried again");
    assert!(provider.api_requests().await.is_empty(), "the dead token was not sent");
    let shown = home.show("Photos").await;
    assert_eq!(shown["status"], "sign-in-needed", "{shown}");
    assert!(shown["reason"].to_string().contains("refus"), "the reason says which: {shown}");
    assert_eq!(shown["id_token"], got["id_token"], "kept for inspection");
    home.run(&["token", "get", "Photos"]).await.expect_code(0);
    assert_eq!(home.show("Photos").await["status"], "valid");
}

#[tokio::test]
async fn a_provider_that_is_down_is_named_and_comes_back() {
    let mut provider = Misbehaving::honest().await;
    let (home, file) = signed_in(&machine_of_the_misbehaving(&provider.issuer)).await;
    provider.go_down().await;
    let error = home.run(&["token", "refresh", "--config", &file, "--json"]).await.error(3);
    assert_eq!(error["code"], "network", "{error}");
    assert!(error.to_string().contains(provider.issuer.trim_start_matches("http://")), "{error}");
    provider.come_back().await;
    home.run(&["token", "refresh", "--config", &file]).await.expect_code(0);
}

#[tokio::test]
async fn a_confidential_client_refreshes_too() {
    let provider = Provider::start(&[]).await;
    let (home, file) = signed_in(&signs_in_with_secret(&provider, "basic")).await;
    home.run(&["token", "refresh", "--config", &file]).await.expect_code(0);
    let request = &provider.token_requests("refresh_token").await[0];
    assert!(request.headers["authorization"].starts_with("Basic "), "{request:?}");
}
