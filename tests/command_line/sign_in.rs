//! How a person is asked: `BROWSER`, `--no-browser`, and every way in which a sign-in does not come to its end.

use std::os::unix::fs::PermissionsExt;

use gatepass_tests::{
    Browser, Gatepass, Person, Provider,
    auth_config::{changed, signs_in, signs_in_with_secret},
    eventually,
};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use url::Url;

/// `token get --json` with this config, which must fail; the error document.
async fn refused(home: &Gatepass, config: &Value, browser: &Browser) -> Value {
    let config = home.file("auth.json", config);
    home.command(&["token", "get", "--config", &config, "--json"]).browser(browser).run().await.error(3)
}

/// The authorization URL that a waiting command printed; what it prints afterwards is read and dropped.
async fn printed_url(waiting: &mut tokio::process::Child, issuer: &str) -> Url {
    let mut lines = BufReader::new(waiting.stderr.take().unwrap()).lines();
    loop {
        let line = lines.next_line().await.unwrap().expect("the URL is printed before it waits");
        let word = line.split_whitespace().find(|word| word.starts_with(issuer));
        if let Some(url) = word.and_then(|word| Url::parse(word).ok()) {
            tokio::spawn(async move { while lines.next_line().await.is_ok_and(|line| line.is_some()) {} });
            return url;
        }
    }
}

#[tokio::test]
async fn the_browser_is_a_list_of_words_and_the_url_is_the_last() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    let config = home.file("auth.json", &signs_in(&provider.issuer, "native"));
    let command = home.command(&["token", "get", "--config", &config, "--json"]);
    let got = command.browser(&Browser::SignsInAs("bob")).run().await.expect_code(0).json();
    assert_eq!(got["id_token_claims"]["sub"], "bob");
}

#[tokio::test]
async fn no_shell_reads_the_browsers_words() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    // A program in a folder with a blank in its name, given arguments that a shell would act upon.
    let folder = home.home().join("my browsers");
    std::fs::create_dir(&folder).unwrap();
    let program = folder.join("noting");
    std::fs::write(&program, "#!/bin/sh\nfor word; do echo \"$word\"; done > \"$HOME/words\"\n").unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let browser = format!("'{}' ; touch $HOME/pwned `id`", program.display());
    let quick = changed(&signs_in(&provider.issuer, "native"), json!({ "login_timeout_seconds": 1 }));
    let config = home.file("auth.json", &quick);
    home.command(&["token", "get", "--config", &config]).env("BROWSER", browser).run().await.expect_code(3);
    let words = std::fs::read_to_string(home.home().join("words")).unwrap();
    let words: Vec<_> = words.lines().collect();
    assert_eq!(&words[..4], [";", "touch", "$HOME/pwned", "`id`"]);
    assert!(words[4].starts_with(&format!("{}/auth?", provider.issuer)), "{words:?}");
    assert!(!home.home().join("pwned").exists());
}

#[tokio::test]
async fn without_a_browser_the_url_is_printed_and_the_callback_read() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    // A redirect URI that nobody can listen at: the person copies it out of the address bar.
    let config = changed(
        &signs_in(&provider.issuer, "native"),
        json!({ "redirect_uri": "com.example.app:/callback" }),
    );
    let config = home.file("auth.json", &config);
    let command = home.command(&["token", "get", "--config", &config, "--no-browser"]);
    let mut waiting = command.browser(&Browser::Missing).start();
    let url = printed_url(&mut waiting, &provider.issuer).await;
    let callback = Person::named("alice").callback_url(&url).await.unwrap();
    let mut stdin = waiting.stdin.take().unwrap();
    // First something else by mistake, and the answer of somebody else's sign-in: neither ends the wait.
    let foreign = "com.example.app:/callback?code=stolen&state=somebody-elses";
    stdin.write_all(format!("what?\n{foreign}\n{callback}\n").as_bytes()).await.unwrap();
    let finished = waiting.wait_with_output().await.unwrap();
    assert!(finished.status.success(), "{finished:?}");
    let token = String::from_utf8(finished.stdout).unwrap();
    assert_eq!(token.lines().count(), 1, "only the token is on stdout: {token:?}");
    assert_eq!(
        provider.token_requests("authorization_code").await.len(),
        1,
        "the stolen code was not redeemed"
    );
}

#[tokio::test]
async fn a_browser_that_does_not_start_is_said_and_the_link_shown() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    let quick = changed(&signs_in(&provider.issuer, "native"), json!({ "login_timeout_seconds": 1 }));
    let config = home.file("auth.json", &quick);
    let command = home.command(&["token", "get", "--config", &config]).browser(&Browser::Missing);
    let finished = command.run().await.expect_code(3);
    assert!(finished.stderr.contains("/nonexistent/browser"), "{}", finished.stderr);
    assert!(finished.stderr.contains(&format!("{}/auth?", provider.issuer)), "{}", finished.stderr);
}

#[tokio::test]
async fn the_sign_in_goes_on_when_the_browser_did_not_start_but_the_link_is_opened() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    let config = home.file("auth.json", &signs_in(&provider.issuer, "native"));
    let waiting = home.command(&["token", "get", "--config", &config]).browser(&Browser::Notes).start();
    let url = home.noted_url().await;
    let landing = Person::named("alice").sign_in(&url).await.unwrap();
    assert_eq!(landing.status, 200, "{landing:?}");
    let finished = waiting.wait_with_output().await.unwrap();
    assert!(finished.status.success(), "{finished:?}");
}

