//! `gatepass send`: one request.

use gatepass_tests::{
    Browser, Collection, Gatepass, Misbehaving, Provider,
    auth_config::{changed, machine, signs_in},
    http::{Answer, Server},
    misbehaving::Case,
};
use serde_json::{Value, json};

use crate::photos;

#[tokio::test]
async fn the_body_goes_to_stdout_and_the_rest_to_stderr() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    home.import(&photos(&provider, &machine(&provider, "cc"))).await;
    let sent = home.run(&["send", "Photos", "List photos", "-v"]).await.expect_code(0);
    let body: Value = serde_json::from_str(&sent.stdout).expect("the body alone");
    assert_eq!(body["ok"], true);
    assert!(
        sent.stderr.contains("200") && sent.stderr.to_lowercase().contains("content-type"),
        "{}",
        sent.stderr
    );
}

#[tokio::test]
async fn exactly_the_chosen_token_is_on_the_wire() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    let config = signs_in(&provider.issuer, "native");
    let url = |kind: &str| format!("{}/{kind}/me", provider.api);
    let id_token = gatepass_tests::collection::oauth2(&changed(&config, json!({ "use_token": "id_token" })));
    let document =
        Collection::named("Photos").oauth2(&config).get("Access", &url("access-token")).item(json!({
            "name": "Id", "request": { "method": "GET", "url": url("id-token"), "auth": id_token },
        }));
    home.import(&document.json()).await;
    home.run(&["token", "get", "Photos"]).await.expect_code(0);
    let shown = home.show("Photos").await;
    for (request, key) in [("Access", "access_token"), ("Id", "id_token")] {
        let sent = home.run(&["send", "Photos", request, "--json"]).await.expect_code(0).json();
        assert_eq!(sent["status"], 200, "a resource server took it: {sent}");
        assert_eq!(sent["auth"]["use_token"], key);
        let seen = provider.api_requests().await.pop().unwrap();
        assert_eq!(seen.token(), shown[key].as_str());
    }
    assert_eq!(provider.token_requests("authorization_code").await.len(), 1, "both share one sign-in");
}

#[tokio::test]
async fn a_token_goes_where_the_config_says() {
    let provider = Misbehaving::honest().await;
    let home = Gatepass::new();
    let config = gatepass_tests::auth_config::machine_of_the_misbehaving(&provider.issuer);
    let place = |name: &str, changes: Value| {
        Collection::named(name)
            .oauth2(&changed(&config, changes))
            .get(&format!("To {name}"), &format!("{}/api/{name}", provider.issuer))
    };
    let document = Collection::named("Places")
        .folder(place("header", json!({ "header_name": "X-Token", "header_prefix": "Token" })))
        .folder(place("query", json!({ "send_in": "query", "parameter_name": "key" })));
    home.import(&document.json()).await;
    home.run(&["run", "Places"]).await;
    let header = &provider.seen_at("/api/header")[0];
    assert!(header.headers["x-token"].starts_with("Token access-"), "{header:?}");
    assert!(!header.headers.contains_key("authorization"));
    let query = &provider.seen_at("/api/query")[0];
    assert!(query.query("key").unwrap().starts_with("access-"), "{query:?}");
    assert!(!query.headers.contains_key("authorization"));
}

#[tokio::test]
async fn a_request_that_needs_a_person_asks_where_a_browser_is_there_and_is_held_back_elsewhere() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    home.import(&photos(&provider, &signs_in(&provider.issuer, "native"))).await;
    let arguments = ["send", "Photos", "List photos", "--json"];
    let error = home.command(&arguments).without_env("BROWSER").run().await.error(3);
    assert_eq!(error["code"], "sign_in_needed", "{error}");
    assert!(error["next_step"].to_string().contains("token get"), "{error}");
    assert!(
        provider.log().await.iter().all(|seen| seen.path() != "/auth" && !seen.path().starts_with("/api"))
    );
    let sent =
        home.command(&arguments).browser(&Browser::SignsInAs("alice")).run().await.expect_code(0).json();
    assert_eq!(sent["status"], 200);
}

