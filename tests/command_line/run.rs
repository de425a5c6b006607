//! `gatepass run`: a collection in order, in CI, with tokens that renew themselves.

use std::time::Duration;

use gatepass_tests::{
    Browser, Collection, Gatepass, Provider,
    auth_config::{machine, signs_in},
    http::{Answer, Server},
};
use serde_json::json;

use crate::photos;

/// A server that answers everything with its path.
async fn server() -> Server {
    Server::start(|request| Answer::json(200, &json!({ "path": request.path }))).await
}

fn paths(server: &Server) -> Vec<String> {
    server.seen().into_iter().map(|request| request.path).collect()
}

fn four(server: &Server) -> Collection {
    let url = |path: &str| format!("{}/{path}", server.origin());
    let folder = Collection::named("Folder").get("Second", &url("2")).get("Third", &url("3"));
    Collection::named("Four").get("First", &url("1")).folder(folder).get("Fourth", &url("4"))
}

#[tokio::test]
async fn a_file_needs_no_database_and_no_keyring() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    let file = home.file("photos.json", &photos(&provider, &machine(&provider, "cc")));
    let command = home.command(&["run", &file, "-n", "3"]);
    let ran = command.without_env("GATEPASS_DATA_DIR").without_env("GATEPASS_KEY_STORE").run().await;
    ran.expect_code(0);
    assert!(!home.home().join("share").exists(), "nothing was made in the data folder");
    assert_eq!(provider.token_requests("client_credentials").await.len(), 1, "kept for the run");
    assert_eq!(provider.api_requests().await.len(), 3);
}

#[tokio::test]
async fn a_person_signs_in_during_a_run_where_a_browser_is_there() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    let file = home.file("photos.json", &photos(&provider, &signs_in(&provider.issuer, "native")));
    let command = home.command(&["run", &file, "-n", "3"]).browser(&Browser::SignsInAs("alice"));
    command.without_env("GATEPASS_DATA_DIR").without_env("GATEPASS_KEY_STORE").run().await.expect_code(0);
    assert_eq!(provider.token_requests("authorization_code").await.len(), 1);
}

#[tokio::test]
async fn requests_go_out_in_the_order_of_the_collection() {
    let server = server().await;
    let home = Gatepass::new();
    let file = home.file("four.json", &four(&server).json());
    home.run(&["run", &file, "-n", "2"]).await.expect_code(0);
    assert_eq!(paths(&server), ["/1", "/2", "/3", "/4", "/1", "/2", "/3", "/4"]);
}

#[tokio::test]
async fn a_folder_can_be_run_alone() {
    let server = server().await;
    let home = Gatepass::new();
    home.import(&four(&server).json()).await;
    home.run(&["run", "Four", "--folder", "Folder"]).await.expect_code(0);
    assert_eq!(paths(&server), ["/2", "/3"]);
    home.run(&["run", "Four", "--folder", "Gone"]).await.expect_code(2);
}

#[tokio::test]
async fn a_request_that_fails_fails_the_run_and_the_rest_goes_on() {
    let server = server().await;
    let home = Gatepass::new();
    let dead = format!("http://127.0.0.1:{}/", gatepass_tests::process::free_port());
    let document =
        Collection::named("Mixed").get("Dead", &dead).get("Alive", &format!("{}/alive", server.origin()));
    let file = home.file("mixed.json", &document.json());
    home.run(&["run", &file]).await.expect_code(1);
    assert_eq!(paths(&server), ["/alive"]);
    home.run(&["run", &file, "-x"]).await.expect_code(0);
    assert_eq!(paths(&server), ["/alive", "/alive"]);
    home.run(&["run", &file, "--bail"]).await.expect_code(1);
    assert_eq!(paths(&server), ["/alive", "/alive"], "it stopped at the first failure");
}

#[tokio::test]
async fn a_request_held_back_for_want_of_a_token_counts_as_failed_and_the_rest_goes_on() {
    let provider = Provider::start(&[]).await;
    let server = server().await;
    let home = Gatepass::new();
    let held =
        Collection::named("Held").oauth2(&signs_in(&provider.issuer, "native")).get("One", &provider.api);
    let document = Collection::named("Mixed").folder(held).get("Free", &format!("{}/free", server.origin()));
    let file = home.file("mixed.json", &document.json());
    let ran = home.command(&["run", &file]).without_env("BROWSER").run().await.expect_code(1);
    let said = format!("{}{}", ran.stdout, ran.stderr);
    assert!(said.contains("One") && said.to_lowercase().contains("token"), "the reason is said: {said}");
    assert_eq!(paths(&server), ["/free"]);
    assert!(provider.api_requests().await.is_empty());
}

