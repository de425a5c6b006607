//! What providers do wrong, and what becomes of it: each error names what happened, why, and what to do; nothing is
//! stored from a refused answer; nothing hangs and nothing crashes.
#![allow(clippy::unwrap_used)]

use gatepass_tests::{
    Browser, Collection, Gatepass, Misbehaving, Person,
    auth_config::{changed, signs_in},
    http::{Answer, Server},
    misbehaving::{Case, authorization, discovery, id_token, token_response},
};
use serde_json::{Value, json};
use url::Url;

/// Somebody signs in, in vain; returns the error document. A login that never ends is ended after two seconds.
async fn refused(provider: &Misbehaving, home: &Gatepass) -> Value {
    let config = changed(&signs_in(&provider.issuer, "app"), json!({ "login_timeout_seconds": 2 }));
    let config = home.file("auth.json", &config);
    let error = home.run(&["token", "get", "--config", &config, "--json"]).await.error(3);
    for key in ["message", "cause", "next_step"] {
        assert!(error[key].as_str().is_some_and(|text| !text.is_empty()), "{key} is empty: {error}");
    }
    error
}

/// Whether a token set is stored for the config of [`refused`].
async fn stored(home: &Gatepass) -> Value {
    let config = home.home().join("auth.json");
    home.run(&["token", "show", "--config", config.to_str().unwrap(), "--json"]).await.expect_code(0).json()
}

async fn ends_with(case: Case, code: &str) -> Value {
    let provider = Misbehaving::start(case).await;
    let home = Gatepass::new();
    let error = refused(&provider, &home).await;
    assert_eq!(error["code"], code, "{error}");
    assert_eq!(stored(&home).await["status"], "none", "nothing is stored from a refused answer");
    error
}

#[tokio::test]
async fn an_issuer_that_answers_with_a_web_page() {
    let error = ends_with(discovery::html(), "invalid_response").await;
    assert!(error.to_string().contains("text/html"), "{error}");
}

#[tokio::test]
async fn an_issuer_without_metadata() {
    let error = ends_with(discovery::missing(), "invalid_response").await;
    assert!(error.to_string().contains("404"), "{error}");
}

#[tokio::test]
async fn metadata_of_another_issuer() {
    let error = ends_with(discovery::of_another_issuer(), "issuer_mismatch").await;
    assert!(error.to_string().contains("https://id.example.test"), "what came is told: {error}");
}

#[tokio::test]
async fn metadata_that_is_cut_off() {
    ends_with(discovery::cut_in_half(), "invalid_response").await;
}

#[tokio::test]
async fn an_endpoint_that_is_no_web_address_is_never_opened() {
    for address in ["file:///etc/passwd", "javascript:alert(1)", "http://example.test/authorize", "-rf"] {
        let provider =
            Misbehaving::start(discovery::hostile_endpoint("authorization_endpoint", address)).await;
        let home = Gatepass::new();
        let error = refused(&provider, &home).await;
        assert!(error.to_string().contains(address), "{address}: {error}");
    }
}

#[tokio::test]
async fn token_answers_that_cannot_be_read() {
    for (case, said) in [
        (token_response::html(), "502"),
        (token_response::empty(), "empty"),
        (token_response::half_a_document(), "200"),
        (Case::default().token(|_| Answer::json(200, &json!({ "token_type": "Bearer" }))), "access token"),
    ] {
        let error = ends_with(case, "invalid_response").await;
        assert!(error.to_string().to_lowercase().contains(said), "{said}: {error}");
    }
}

#[tokio::test]
async fn a_token_answer_of_ten_megabytes_is_not_read_to_its_end() {
    let error = ends_with(token_response::ten_megabytes(), "invalid_response").await;
    assert!(error.to_string().len() < 100_000, "the error is for reading: {} bytes", error.to_string().len());
}

#[tokio::test]
async fn a_token_answer_that_is_cut_in_half() {
    let error = ends_with(token_response::cut_in_half(), "invalid_response").await;
    assert!(error.to_string().contains("in the middle"), "{error}");
}

#[tokio::test]
async fn a_token_endpoint_that_hangs_up() {
    ends_with(token_response::hangs_up(), "network").await;
}

#[tokio::test]
async fn a_token_endpoint_that_redirects_is_not_followed_with_the_code() {
    let provider = Misbehaving::start(token_response::redirects()).await;
    let home = Gatepass::new();
    let error = refused(&provider, &home).await;
    assert!(error.to_string().contains("307"), "{error}");
    assert!(provider.seen_at("/elsewhere").is_empty());
}

