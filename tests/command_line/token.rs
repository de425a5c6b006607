//! `gatepass token get|refresh|show|list|delete`.

use gatepass_tests::{
    Gatepass, Provider,
    auth_config::{changed, signs_in, signs_in_with_secret},
};
use serde_json::json;

use crate::photos;

async fn api(provider: &Provider, token: &str) -> u16 {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    client.get(format!("{}/photos", provider.api)).bearer_auth(token).send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn get_prints_the_token_alone_and_the_api_takes_it() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    let config = home.file("auth.json", &signs_in(&provider.issuer, "native"));
    let printed = home.run(&["token", "get", "--config", &config]).await.expect_code(0).stdout;
    let token = printed.strip_suffix('\n').expect("one line");
    assert!(!token.is_empty() && !token.contains(char::is_whitespace), "{printed:?}");
    assert_eq!(api(&provider, token).await, 200);
}

#[tokio::test]
async fn a_stored_token_is_printed_again_without_asking_anybody() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    let config = home.file("auth.json", &signs_in(&provider.issuer, "native"));
    let first = home.run(&["token", "get", "--config", &config, "--json"]).await.expect_code(0).json();
    provider.forget_log().await;
    let second = home.run(&["token", "get", "--config", &config, "--json"]).await.expect_code(0).json();
    assert_eq!(second["access_token"], first["access_token"]);
    assert_eq!(second["flow"], json!([]), "nothing was done");
    assert!(provider.log().await.is_empty(), "{:?}", provider.log().await);
}

#[tokio::test]
async fn options_choose_the_id_token_and_the_whole_header() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    let config = home.file("auth.json", &signs_in(&provider.issuer, "native"));
    let all = home.run(&["token", "get", "--config", &config, "--json"]).await.expect_code(0).json();
    let access_token = all["access_token"].as_str().unwrap();
    let id_token = all["id_token"].as_str().unwrap();
    let printed = async |options: &[&str]| {
        let arguments = [&["token", "get", "--config", &config], options].concat();
        home.run(&arguments).await.expect_code(0).stdout
    };
    assert_eq!(printed(&["--id-token"]).await, format!("{id_token}\n"));
    assert_eq!(printed(&["--header"]).await, format!("Authorization: Bearer {access_token}\n"));
    assert_eq!(printed(&["--header", "--id-token"]).await, format!("Authorization: Bearer {id_token}\n"));
}

#[tokio::test]
async fn the_refresh_token_is_printed_only_when_asked_for_by_name() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    let config = home.file("auth.json", &signs_in(&provider.issuer, "native"));
    let told = home.run(&["token", "get", "--config", &config, "--json"]).await.expect_code(0);
    assert_eq!(told.json()["has_refresh_token"], true);
    let revealed = ["token", "show", "--config", &config, "--json", "--reveal-refresh-token"];
    let revealed = home.run(&revealed).await.expect_code(0).json();
    let refresh_token = revealed["refresh_token"].as_str().expect("it was asked for");
    assert!(!told.stdout.contains(refresh_token) && !told.stderr.contains(refresh_token));
}

#[tokio::test]
async fn refresh_brings_a_new_token_and_keeps_the_rotated_refresh_token() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    home.import(&photos(&provider, &signs_in(&provider.issuer, "native"))).await;
    let mut seen = vec![home.run(&["token", "get", "Photos"]).await.expect_code(0).stdout];
    for _ in 0..3 {
        seen.push(home.run(&["token", "refresh", "Photos"]).await.expect_code(0).stdout);
    }
    let mut distinct = seen.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), 4, "each is a new one");
    assert_eq!(api(&provider, seen[3].trim_end()).await, 200);
    let requests = provider.token_requests("refresh_token").await;
    let mut used: Vec<_> = requests.iter().map(|request| request.form("refresh_token").unwrap()).collect();
    used.sort();
    used.dedup();
    assert_eq!((requests.len(), used.len()), (3, 3), "no refresh token is used twice");
    assert!(requests.iter().all(|request| request.status == Some(200)), "{requests:?}");
}