#[tokio::test]
async fn without_a_token_a_request_leaves_only_when_told_to() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    home.import(&photos(&provider, &signs_in(&provider.issuer, "native"))).await;
    let command = home.command(&["send", "Photos", "List photos", "--json", "--send-anyway"]);
    let sent = command.without_env("BROWSER").run().await.json();
    assert_eq!(sent["status"], 401, "{sent}");
    assert_eq!(provider.api_requests().await[0].token(), None);
}

// The server restarted, the token looks valid, every call answers 401: open in Bruno (pains 4).
#[tokio::test]
async fn a_401_because_of_the_token_causes_one_refresh_and_one_retry() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    home.import(&photos(&provider, &signs_in(&provider.issuer, "native"))).await;
    home.run(&["token", "get", "Photos"]).await.expect_code(0);
    provider.revoke_access_tokens("native").await;
    let sent = home.run(&["send", "Photos", "List photos", "--json"]).await.expect_code(0).json();
    assert_eq!((&sent["status"], &sent["auth"]["refreshed"]), (&json!(200), &json!(true)), "{sent}");
    assert_eq!(provider.token_requests("refresh_token").await.len(), 1);
    let statuses: Vec<_> = provider.api_requests().await.iter().map(|seen| seen.status).collect();
    assert_eq!(statuses, [Some(401), Some(200)]);
}

#[tokio::test]
async fn a_401_that_stays_is_shown_after_one_retry() {
    let refuses = |turn: &gatepass_tests::misbehaving::Turn<'_>| {
        let _ = turn;
        Answer::json(401, &json!({ "error": "invalid_token" }))
            .header("www-authenticate", "Bearer error=\"invalid_token\"")
    };
    let provider = Misbehaving::start(Case::default().api(refuses)).await;
    let home = Gatepass::new();
    let config = signs_in(&provider.issuer, "app");
    let document =
        Collection::named("Photos").oauth2(&config).get("List", &format!("{}/api/photos", provider.issuer));
    home.import(&document.json()).await;
    home.run(&["token", "get", "Photos"]).await.expect_code(0);
    let sent = home.run(&["send", "Photos", "List", "--json"]).await.json();
    assert_eq!(sent["status"], 401, "{sent}");
    assert_eq!(provider.token_requests("refresh_token").len(), 1);
    assert_eq!(provider.seen_at("/api/photos").len(), 2, "never a third time");
}

#[tokio::test]
async fn a_401_for_another_reason_is_shown_as_it_is() {
    let provider = Misbehaving::start(
        Case::default()
            .api(|_| Answer::json(401, &json!({})).header("www-authenticate", "Basic realm=\"x\"")),
    )
    .await;
    let home = Gatepass::new();
    let url = format!("{}/api/photos", provider.issuer);
    let config = signs_in(&provider.issuer, "app");
    let never = gatepass_tests::collection::oauth2(&changed(&config, json!({ "retry_on_401": "never" })));
    let always = gatepass_tests::collection::oauth2(&changed(&config, json!({ "retry_on_401": "always" })));
    let item = |name: &str, auth: &Value| json!({ "name": name, "request": { "method": "GET", "url": url, "auth": auth } });
    let document = Collection::named("Photos")
        .oauth2(&config)
        .get("Default", &url)
        .item(item("Never", &never))
        .item(item("Always", &always));
    home.import(&document.json()).await;
    home.run(&["token", "get", "Photos"]).await.expect_code(0);
    for (request, refreshes) in [("Default", 0), ("Never", 0), ("Always", 1)] {
        home.run(&["send", "Photos", request]).await;
        assert_eq!(provider.token_requests("refresh_token").len(), refreshes, "{request}");
    }
}

