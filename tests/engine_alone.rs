//! The engine's own example: a program that uses it without the rest of Gatepass and without a runtime.
#![allow(clippy::unwrap_used)]

use gatepass_tests::{Misbehaving, misbehaving::CLIENT_SECRET, process::program};

#[tokio::test]
async fn the_example_gets_a_token_once_and_uses_it_twice() {
    let provider = Misbehaving::honest().await;
    let arguments = [&provider.issuer, "machine", CLIENT_SECRET, "api:read"];
    let output = tokio::process::Command::new(program("examples/machine_token"))
        .args(arguments)
        .output()
        .await
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{printed}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(printed.matches("Authorization: Bearer …").count(), 2, "{printed}");
    assert_eq!(provider.token_requests("client_credentials").len(), 1, "{printed}");
    assert!(!printed.contains(CLIENT_SECRET), "{printed}");
}

#[tokio::test]
async fn the_example_says_why_there_is_no_token() {
    let port = gatepass_tests::process::free_port();
    let issuer = format!("http://127.0.0.1:{port}");
    let output = tokio::process::Command::new(program("examples/machine_token"))
        .args([&issuer, "machine", "secret", "api:read"])
        .output()
        .await
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(printed.contains(&port.to_string()), "{printed}{}", String::from_utf8_lossy(&output.stderr));
    assert!(!printed.contains("Authorization: Bearer"), "{printed}");
}
