//! A thousand requests at the instant when their token expires.

use std::path::Path;
use std::time::Instant;

use gatepass_tests::{Browser, Collection, Gatepass, Provider, auth_config};
use serde_json::{Value, json};

use crate::command_line::milliseconds;
use crate::server::Server;
use crate::table::{Table, median};

const SENDS: usize = 1_000;
const ROUNDS: usize = 5;

/// How many refresh requests leave, and how much longer the last percent waits than with a token that still lives.
pub async fn thousand_sends(gatepass: &Path, table: &mut Table) {
    let provider = Provider::start(&["--auto", "alice"]).await;
    let api = Server::start().await;
    let home = Gatepass::new();
    let collection = Collection::named("Storm")
        .oauth2(&auth_config::signs_in(&provider.issuer, "native"))
        .get("Photos", &format!("{}/photos", api.url));
    home.import(&collection.json()).await;

    let (mut living, mut expired, mut answers) = (Vec::new(), Vec::new(), Vec::new());
    let mut refreshes = Vec::new();
    for _ in 0..ROUNDS {
        provider.change(json!({ "ttl-access": 3600 })).await;
        let refreshed = home.run(&["token", "get", "Storm", "--json"]).await.expect_code(0).json();
        answers.extend(answer_time(&refreshed));
        living.push(slowest_percent(gatepass, &home, &api).await);

        provider.change(json!({ "ttl-access": 1 })).await;
        let refreshed = home.run(&["token", "refresh", "Storm", "--json"]).await.expect_code(0).json();
        answers.extend(answer_time(&refreshed));
        home.until_expired("Storm").await;
        provider.change(json!({ "ttl-access": 3600 })).await;
        provider.forget_log().await;
        expired.push(slowest_percent(gatepass, &home, &api).await);
        refreshes.push(provider.token_requests("refresh_token").await.len());
    }
    let (living, expired, answer) = (median(living), median(expired), median(answers));
    table.row(
        "1,000 sends at the instant of expiry: refresh requests, each round",
        format!("{refreshes:?}"),
        format!("{SENDS} of {SENDS} arrived in every round"),
        "1",
    );
    table.row(
        "the same: extra wait, 99th percentile",
        format!("{:.0} ms", (expired - living).max(0.0)),
        format!("the provider's answer: {answer:.0} ms; with a living token: {living:.0} ms after the start"),
        "≤ the provider's answer + 50 ms",
    );
}

/// Milliseconds from the start of the program until 99 of 100 requests have arrived.
async fn slowest_percent(gatepass: &Path, home: &Gatepass, api: &Server) -> f64 {
    let sends = SENDS.to_string();
    let began = Instant::now();
    let status = tokio::process::Command::new(gatepass)
        .args(["run", "Storm", "--iteration-count", &sends, "--parallel", &sends, "--silent"])
        .env_clear()
        .envs(home.environment(&Browser::Missing))
        .stdin(std::process::Stdio::null())
        .status()
        .await
        .expect("gatepass");
    assert!(status.success(), "a request of the storm failed");
    let mut arrived: Vec<f64> = api.take().into_iter().map(|moment| milliseconds(moment - began)).collect();
    assert_eq!(arrived.len(), SENDS, "every request arrives once");
    arrived.sort_by(f64::total_cmp);
    arrived[SENDS * 99 / 100]
}

/// How long the provider took to answer the refresh request of a command, in milliseconds.
fn answer_time(report: &Value) -> Option<f64> {
    let steps = report["flow"].as_array()?;
    steps.iter().find(|step| step["step"] == "refresh")?["ms"].as_f64()
}
