//! `gatepass import`.

use gatepass_tests::{
    Collection, Gatepass, Provider,
    auth_config::{changed, signs_in},
    http::{Answer, Server},
};
use serde_json::json;

use crate::{names, photos};

#[tokio::test]
async fn a_collection_comes_from_standard_input_too() {
    let home = Gatepass::new();
    let text = Collection::named("Piped").get("Get", "http://127.0.0.1:9/").json().to_string();
    let told = home.command(&["import", "-", "--json"]).input(&text).run().await.expect_code(0).json();
    assert_eq!(names(&told["collections"], "name"), ["Piped"]);
}

#[tokio::test]
async fn folders_requests_and_authorization_come_along() {
    let server = Server::start(|_| Answer::json(200, &json!({}))).await;
    let home = Gatepass::new();
    let bearer = json!({ "type": "bearer", "bearer": [{ "key": "token", "value": "from the folder" }] });
    let url = server.origin();
    let deep = Collection::named("Deep").get("Inherits", &url).item(json!({
        "name": "Has its own",
        "request": { "method": "POST", "url": url, "auth": { "type": "basic", "basic": [
            { "key": "username", "value": "alice" }, { "key": "password", "value": "secret" },
        ] }, "header": [{ "key": "X-Kept", "value": "yes" }, { "key": "X-Off", "value": "no", "disabled": true }],
        "body": { "mode": "urlencoded", "urlencoded": [{ "key": "a b", "value": "ü&=" }] } },
    }));
    let document = Collection::named("Tree").folder(Collection::named("Outer").auth(bearer).folder(deep));
    home.import(&document.json()).await;
    home.run(&["send", "Tree", "Outer/Deep/Inherits"]).await.expect_code(0);
    home.run(&["send", "Tree", "Has its own"]).await.expect_code(0);
    let seen = server.seen();
    assert_eq!(seen[0].headers["authorization"], "Bearer from the folder");
    assert_eq!(seen[1].headers["authorization"], "Basic YWxpY2U6c2VjcmV0");
    assert_eq!(
        (seen[1].headers.get("x-kept").map(String::as_str), seen[1].headers.get("x-off")),
        (Some("yes"), None)
    );
    assert_eq!((seen[1].method.as_str(), seen[1].form("a b").as_deref()), ("POST", Some("ü&=")));
}

#[tokio::test]
async fn oauth_settings_come_along_and_work_without_an_issuer() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    let at = |path: &str| format!("{}{path}", provider.issuer);
    let config = changed(
        &signs_in(&provider.issuer, "native"),
        json!({ "issuer": null, "authorization_endpoint": at("/auth"), "token_endpoint": at("/token") }),
    );
    home.import(&photos(&provider, &config)).await;
    let got = home.run(&["token", "get", "Photos", "--json"]).await.expect_code(0).json();
    assert_eq!(got["status"], "valid");
    let sent = home.run(&["send", "Photos", "List photos", "--json"]).await.expect_code(0).json();
    assert_eq!(sent["status"], 200);
    assert!(
        !provider.log().await.iter().any(|seen| seen.path().contains(".well-known")),
        "nothing was discovered"
    );
}

// A token in somebody's export is not this person's consent to use it.
#[tokio::test]
async fn a_token_value_in_the_document_is_offered_and_never_used() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    let mut document = photos(&provider, &signs_in(&provider.issuer, "native"));
    let rows = document["auth"]["oauth2"].as_array_mut().unwrap();
    rows.push(json!({ "key": "accessToken", "value": "somebody-elses-token" }));
    let told = home.import(&document).await;
    assert!(!told["warnings"].as_array().unwrap().is_empty(), "{told}");
    assert!(!told.to_string().contains("somebody-elses-token"), "{told}");
    assert_eq!(home.show("Photos").await["status"], "none");
    home.command(&["send", "Photos", "List photos"]).without_env("BROWSER").run().await.expect_code(3);
    assert!(provider.log().await.iter().all(|seen| seen.token() != Some("somebody-elses-token")));
}

#[tokio::test]
async fn nothing_imported_runs_by_itself() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    home.import(&photos(&provider, &signs_in(&provider.issuer, "native"))).await;
    assert!(provider.log().await.is_empty(), "{:?}", provider.log().await);
}

#[tokio::test]
async fn the_same_document_twice_is_two_collections_and_a_name_means_neither_silently() {
    let home = Gatepass::new();
    let document = Collection::named("Twice").get("Get", "http://127.0.0.1:9/").json();
    home.import(&document).await;
    home.import(&document).await;
    let error = home.run(&["send", "Twice", "Get", "--json"]).await.error(2);
    assert!(error.to_string().contains("Twice"), "{error}");
}
