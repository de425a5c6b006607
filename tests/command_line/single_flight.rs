//! However many need the same token at once, exactly one refresh request leaves.

use gatepass_tests::{
    Gatepass, Provider,
    auth_config::{machine, signs_in},
    gatepass::Finished,
};
use serde_json::Value;

use crate::photos;

/// A home with an expired token; from now on tokens live for an hour again.
async fn just_expired(provider: &Provider, config: &Value) -> Gatepass {
    provider.change(serde_json::json!({ "ttl-access": 1 })).await;
    let home = Gatepass::new();
    home.import(&photos(provider, config)).await;
    home.run(&["token", "get", "Photos"]).await.expect_code(0);
    home.until_expired("Photos").await;
    provider.change(serde_json::json!({ "ttl-access": 3600 })).await;
    provider.forget_log().await;
    home
}

#[tokio::test]
async fn fifty_requests_of_one_run_at_the_instant_of_expiry() {
    let provider = Provider::start(&[]).await;
    let home = just_expired(&provider, &signs_in(&provider.issuer, "native")).await;
    home.run(&["run", "Photos", "-n", "50", "--parallel", "50"]).await.expect_code(0);
    assert_eq!(provider.token_requests("refresh_token").await.len(), 1);
    let sent = provider.api_requests().await;
    assert_eq!(sent.len(), 50);
    assert!(sent.iter().all(|seen| seen.status == Some(200) && seen.token() == sent[0].token()), "{sent:?}");
}

#[tokio::test]
async fn fifty_requests_of_a_machine() {
    let provider = Provider::start(&[]).await;
    let home = just_expired(&provider, &machine(&provider, "cc")).await;
    home.run(&["run", "Photos", "-n", "50", "--parallel", "50"]).await.expect_code(0);
    assert_eq!(provider.token_requests("client_credentials").await.len(), 1);
    assert_eq!(provider.api_requests().await.len(), 50);
}

// Every client that was read lacks a lock; the provider then sees a reuse and takes everything back (pains 12).
#[tokio::test]
async fn ten_processes_on_one_database() {
    let provider = Provider::start(&[]).await;
    let home = just_expired(&provider, &signs_in(&provider.issuer, "native")).await;
    let processes: Vec<_> =
        (0..10).map(|_| home.command(&["send", "Photos", "List photos", "--json"]).start()).collect();
    for process in processes {
        let output = process.wait_with_output().await.unwrap();
        let finished = Finished {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        };
        assert_eq!(finished.expect_code(0).json()["status"], 200);
    }
    assert_eq!(provider.token_requests("refresh_token").await.len(), 1);
}

#[tokio::test]
async fn commands_that_ask_for_the_token_itself_share_it_too() {
    let provider = Provider::start(&[]).await;
    let home = just_expired(&provider, &signs_in(&provider.issuer, "native")).await;
    let processes: Vec<_> = (0..5).map(|_| home.command(&["token", "get", "Photos"]).start()).collect();
    let mut printed = Vec::new();
    for process in processes {
        let output = process.wait_with_output().await.unwrap();
        assert!(output.status.success(), "{output:?}");
        printed.push(output.stdout);
    }
    printed.dedup();
    assert_eq!(printed.len(), 1, "all got the same token");
    assert_eq!(provider.token_requests("refresh_token").await.len(), 1);
}
