//! Tokens survive: storms of processes, holders that die or sleep, cut networks, killed programs. Short here; `make
//! scoreboard` runs the same for long.

use gatepass_tests::survival::{
    Draw, Interrupted, cut_network, error_answers, restarts, stopped_holder, storms,
};

use std::time::Duration;

#[tokio::test]
async fn twenty_expiries_and_ten_processes_cause_twenty_refresh_requests() {
    assert_eq!(storms(20, 10).await, 20);
}

#[tokio::test]
async fn a_stopped_holder_fails_others_visibly_and_reads_again_when_it_wakes() {
    let waited = stopped_holder().await;
    // Patience ends after 30 seconds; a slow machine needs a little to say so.
    assert!(waited < Duration::from_secs(60), "{waited:?}");
}

#[tokio::test]
async fn the_network_cut_at_any_point_keeps_the_refresh_token() {
    let (kept, all) = cut_network(1).await;
    assert_eq!((kept, all), (12, 12));
}

#[tokio::test]
async fn of_all_error_answers_only_invalid_grant_gives_the_refresh_token_up() {
    let (given_up, expected, all) = error_answers(28).await;
    assert_eq!((given_up, all), (expected, 28));
    assert!(given_up > 0, "it was among them");
}

#[tokio::test]
async fn a_send_that_is_killed_on_the_way_loses_no_token() {
    let send = Interrupted::new().await;
    let mut draw = Draw(1);
    for _ in 0..12 {
        send.killed_after(Duration::from_millis(draw.below(600))).await;
    }
}

#[tokio::test]
async fn many_tokens_are_there_after_many_restarts() {
    assert_eq!(restarts(30, 6, 1).await, 30);
}
