//! A thousand requests at the instant when their token expires.

use std::path::Path;
use std::time::Duration;

use gatepass_tests::{Collection, Gatepass, Provider, auth_config};
use serde_json::json;

use crate::table::Table;

/// One refresh request, and how long the last of the requests had to wait.
pub async fn thousand_sends(gatepass: &Path, table: &mut Table) {
    let provider = Provider::start(&["--ttl-access", "3", "--auto", "alice"]).await;
    let home = Gatepass::new();
    let collection = Collection::named("Storm")
        .oauth2(&auth_config::signs_in(&provider.issuer, "native-rotate"))
        .get("Photos", &format!("{}/api/photos", provider.issuer));
    home.import(&collection.json()).await;
    home.run(&["token", "get", "Storm", "--json"]).await.expect_code(0);
    tokio::time::sleep(Duration::from_millis(3_200)).await;
    provider.forget_log().await;
    let environment = home.environment(&gatepass_tests::Browser::Missing);
    let output = tokio::process::Command::new(gatepass)
        .args(["run", "Storm", "--iteration-count", "1000", "--parallel", "1000", "--json"])
        .envs(environment)
        .stdin(std::process::Stdio::null())
        .output()
        .await
        .expect("gatepass");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or(json!(null));
    let refreshes = provider.token_requests("refresh_token").await.len();
    let failed = report["run"]["stats"]["requests"]["failed"].clone();
    table.row(
        "1,000 sends at the instant of expiry, one process",
        format!("{refreshes} refresh request, {failed} failed"),
        format!(
            "{} ms in all, certified provider and its API in one node process",
            report["run"]["timings"]["total"]
        ),
        "1 refresh, 0 failed",
    );
}
