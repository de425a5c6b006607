//! SIGKILL in the middle: what is stored is whole, and the next command goes on.

use gatepass_tests::{
    Gatepass, Misbehaving, Provider, auth_config::signs_in, eventually, http::Manner, misbehaving::Case,
};

use crate::photos;

/// A refresh request that arrives and changes nothing, and whose answer never comes.
fn stuck() -> Case {
    Case::default()
        .refresh(|_| gatepass_tests::http::Answer::new(503, "text/plain", "never sent").manner(Manner::Never))
}

#[tokio::test]
async fn a_process_killed_during_its_refresh_leaves_the_old_tokens_whole() {
    let provider = Misbehaving::honest().await;
    let home = Gatepass::new();
    let config = home.file("auth.json", &signs_in(&provider.issuer, "app"));
    let before = home.run(&["token", "get", "--config", &config, "--json"]).await.expect_code(0).json();
    provider.turn_to(stuck());
    let mut refreshing = home.command(&["token", "refresh", "--config", &config]).start();
    eventually("the refresh request is out", async || {
        (provider.token_requests("refresh_token").len() == 1).then_some(())
    })
    .await;
    refreshing.kill().await.unwrap();
    let shown = home.run(&["token", "show", "--config", &config, "--json"]).await.expect_code(0).json();
    assert_eq!(shown["access_token"], before["access_token"]);
    assert_eq!(shown["has_refresh_token"], true);
    // The lock went with its holder: nobody waits for the dead.
    provider.turn_to(Case::default());
    home.run(&["token", "refresh", "--config", &config]).await.expect_code(0);
}

#[tokio::test]
async fn others_wait_for_a_refresh_that_is_under_way_and_go_on_when_its_process_is_killed() {
    let provider = Misbehaving::honest().await;
    let home = Gatepass::new();
    let config = home.file("auth.json", &signs_in(&provider.issuer, "app"));
    home.run(&["token", "get", "--config", &config]).await.expect_code(0);
    provider.turn_to(stuck());
    let mut first = home.command(&["token", "refresh", "--config", &config]).start();
    eventually("the refresh request is out", async || {
        (provider.token_requests("refresh_token").len() == 1).then_some(())
    })
    .await;
    provider.turn_to(Case::default());
    let second = home.command(&["token", "refresh", "--config", &config]).start();
    first.kill().await.unwrap();
    let output = second.wait_with_output().await.unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[tokio::test]
async fn an_answer_that_was_lost_with_its_process_is_recovered_where_the_provider_allows_it() {
    let provider = Provider::start(&["--rotation-grace", "60"]).await;
    let home = Gatepass::new();
    home.import(&photos(&provider, &signs_in(&provider.issuer, "native"))).await;
    home.run(&["token", "get", "Photos"]).await.expect_code(0);
    // The refresh token is used up and the new one is lost: the process dies while the answer is on its way.
    for round in 1..=5 {
        provider.fault(serde_json::json!({ "path": "/token", "delay_ms": 20 * round })).await;
        let mut refreshing = home.command(&["token", "refresh", "Photos"]).start();
        eventually("the marker of a refresh is written, or it is over", async || {
            let over = refreshing.try_wait().unwrap().is_some();
            (over || provider.token_requests("refresh_token").await.len() >= round).then_some(())
        })
        .await;
        let _ = refreshing.start_kill();
        let _ = refreshing.wait().await;
        home.run(&["token", "refresh", "Photos"]).await.expect_code(0);
    }
}

#[tokio::test]
async fn a_killed_import_brings_in_all_or_nothing() {
    let home = Gatepass::new();
    let mut collection = gatepass_tests::Collection::named("Large");
    for number in 0..2000 {
        collection = collection.get(&format!("Request {number}"), "http://127.0.0.1:9/");
    }
    let file = home.file("large.json", &collection.json());
    // Make the database first, so that what is killed is the import.
    home.import(&gatepass_tests::Collection::named("Small").get("One", "http://127.0.0.1:9/").json()).await;
    for pause in [0_u64, 20, 40, 80, 160] {
        let mut importing = home.command(&["import", &file]).start();
        tokio::time::sleep(std::time::Duration::from_millis(pause)).await;
        let _ = importing.start_kill();
        let ended = importing.wait().await.unwrap();
        // An item that is not in the collection at all is told from a collection that is not there.
        let found = home.run(&["send", "Large", "Request 1999", "--json"]).await;
        let error = found.json();
        let whole = error["error"]["code"] == "network";
        if ended.success() {
            assert!(whole, "a finished import is all there: {error}");
        }
        let first = home.run(&["send", "Large", "Request 0", "--json"]).await.json();
        assert_eq!(first["error"]["code"] == "network", whole, "the first and the last, or neither: {first}");
        if whole {
            return;
        }
    }
}