#[tokio::test]
async fn an_error_object_is_an_error_whatever_its_status() {
    let error = ends_with(token_response::error_in_200(), "provider_error").await;
    assert_eq!(error["oauth_error"], "bad_verification_code");
}

#[tokio::test]
async fn a_wrong_client_secret() {
    let error = ends_with(token_response::wrong_client_secret(), "provider_error").await;
    assert_eq!(error["oauth_error"], "invalid_client");
}

#[tokio::test]
async fn consent_that_is_denied() {
    let error = ends_with(authorization::denied(), "access_denied").await;
    assert!(error.to_string().contains("The user refused."), "{error}");
}

#[tokio::test]
async fn a_redirect_uri_that_is_not_registered() {
    let error = ends_with(authorization::redirect_uri_not_registered(), "timeout").await;
    assert!(error.to_string().contains("redirect"), "{error}");
}

#[tokio::test]
async fn an_answer_of_another_provider() {
    ends_with(authorization::wrong_issuer(), "issuer_mismatch").await;
    ends_with(authorization::without_issuer(), "issuer_mismatch").await;
}

// An answer that is not ours changes nothing and does not end the wait: it ends by the clock.
#[tokio::test]
async fn answers_that_are_not_ours_do_not_end_the_wait() {
    for case in [
        authorization::wrong_state(),
        authorization::without_state(),
        authorization::two_codes(),
        authorization::without_code(),
    ] {
        let provider = Misbehaving::start(case).await;
        let home = Gatepass::new();
        let error = refused(&provider, &home).await;
        let code = error["code"].as_str().unwrap();
        assert!(["timeout", "state_mismatch", "invalid_response"].contains(&code), "{error}");
        assert!(provider.token_requests("authorization_code").is_empty(), "no code was redeemed: {error}");
    }
}