#[tokio::test]
async fn consent_that_is_denied_is_said() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    let error = refused(&home, &signs_in(&provider.issuer, "native"), &Browser::Refuses).await;
    assert_eq!((&error["code"], &error["oauth_error"]), (&json!("access_denied"), &json!("access_denied")));
}

#[tokio::test]
async fn a_sign_in_that_nobody_finishes_ends_by_itself() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    let quick = changed(&signs_in(&provider.issuer, "native"), json!({ "login_timeout_seconds": 1 }));
    let error = refused(&home, &quick, &Browser::NeverFinishes).await;
    assert_eq!(error["code"], "timeout", "{error}");
    assert!(crate::names(&error["flow"], "step").contains(&"authorization"), "{error}");
}

#[tokio::test]
async fn a_redirect_uri_that_is_not_registered_is_the_first_suspect() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    let config = changed(
        &signs_in(&provider.issuer, "native"),
        json!({ "redirect_uri": "http://127.0.0.1:{port}/not-registered", "login_timeout_seconds": 1 }),
    );
    let error = refused(&home, &config, &Browser::SignsInAs("alice")).await;
    assert_eq!(error["code"], "timeout", "{error}");
    let advice = format!("{} {}", error["cause"], error["next_step"]);
    assert!(advice.contains("redirect URI") && advice.contains("/not-registered"), "{error}");
}

#[tokio::test]
async fn a_busy_port_is_named() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let config = changed(
        &signs_in(&provider.issuer, "native"),
        json!({ "redirect_uri": format!("http://127.0.0.1:{port}/callback") }),
    );
    let error = refused(&home, &config, &Browser::SignsInAs("alice")).await;
    assert_eq!(error["code"], "port_in_use", "{error}");
    assert!(error["message"].to_string().contains(&port.to_string()), "{error}");
    assert!(!provider.log().await.iter().any(|seen| seen.path() == "/auth"), "no page was opened in vain");
}

#[tokio::test]
async fn a_fixed_port_and_path_are_used_as_they_are() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    let port = gatepass_tests::process::free_port();
    let redirect_uri = format!("http://localhost:{port}/cb");
    let config = changed(&signs_in(&provider.issuer, "native"), json!({ "redirect_uri": redirect_uri }));
    let config = home.file("auth.json", &config);
    home.run(&["token", "get", "--config", &config]).await.expect_code(0);
    let exchange = &provider.token_requests("authorization_code").await[0];
    assert_eq!(exchange.form("redirect_uri").unwrap(), redirect_uri);
}

#[tokio::test]
async fn a_wrong_client_secret_is_told_from_a_wrong_person() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    let config = changed(&signs_in_with_secret(&provider, "basic"), json!({ "client_secret": "wrong" }));
    let error = refused(&home, &config, &Browser::SignsInAs("alice")).await;
    assert_eq!((&error["code"], &error["oauth_error"]), (&json!("provider_error"), &json!("invalid_client")));
    assert!(error["cause"].to_string().contains("secret"), "{error}");
    assert!(!error.to_string().contains("\"wrong\""), "the secret itself is not shown: {error}");
}

#[tokio::test]
async fn a_scope_that_was_asked_for_and_not_granted_is_said() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    let config = changed(&signs_in(&provider.issuer, "native"), json!({ "scope": "openid api:fly" }));
    let config = home.file("auth.json", &config);
    let got = home.run(&["token", "get", "--config", &config, "--json"]).await.expect_code(0).json();
    assert_eq!(got["scope"], "openid", "what was granted");
    assert!(got["notices"].to_string().contains("api:fly"), "{got}");
}

#[tokio::test]
async fn nothing_listens_once_a_sign_in_is_over() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    let config = home.file("auth.json", &signs_in(&provider.issuer, "native"));
    let command = home.command(&["token", "get", "--config", &config]).browser(&Browser::Notes);
    let mut waiting = command.start();
    let url = home.noted_url().await;
    let redirect_uri = url.query_pairs().find(|(name, _)| name == "redirect_uri").unwrap().1.into_owned();
    let redirect_uri = Url::parse(&redirect_uri).unwrap();
    let address = ("127.0.0.1", redirect_uri.port().unwrap());
    assert!(tokio::net::TcpStream::connect(address).await.is_ok(), "it listens while it waits");
    waiting.start_kill().unwrap();
    waiting.wait().await.unwrap();
    eventually("the port is closed", async || {
        tokio::net::TcpStream::connect(address).await.is_err().then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_ended_standard_input_does_not_end_the_wait() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    let config = home.file("auth.json", &signs_in(&provider.issuer, "native"));
    let command = home.command(&["token", "get", "--config", &config, "--no-browser"]);
    let mut waiting = command.start();
    drop(waiting.stdin.take());
    // An ended standard input can bring no callback any more; the listener still can.
    let url = printed_url(&mut waiting, &provider.issuer).await;
    let landing = Person::named("alice").sign_in(&url).await.unwrap();
    assert_eq!(landing.status, 200, "{landing:?}");
    let finished = waiting.wait_with_output().await.unwrap();
    assert!(finished.status.success(), "{finished:?}");
}