// Open in Postman and Newman for years: the command line never refreshes (pains 3).
#[tokio::test]
async fn a_long_run_renews_in_the_middle_and_never_sees_a_401() {
    // Ten seconds, of which the last two are the margin: enough for a request on any machine.
    let provider = Provider::start(&["--ttl-access", "10"]).await;
    let home = Gatepass::new();
    let mut collection = Collection::named("Photos").oauth2(&machine(&provider, "cc"));
    for number in 1..=8 {
        collection = collection.get(&format!("Photo {number}"), &format!("{}/photos/{number}", provider.api));
    }
    let file = home.file("photos.json", &collection.json());
    home.run(&["run", &file, "--delay-request", "1600"]).await.expect_code(0);
    let sent = provider.api_requests().await;
    assert_eq!(sent.len(), 8);
    assert!(sent.iter().all(|seen| seen.status == Some(200)), "{sent:?}");
    assert!(provider.token_requests("client_credentials").await.len() >= 2);
}

#[tokio::test]
async fn no_auth_refresh_means_never() {
    let provider = Provider::start(&["--ttl-access", "1"]).await;
    let home = Gatepass::new();
    home.import(&photos(&provider, &signs_in(&provider.issuer, "native"))).await;
    home.run(&["token", "get", "Photos"]).await.expect_code(0);
    home.until_expired("Photos").await;
    home.run(&["run", "Photos", "--no-auth-refresh"]).await.expect_code(1);
    assert!(provider.token_requests("refresh_token").await.is_empty());
    assert!(provider.api_requests().await.is_empty(), "held back");
    home.run(&["run", "Photos", "--no-auth-refresh", "--send-anyway"]).await;
    assert!(provider.token_requests("refresh_token").await.is_empty());
    assert_eq!(provider.api_requests().await.len(), 1);
}

#[tokio::test]
async fn tokens_of_a_file_are_kept_in_the_database_when_asked_for() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    let file = home.file("photos.json", &photos(&provider, &machine(&provider, "cc")));
    for _ in 0..2 {
        home.run(&["run", &file, "--save-tokens"]).await.expect_code(0);
    }
    assert_eq!(provider.token_requests("client_credentials").await.len(), 1);
    let listed = home.run(&["token", "list", "--json"]).await.expect_code(0).json();
    assert_eq!(listed["tokens"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn side_by_side_iterations_are_all_sent() {
    let server = server().await;
    let home = Gatepass::new();
    let file = home.file("four.json", &four(&server).json());
    home.run(&["run", &file, "-n", "20", "--parallel", "8"]).await.expect_code(0);
    let mut paths = paths(&server);
    paths.sort();
    for path in ["/1", "/2", "/3", "/4"] {
        assert_eq!(paths.iter().filter(|seen| *seen == path).count(), 20);
    }
}

#[tokio::test]
async fn silent_and_json_say_no_more_than_they_should() {
    let server = server().await;
    let home = Gatepass::new();
    let file = home.file("four.json", &four(&server).json());
    let silent = home.run(&["run", &file, "--silent"]).await.expect_code(0);
    assert_eq!((silent.stdout.as_str(), silent.stderr.as_str()), ("", ""));
    let report = home.run(&["run", &file, "--json"]).await.expect_code(0);
    assert!(report.json().is_object(), "one document: {}", report.stdout);
}

#[tokio::test]
async fn a_time_limit_ends_a_request_that_hangs() {
    let server = Server::start(|request| {
        let answer = Answer::json(200, &json!({}));
        if request.path == "/hang" { answer.manner(gatepass_tests::http::Manner::Never) } else { answer }
    })
    .await;
    let home = Gatepass::new();
    let url = |path: &str| format!("{}/{path}", server.origin());
    let document = Collection::named("Slow").get("Hangs", &url("hang")).get("Answers", &url("next"));
    let file = home.file("slow.json", &document.json());
    let started = std::time::Instant::now();
    home.run(&["run", &file, "--timeout-request", "300"]).await.expect_code(1);
    assert!(started.elapsed() < Duration::from_secs(60));
    assert_eq!(paths(&server), ["/hang", "/next"]);
}

#[tokio::test]
async fn a_file_that_is_no_collection_is_unreadable_input() {
    let home = Gatepass::new();
    let broken = home.home().join("broken.json");
    std::fs::write(&broken, "{ \"info\": ").unwrap();
    for file in [broken.to_str().unwrap(), "/nonexistent/collection.json"] {
        let finished = home.run(&["run", file]).await.expect_code(2);
        assert!(finished.stderr.starts_with("error: "), "{}", finished.stderr);
    }
}
