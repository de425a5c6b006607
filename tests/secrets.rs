//! Secrets never lie about in the clear: not in the database and its WAL, not in temporary files, not in logs at their
//! most talkative, not in what is printed, not in the arguments of child processes.
#![allow(clippy::unwrap_used)]

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use gatepass_tests::{
    Gatepass, Misbehaving,
    canaries::{CANARIES, collection, holds, scan, secret_environment},
};

#[test]
fn the_scan_finds_what_it_looks_for() {
    let secret = "canary-test-0001";
    let texts = [
        secret.to_owned(),
        STANDARD_NO_PAD.encode(format!("a{secret}z")),
        "63616e6172792d746573742d30303031".into(),
    ];
    for text in texts {
        assert!(holds(format!("..{text}..").as_bytes(), secret), "{text}");
    }
    assert!(!holds(b"canary-test-0002", secret));
}

#[tokio::test]
async fn no_secret_is_written_in_the_clear_anywhere() {
    let provider = Misbehaving::honest().await;
    let home = Gatepass::new();
    home.import(&secret_environment()).await;
    home.import(&collection(&provider)).await;
    std::fs::remove_file(home.home().join("import.json")).unwrap();
    let mut said = String::new();
    let mut tokens = Vec::new();
    for (arguments, prints_tokens) in [
        (&["token", "get", "Photos", "--json", "--reveal-refresh-token", "-e", "Local"][..], true),
        (&["token", "refresh", "Photos", "--json", "--reveal-refresh-token", "-e", "Local"], true),
        (&["send", "Photos", "List", "-v", "-e", "Local"], false),
        (&["send", "Photos", "Bearer", "-v"], false),
        (&["send", "Photos", "Basic", "-v"], false),
        (&["run", "Photos", "-e", "Local"], false),
        (&["token", "list", "--json"], false),
        (&["token", "list"], false),
    ] {
        let finished = home.command(arguments).env("GATEPASS_LOG", "trace").run().await;
        if prints_tokens {
            let printed = finished.expect_code(0);
            let document = printed.json();
            for key in ["access_token", "refresh_token", "id_token"] {
                tokens.push(document[key].as_str().unwrap().to_owned());
            }
            said.push_str(&printed.stderr);
            said.push_str(&document["flow"].to_string());
        } else {
            said.push_str(&finished.stdout);
            said.push_str(&finished.stderr);
        }
    }
    for seen in provider.token_requests("authorization_code") {
        tokens.extend([seen.form("code").unwrap(), seen.form("code_verifier").unwrap()]);
    }
    let mut secrets: Vec<String> = CANARIES.iter().map(|canary| (*canary).to_owned()).collect();
    secrets.extend(tokens);
    scan(&home, &secrets);
    for secret in &secrets {
        assert!(!holds(said.as_bytes(), secret), "{secret} was printed or logged:\n{said}");
    }
    assert!(provider.seen_at("/api/photos").len() >= 3, "it was no empty show");
}

#[tokio::test]
async fn errors_and_killed_processes_leave_nothing_behind_either() {
    let provider =
        Misbehaving::start(gatepass_tests::misbehaving::token_response::error("invalid_grant", "no")).await;
    let home = Gatepass::new();
    home.import(&collection(&provider)).await;
    std::fs::remove_file(home.home().join("import.json")).unwrap();
    let failed =
        home.command(&["token", "get", "Photos"]).env("GATEPASS_LOG", "trace").run().await.expect_code(3);
    let secrets: Vec<String> = CANARIES.iter().map(|canary| (*canary).to_owned()).collect();
    for secret in &secrets {
        assert!(!holds(failed.stderr.as_bytes(), secret), "{}", failed.stderr);
    }
    let mut running = home.command(&["send", "Photos", "Bearer"]).start();
    tokio::time::sleep(std::time::Duration::from_millis(30)).await;
    let _ = running.kill().await;
    scan(&home, &secrets);
}

#[tokio::test]
async fn no_secret_is_an_argument_of_the_browser() {
    let provider = Misbehaving::honest().await;
    let home = Gatepass::new();
    home.import(&collection(&provider)).await;
    let command = home.command(&["token", "get", "Photos"]).browser(&gatepass_tests::Browser::Notes);
    let mut waiting = command.start();
    let url = home.noted_url().await.to_string();
    waiting.kill().await.unwrap();
    for canary in CANARIES {
        assert!(!holds(url.as_bytes(), canary), "{url}");
    }
    assert!(!url.contains("code_verifier"), "{url}");
}