#[tokio::test]
async fn show_gets_and_renews_nothing() {
    let provider = Provider::start(&["--ttl-access", "1"]).await;
    let home = Gatepass::new();
    home.import(&photos(&provider, &signs_in(&provider.issuer, "native"))).await;
    assert_eq!(home.show("Photos").await["status"], "none");
    assert!(provider.log().await.is_empty(), "nobody was asked");
    home.run(&["token", "get", "Photos"]).await.expect_code(0);
    home.until_expired("Photos").await;
    assert!(provider.token_requests("refresh_token").await.is_empty());
}

#[tokio::test]
async fn list_tells_of_every_token_and_shows_none() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    let config = signs_in(&provider.issuer, "native");
    let first = home.file("first.json", &config);
    let second = home.file("second.json", &changed(&config, json!({ "token_name": "second" })));
    for config in [&first, &second] {
        home.run(&["token", "get", "--config", config]).await.expect_code(0);
    }
    let listed = home.run(&["token", "list", "--json"]).await.expect_code(0).json();
    let mut listed: Vec<_> = crate::names(&listed["tokens"], "name");
    listed.sort_unstable();
    assert_eq!(listed, ["default", "second"]);
}

// Postman and Insomnia went on sending what had been deleted (pains 16).
#[tokio::test]
async fn a_deleted_token_is_gone_for_every_later_command() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    home.import(&photos(&provider, &signs_in(&provider.issuer, "native"))).await;
    home.run(&["token", "get", "Photos"]).await.expect_code(0);
    let deleted = home.run(&["token", "delete", "Photos", "--json"]).await.expect_code(0).json();
    assert_eq!(deleted["done"], true);
    assert_eq!(home.show("Photos").await["status"], "none");
    let listed = home.run(&["token", "list", "--json"]).await.expect_code(0).json();
    assert_eq!(listed, json!({ "tokens": [] }));
    let held = home.command(&["send", "Photos", "List photos", "--json"]).without_env("BROWSER").run().await;
    held.error(3);
    assert!(provider.api_requests().await.is_empty(), "it was not sent");
}

#[tokio::test]
async fn a_request_names_its_own_token_and_inherits_its_collections() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    let mut document = photos(&provider, &signs_in(&provider.issuer, "native"));
    let own = gatepass_tests::collection::oauth2(&signs_in_with_secret(&provider, "basic"));
    document["item"].as_array_mut().unwrap().push(json!({
        "name": "Its own", "request": { "method": "GET", "url": "http://127.0.0.1/", "auth": own },
    }));
    home.import(&document).await;
    home.run(&["token", "get", "Photos#Its own"]).await.expect_code(0);
    assert_eq!(home.show("Photos#Its own").await["status"], "valid");
    assert_eq!(home.show("Photos#List photos").await["status"], "none");
    home.run(&["token", "get", "Photos"]).await.expect_code(0);
    assert_eq!(home.show("Photos#List photos").await["status"], "valid");
}

#[tokio::test]
async fn a_name_tells_tokens_of_one_config_apart() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    let config = home.file("auth.json", &signs_in(&provider.issuer, "native"));
    let named = async |name: &str| {
        let arguments = ["token", "get", "--config", &config, "--name", name];
        home.run(&arguments).await.expect_code(0).stdout
    };
    let first = named("first").await;
    assert_ne!(named("second").await, first);
    assert_eq!(named("first").await, first);
}

#[tokio::test]
async fn an_unknown_setting_is_named() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    let wrong = changed(&signs_in(&provider.issuer, "native"), json!({ "clinet_id": "typo" }));
    let config = home.file("auth.json", &wrong);
    let finished = home.run(&["token", "get", "--config", &config, "--json"]).await;
    let code = finished.code.unwrap();
    assert!([2, 3].contains(&code), "{finished:?}");
    let error = finished.error(code);
    assert!(error.to_string().contains("clinet_id"), "{error}");
    assert!(provider.log().await.is_empty(), "nothing was asked with half a config");
}