#[tokio::test]
async fn a_retry_sends_the_same_body_again() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    let body = json!({ "mode": "raw", "raw": "{\"title\": \"Sunset\"}", "options": { "raw": { "language": "json" } } });
    let document = Collection::named("Photos").oauth2(&signs_in(&provider.issuer, "native")).item(json!({
        "name": "Post", "request": { "method": "POST", "url": format!("{}/photos", provider.api), "body": body },
    }));
    home.import(&document.json()).await;
    home.run(&["token", "get", "Photos"]).await.expect_code(0);
    provider.revoke_access_tokens("native").await;
    home.run(&["send", "Photos", "Post"]).await.expect_code(0);
    let sent = provider.api_requests().await;
    assert_eq!(sent.len(), 2);
    assert!(sent.iter().all(|seen| seen.body == "{\"title\": \"Sunset\"}"), "{sent:?}");
}

// Bruno sent it to the other host until 2026 (pains 50).
#[tokio::test]
async fn a_token_does_not_follow_a_redirect_to_another_origin() {
    let elsewhere = Server::start(|_| Answer::json(200, &json!({ "elsewhere": true }))).await;
    let target = format!("{}/caught", elsewhere.origin());
    let provider = Misbehaving::start(Case::default().api(move |_| Answer::redirect(&target))).await;
    let home = Gatepass::new();
    let config = gatepass_tests::auth_config::machine_of_the_misbehaving(&provider.issuer);
    let document =
        Collection::named("Photos").oauth2(&config).get("List", &format!("{}/api/photos", provider.issuer));
    home.import(&document.json()).await;
    let sent = home.run(&["send", "Photos", "List", "--json"]).await.expect_code(0).json();
    assert_eq!(sent["status"], 200);
    let caught = &elsewhere.seen()[0];
    assert_eq!(caught.headers.get("authorization"), None);
    assert!(!format!("{caught:?}").contains("access-"), "{caught:?}");
}

#[tokio::test]
async fn a_server_that_is_not_there_fails_the_request() {
    let home = Gatepass::new();
    let port = gatepass_tests::process::free_port();
    home.import(&Collection::named("Down").get("Get", &format!("http://127.0.0.1:{port}/")).json()).await;
    let error = home.run(&["send", "Down", "Get", "--json"]).await.error(1);
    assert_eq!(error["code"], "network", "{error}");
    assert!(error.to_string().contains(&port.to_string()), "{error}");
    let finished = home.run(&["send", "Down", "Get"]).await.expect_code(1);
    let mut lines = finished.stderr.lines().filter(|line| !line.is_empty());
    for start in ["error: ", "why: ", "what to do: "] {
        let line = lines.next().unwrap_or_default();
        assert!(line.starts_with(start), "{line:?} in {}", finished.stderr);
    }
    assert!(finished.stdout.is_empty());
}

#[tokio::test]
async fn an_answer_that_reports_an_error_is_printed_like_any_other_and_the_exit_code_says_it() {
    let server = Server::start(|_| Answer::json(500, &json!({ "error": "theirs" }))).await;
    let home = Gatepass::new();
    home.import(&Collection::named("Broken").get("Get", &server.origin()).json()).await;
    let sent = home.run(&["send", "Broken", "Get", "--json"]).await.expect_code(1).json();
    assert_eq!((&sent["status"], &sent["body"]), (&json!(500), &json!(r#"{"error":"theirs"}"#)));
}

#[tokio::test]
async fn text_from_a_server_cannot_steer_the_terminal() {
    let hostile = "<img src=x>\u{1b}[31m\u{202e}";
    let provider =
        Misbehaving::start(gatepass_tests::misbehaving::token_response::hostile_error_text()).await;
    let home = Gatepass::new();
    let config = home.file("auth.json", &signs_in(&provider.issuer, "app"));
    let finished = home.run(&["token", "get", "--config", &config]).await.expect_code(3);
    assert!(!finished.stderr.contains(hostile), "{:?}", finished.stderr);
    assert!(!finished.stderr.contains(['\u{1b}', '\u{202e}']), "{:?}", finished.stderr);
}