#[tokio::test]
async fn id_tokens_that_must_be_refused() {
    for (case, check) in [
        (id_token::for_another_client(), "aud"),
        (id_token::without_audience(), "aud"),
        (id_token::from_another_issuer(), "iss"),
        (id_token::without_issuer(), "iss"),
        (id_token::without_subject(), "sub"),
        (id_token::expired(), "exp"),
        (id_token::not_yet_valid(), "nbf"),
        (id_token::from_the_future(), "iat"),
        (id_token::without_issue_time(), "iat"),
        (id_token::without_nonce(), "nonce"),
        (id_token::nonce_of_another_login(), "nonce"),
        (id_token::for_another_access_token(), "at_hash"),
        (id_token::authorized_for_another_party(), "azp"),
        (id_token::broken_signature(), "signature"),
        (id_token::signed_by_a_stranger(), "signature"),
        (id_token::unsigned(), "signature"),
        (id_token::public_key_as_secret(), "signature"),
        (id_token::unknown_key(), "signature"),
    ] {
        let provider = Misbehaving::start(case).await;
        let home = Gatepass::new();
        let error = refused(&provider, &home).await;
        assert_eq!(error["code"], "id_token_invalid", "{check}: {error}");
        let checks = error["id_token_checks"].as_array().unwrap();
        let verdict = checks.iter().find(|verdict| verdict["check"] == check);
        let verdict = verdict.unwrap_or_else(|| panic!("{check} is missing: {error}"));
        assert_eq!(verdict["result"], "fail", "{error}");
        assert!(verdict["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{verdict}");
    }
}

// It is a failure, and the person may look at it and use the access token; but it is not sent as an ID token.
#[tokio::test]
async fn a_token_set_with_a_bad_id_token_is_kept_and_marked_and_not_sent_as_one() {
    let provider = Misbehaving::start(id_token::for_another_client()).await;
    let home = Gatepass::new();
    refused(&provider, &home).await;
    let kept = stored(&home).await;
    let failed = |check: &Value| check["check"] == "aud" && check["result"] == "fail";
    assert!(kept["id_token_checks"].as_array().unwrap().iter().any(failed), "{kept}");
    let config = home.home().join("auth.json");
    let config = config.to_str().unwrap();
    home.run(&["token", "get", "--config", config, "--id-token"]).await.expect_code(3);
    let arguments = ["token", "get", "--config", config, "--id-token", "--allow-invalid-id-token"];
    let printed = home.run(&arguments).await.expect_code(0).stdout;
    assert_eq!(printed.trim_end(), kept["id_token"].as_str().unwrap());
    // In a collection of the same config the ID token is what is sent, and so nothing is.
    let config: Value = serde_json::from_str(&std::fs::read_to_string(config).unwrap()).unwrap();
    let url = format!("{}/api/photos", provider.issuer);
    let document = Collection::named("Photos")
        .oauth2(&changed(&config, json!({ "use_token": "id_token" })))
        .get("List", &url);
    home.import(&document.json()).await;
    home.run(&["send", "Photos", "List"]).await.expect_code(3);
    assert!(provider.seen_at("/api/photos").is_empty());
}

// Insomnia cannot use an ID token that comes alone (pains 42).
#[tokio::test]
async fn an_id_token_that_comes_alone_can_be_sent() {
    let provider = Misbehaving::start(token_response::without_access_token()).await;
    let home = Gatepass::new();
    let config = changed(&signs_in(&provider.issuer, "app"), json!({ "use_token": "id_token" }));
    let url = format!("{}/api/photos", provider.issuer);
    home.import(&Collection::named("Photos").oauth2(&config).get("List", &url).json()).await;
    let got = home.run(&["token", "get", "Photos", "--json"]).await.expect_code(0).json();
    home.run(&["send", "Photos", "List"]).await;
    assert_eq!(provider.seen_at("/api/photos")[0].token(), got["id_token"].as_str());
}

#[tokio::test]
async fn odd_answers_that_must_be_accepted() {
    for case in [
        id_token::audience_as_a_list(),
        id_token::without_key_id(),
        id_token::signed(gatepass_tests::misbehaving::Signing::Es256),
        token_response::form_encoded(),
        token_response::form_encoded_as_text(),
        token_response::without_token_type(),
        token_response::without_expires_in(),
        token_response::expires_in(json!("3600")),
        token_response::expires_in(json!(3600.5)),
        token_response::token_type(json!("bEaReR")),
        token_response::scope(json!(["openid", "api:read"])),
    ] {
        let provider = Misbehaving::start(case).await;
        let home = Gatepass::new();
        let url = format!("{}/api/photos", provider.issuer);
        let document =
            Collection::named("Photos").oauth2(&signs_in(&provider.issuer, "app")).get("List", &url);
        home.import(&document.json()).await;
        home.run(&["token", "get", "Photos"]).await.expect_code(0);
        let sent = home.run(&["send", "Photos", "List", "--json"]).await.expect_code(0).json();
        assert_eq!(sent["status"], 200, "{sent}");
        assert!(provider.seen_at("/api/photos")[0].headers["authorization"].starts_with("Bearer "));
    }
}

#[tokio::test]
async fn zero_and_negative_lifetimes_mean_already_expired() {
    for lifetime in [0, -5] {
        let provider = Misbehaving::start(token_response::expires_in(json!(lifetime))).await;
        let home = Gatepass::new();
        let config = home.file("auth.json", &signs_in(&provider.issuer, "app"));
        home.run(&["token", "get", "--config", &config]).await;
        let shown = home.run(&["token", "show", "--config", &config, "--json"]).await.expect_code(0).json();
        assert_eq!(shown["status"], "expired", "{shown}");
    }
}

#[tokio::test]
async fn keys_that_were_rotated_are_fetched_again() {
    let provider = Misbehaving::honest().await;
    let home = Gatepass::new();
    let config = home.file("auth.json", &signs_in(&provider.issuer, "app"));
    home.run(&["token", "get", "--config", &config]).await.expect_code(0);
    provider.rotate_keys();
    let refreshed =
        home.run(&["token", "refresh", "--config", &config, "--json"]).await.expect_code(0).json();
    let passes = |check: &Value| check["check"] == "signature" && check["result"] == "pass";
    assert!(refreshed["id_token_checks"].as_array().unwrap().iter().any(passes), "{refreshed}");
}

// GitHub's and kubelogin's listeners are over after the first wrong request (pains 28).
#[tokio::test]
async fn a_thousand_forged_callbacks_and_the_real_one_still_works() {
    let provider = Misbehaving::honest().await;
    let home = Gatepass::new();
    let config = home.file("auth.json", &signs_in(&provider.issuer, "app"));
    let waiting =
        home.command(&["token", "get", "--config", &config, "--json"]).browser(&Browser::Notes).start();
    let url = home.noted_url().await;
    let of = |name: &str| url.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
    let (redirect_uri, state) = (Url::parse(&of("redirect_uri")).unwrap(), of("state"));
    let forger = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build();
    let forger = forger.unwrap();
    // Preconnected sockets that never say anything, as browsers open them.
    let address = ("127.0.0.1", redirect_uri.port().unwrap());
    let mut silent = Vec::new();
    for _ in 0..20 {
        silent.push(tokio::net::TcpStream::connect(address).await.unwrap());
    }
    for number in 0..1000_u32 {
        let mut target = redirect_uri.clone();
        let wrong_state = format!("{}{number}", &state[..state.len() - 4]);
        let query = match number % 10 {
            0 => format!("code=forged&state={wrong_state}"),
            1 => "code=forged".to_owned(),
            2 => format!("code=forged&state={wrong_state}&state={wrong_state}"),
            3 => format!("error=access_denied&state={wrong_state}"),
            4 => format!("code=a&code=b&state={state}"),
            5 => String::new(),
            6 => format!("state={wrong_state}"),
            _ => format!("code=forged&state={state}"),
        };
        target.set_query(Some(&query));
        let request = match number % 10 {
            7 => {
                target.set_path("/elsewhere");
                forger.get(target)
            }
            8 => forger.post(target),
            9 => forger.get(target).header("host", "attacker.example.test"),
            _ => forger.get(target),
        };
        let answer = request.send().await;
        let status = answer.map(|answer| answer.status().as_u16()).unwrap_or_default();
        assert!(!(200..300).contains(&status), "forgery {number} ({query}) was welcomed: {status}");
    }
    let landing = Person::named("alice").sign_in(&url).await.unwrap();
    assert_eq!(landing.status, 200, "{landing:?}");
    let output = waiting.wait_with_output().await.unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(provider.token_requests("authorization_code").len(), 1, "no forged code was redeemed");
}

#[tokio::test]
async fn errors_quote_no_secret_back() {
    let provider = Misbehaving::start(Case::default().token(|turn| {
        let secret = turn.request.form("code").unwrap_or_default();
        Answer::html(500, &format!("<p>could not handle code={secret}&client_secret=hunter2-hunter2</p>"))
    }))
    .await;
    let home = Gatepass::new();
    let config = changed(&signs_in(&provider.issuer, "app"), json!({ "client_secret": "hunter2-hunter2" }));
    let config = home.file("auth.json", &config);
    let error = home.run(&["token", "get", "--config", &config, "--json"]).await.error(3);
    let code = provider.token_requests("authorization_code")[0].form("code").unwrap();
    assert!(!error.to_string().contains("hunter2"), "{error}");
    assert!(!error.to_string().contains(&code), "{error}");
}

#[tokio::test]
async fn a_provider_that_is_not_there_is_named() {
    let port = gatepass_tests::process::free_port();
    let home = Gatepass::new();
    let config = home.file("auth.json", &signs_in(&format!("http://127.0.0.1:{port}"), "app"));
    let error = home.run(&["token", "get", "--config", &config, "--json"]).await.error(3);
    assert_eq!(error["code"], "network", "{error}");
    assert!(error.to_string().contains(&port.to_string()), "{error}");
}

#[tokio::test]
async fn a_provider_that_never_answers_is_given_up() {
    let provider = Misbehaving::start(token_response::hangs()).await;
    let home = Gatepass::new();
    let config = home.file("auth.json", &signs_in(&provider.issuer, "app"));
    let arguments = ["token", "get", "--config", &config, "--json", "--timeout-request", "500"];
    let error = home.run(&arguments).await.error(3);
    assert!(["timeout", "network"].contains(&error["code"].as_str().unwrap()), "{error}");
}

// The whole page is text: whatever a provider says, nothing of it runs or reaches elsewhere.
#[tokio::test]
async fn the_callback_page_is_inert() {
    let provider =
        Misbehaving::start(authorization::error("access_denied", "<script>alert(1)</script>")).await;
    let home = Gatepass::new();
    let config = home.file("auth.json", &signs_in(&provider.issuer, "app"));
    let waiting = home.command(&["token", "get", "--config", &config]).browser(&Browser::Notes).start();
    let url = home.noted_url().await;
    let landing = Person::named("alice").sign_in(&url).await.unwrap();
    assert!(!landing.page.contains("<script>alert"), "{}", landing.page);
    assert!(!landing.page.contains("http://") && !landing.page.contains("https://"), "{}", landing.page);
    let output = waiting.wait_with_output().await.unwrap();
    assert_eq!(output.status.code(), Some(3));
}

#[tokio::test]
async fn no_proxy_or_redirect_carries_a_secret_elsewhere() {
    let elsewhere = Server::start(|_| Answer::json(200, &json!({}))).await;
    let target = elsewhere.origin();
    let provider = Misbehaving::start(Case::default().token(move |_| {
        let mut answer = Answer::redirect(&format!("{target}/token"));
        answer.status = 308;
        answer
    }))
    .await;
    let home = Gatepass::new();
    refused(&provider, &home).await;
    assert!(elsewhere.seen().is_empty(), "{:?}", elsewhere.seen());
}
