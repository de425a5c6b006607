//! Tokens that never go stale, as seen in the window.

use gatepass_tests::{Browser, eventually};

use crate::{Story, card_is, send};

#[tokio::test]
async fn a_token_on_the_screen_is_renewed_before_its_end_without_a_click() {
    let story = Story::of_a_person(10).await.signed_in().await;
    let window = story.window(&Browser::Missing).await;
    window.wait_for_attribute("auto-refresh-toggle", "aria-checked", "true").await;
    eventually("it is renewed twice by itself", async || (story.refreshes().await >= 2).then_some(())).await;
    card_is(&window, "valid").await;
    eventually("the countdown runs", async || {
        let countdown = window.text("token-expiry").await;
        countdown.contains(|digit: char| digit.is_ascii_digit()).then_some(())
    })
    .await;
    send(&window, "200").await;
    let refused: Vec<_> =
        story.provider.api_requests().await.into_iter().filter(|seen| seen.status != Some(200)).collect();
    assert!(refused.is_empty(), "no request ever saw a 401: {refused:?}");
    let refreshes = story.provider.token_requests("refresh_token").await;
    assert!(refreshes.iter().all(|seen| seen.status == Some(200)), "{refreshes:?}");
    window.screenshot("renewed-by-itself").await;
}

#[tokio::test]
async fn a_click_refreshes_and_the_rotated_token_replaces_the_old_one() {
    let story = Story::of_a_person(3600).await.signed_in().await;
    let before = story.home.show("Photos").await["access_token"].clone();
    let window = story.window(&Browser::Missing).await;
    for click in 1..=2 {
        window.click("refresh-token").await;
        eventually("the provider has been asked", async || (story.refreshes().await == click).then_some(()))
            .await;
        card_is(&window, "valid").await;
        eventually("the new token is stored", async || {
            (story.home.show("Photos").await["access_token"] != before).then_some(())
        })
        .await;
    }
    let used = story.provider.token_requests("refresh_token").await;
    assert_ne!(used[0].form("refresh_token"), used[1].form("refresh_token"));
    assert!(used.iter().all(|seen| seen.status == Some(200)), "no reuse was seen");
    window.find_where("flow-log-step", "data-step", "refresh").await;
}

#[tokio::test]
async fn with_auto_refresh_off_nothing_is_renewed_and_a_send_asks() {
    let story = Story::of_a_person(4).await.signed_in().await;
    let window = story.window(&Browser::Missing).await;
    window.click("auto-refresh-toggle").await;
    window.wait_for_attribute("auto-refresh-toggle", "aria-checked", "false").await;
    window.wait_for_text("save-state", "Saved").await;
    card_is(&window, "expired").await;
    let renewed = story.refreshes().await;
    story.provider.forget_log().await;
    window.click("send-button").await;
    window.find("held-back").await;
    window.screenshot("held-back").await;
    assert!(story.provider.log().await.is_empty(), "{:?}", story.provider.log().await);
    window.click("send-anyway").await;
    window.wait_for_text("response-status", "401").await;
    assert_eq!(story.refreshes().await, 0, "{renewed} before it was switched off");
    window.click("send-button").await;
    window.click("refresh-and-send").await;
    window.wait_for_text("response-status", "200").await;
    assert_eq!(story.refreshes().await, 1);
}

#[tokio::test]
async fn fifty_requests_of_the_command_line_and_the_open_window_share_one_refresh() {
    let story = Story::of_a_person(10).await.signed_in().await;
    let window = story.window(&Browser::Missing).await;
    // From here on the window renews by itself as well; the token dies under both at the same instant.
    story.home.until_expired_or_renewed("Photos").await;
    let before = story.provider.token_requests("refresh_token").await.len();
    let ran = story.home.run(&["run", "Photos", "-n", "50", "--parallel", "50"]).await;
    ran.expect_code(0);
    let refreshes = story.provider.token_requests("refresh_token").await;
    assert!(
        refreshes.iter().all(|seen| seen.status == Some(200)),
        "no refresh token was used twice: {refreshes:?}"
    );
    assert!(refreshes.len() - before <= 1, "{} refreshes", refreshes.len() - before);
    let sent = story.provider.api_requests().await;
    assert_eq!(sent.len(), 50);
    assert!(sent.iter().all(|seen| seen.status == Some(200)), "{sent:?}");
    card_is(&window, "valid").await;
}

#[tokio::test]
async fn a_token_that_the_provider_took_back_is_renewed_once_and_the_request_repeated() {
    let story = Story::of_a_person(3600).await.signed_in().await;
    let window = story.window(&Browser::Missing).await;
    story.provider.revoke_access_tokens("native").await;
    send(&window, "200").await;
    window.find("response-refreshed").await;
    let statuses: Vec<_> = story.provider.api_requests().await.iter().map(|seen| seen.status).collect();
    assert_eq!(statuses, [Some(401), Some(200)]);
    assert_eq!(story.refreshes().await, 1);
}

#[tokio::test]
async fn what_the_command_line_does_is_seen_in_the_window() {
    let story = Story::of_a_person(3600).await;
    let window = story.window(&Browser::Missing).await;
    card_is(&window, "none").await;
    story.home.run(&["token", "get", "Photos"]).await.expect_code(0);
    send(&window, "200").await;
    card_is(&window, "valid").await;
    story.home.run(&["token", "delete", "Photos"]).await.expect_code(0);
    story.provider.forget_log().await;
    window.click("send-button").await;
    window.find("held-back").await;
    assert!(story.provider.api_requests().await.is_empty(), "a deleted token is not sent again");
}
