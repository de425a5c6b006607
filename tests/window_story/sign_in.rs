//! Get New Token: the browser, the wait, the answer, the verdicts.

use gatepass_tests::{
    Browser, Chromium, Person, Provider, Window,
    auth_config::{changed, signs_in},
};
use serde_json::json;

use crate::{Story, card_is};

#[tokio::test]
async fn a_person_signs_in_with_a_real_browser_and_sees_every_check_and_step() {
    let story = Story::of_a_person(3600).await;
    let chromium = Chromium::start().await;
    let window = story.window(&Browser::Notes).await;
    card_is(&window, "none").await;
    window.click("get-new-token").await;
    window.find("login-waiting").await;
    window.screenshot("waiting-for-sign-in").await;
    let url = story.home.noted_url().await;
    assert_eq!(window.attribute("login-url", "data-value").await.as_deref(), Some(url.as_str()));
    let page = chromium.sign_in(&url, &Person::named("alice")).await;
    assert!(page.to_lowercase().contains("gatepass"), "the page says where to go on: {page}");
    card_is(&window, "valid").await;
    window.wait_until_gone("login-waiting").await;
    for check in ["signature", "iss", "aud", "exp", "iat", "nonce"] {
        let verdict = window.find_where("claim-check", "data-check", check).await;
        assert_eq!(verdict.attr("data-result").await.unwrap().as_deref(), Some("pass"), "{check}");
    }
    let subject = window.find_where("claim", "data-name", "sub").await.text().await.unwrap();
    assert!(subject.contains("alice"), "{subject}");
    for step in ["discovery", "authorization", "callback", "token", "id_token", "store"] {
        let row = window.find_where("flow-log-step", "data-step", step).await;
        assert_eq!(row.attr("data-result").await.unwrap().as_deref(), Some("ok"), "{step}");
    }
    window.find_where("token-list-item", "data-status", "valid").await;
    window.screenshot("signed-in").await;
}

#[tokio::test]
async fn the_callback_url_can_be_pasted() {
    let config = |provider: &Provider| {
        changed(&signs_in(&provider.issuer, "native"), json!({ "redirect_uri": "com.example.app:/callback" }))
    };
    let story = Story::new(3600, config).await;
    let window = story.window(&Browser::Notes).await;
    window.click("get-new-token").await;
    let url = story.home.noted_url().await;
    window.enter("login-paste", "com.example.app:/callback?code=stolen&state=somebody-elses").await;
    window.click("login-paste-use").await;
    window.find("login-waiting").await;
    let callback = Person::named("alice").callback_url(&url).await.unwrap();
    window.enter("login-paste", callback.as_str()).await;
    window.click("login-paste-use").await;
    card_is(&window, "valid").await;
    assert_eq!(story.provider.token_requests("authorization_code").await.len(), 1);
}

#[tokio::test]
async fn a_sign_in_can_be_cancelled_and_begun_again() {
    let story = Story::of_a_person(3600).await;
    let window = story.window(&Browser::NeverFinishes).await;
    for _ in 0..2 {
        window.click("get-new-token").await;
        window.click("login-cancel").await;
        window.wait_until_gone("login-waiting").await;
    }
    card_is(&window, "none").await;
    let answer = story.provider.log().await;
    assert!(answer.iter().all(|seen| seen.path() != "/token"), "nothing was redeemed");
}

#[tokio::test]
async fn a_browser_that_does_not_start_leaves_the_link() {
    let story = Story::of_a_person(3600).await;
    let window = story.window(&Browser::Missing).await;
    window.click("get-new-token").await;
    window.wait_for_text("login-waiting", "/nonexistent/browser").await;
    let url = window.attribute("login-url", "data-value").await.unwrap();
    Person::named("alice").sign_in(&url.parse().unwrap()).await.unwrap();
    card_is(&window, "valid").await;
}

#[tokio::test]
async fn the_window_stays_usable_while_it_waits() {
    let story = Story::of_a_person(3600).await;
    let window = story.window(&Browser::NeverFinishes).await;
    window.click("get-new-token").await;
    window.find("login-waiting").await;
    window.click("editor-tab-params").await;
    window.find("params-row").await;
    window.find("login-waiting").await;
}

#[tokio::test]
async fn a_machine_needs_no_browser() {
    let story = Story::new(3600, |provider| gatepass_tests::auth_config::machine(provider, "cc")).await;
    let window: Window<'_> = story.window(&Browser::Missing).await;
    window.click("get-new-token").await;
    card_is(&window, "valid").await;
    assert!(!window.has("login-waiting").await);
}
