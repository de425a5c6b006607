//! Dynamic client registration (RFC 7591) and keys of one's own, as `gatepass client` offers them.

use gatepass_tests::{
    Gatepass, Provider, TokenCommand,
    auth_config::{changed, signs_in},
};
use serde_json::{Value, json};

/// Registers a client for this config and returns the config with what the provider gave.
async fn registered(home: &Gatepass, config: &Value) -> Value {
    let file = home.file("client.json", config);
    let given = home.run(&["client", "register", "--config", &file]).await.expect_code(0).json();
    assert!(given["client_id"].as_str().is_some_and(|id| !id.is_empty()), "{given}");
    changed(config, given)
}

#[tokio::test]
async fn a_client_that_was_registered_gets_a_token() {
    let provider = Provider::start(&["--open"]).await;
    let home = Gatepass::new();
    let config = changed(&signs_in(&provider.issuer, "unregistered"), json!({ "client_id": null }));
    let with_secret = json!({ "client_authentication": "client_secret_basic" });
    for config in [config.clone(), changed(&config, with_secret)] {
        let config = registered(&home, &config).await;
        let tokens = TokenCommand::on(&config).get().await;
        assert_eq!(tokens["id_token_claims"]["sub"], "alice");
        assert_eq!(tokens["id_token_claims"]["aud"], config["client_id"]);
    }
}

#[tokio::test]
async fn a_client_made_with_its_own_key_can_be_registered_and_used() {
    let provider = Provider::start(&["--open"]).await;
    let home = Gatepass::new();
    for algorithm in ["ES256", "PS256", "EdDSA"] {
        let made = home.run(&["client", "key", "--alg", algorithm, "--json"]).await.expect_code(0).json();
        let config = changed(
            &signs_in(&provider.issuer, "unregistered"),
            json!({
                "client_id": null, "client_authentication": "private_key_jwt", "client_key": made["client_key"],
            }),
        );
        let file = home.file("keyed.json", &config);
        let jwks = home.run(&["client", "jwks", "--config", &file]).await.expect_code(0).json();
        assert_eq!(jwks, made["jwks"], "the public half of the key that was made");
        let config = registered(&home, &config).await;
        let tokens = TokenCommand::on(&config).get().await;
        assert_eq!(tokens["id_token_claims"]["aud"], config["client_id"], "{algorithm}");
    }
}

#[tokio::test]
async fn a_registration_that_the_provider_refuses_says_why() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    let file = home.file("client.json", &signs_in(&provider.issuer, "unregistered"));
    let error = home.run(&["client", "register", "--config", &file, "--json"]).await.error(3);
    assert_eq!(error["code"], "provider_error", "{error}");
    assert!(error["flow"].as_array().unwrap().iter().any(|step| step["step"] == "registration"), "{error}");
}

#[tokio::test]
async fn a_config_is_checked_with_the_metadata_of_its_provider() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    let config =
        changed(&signs_in(&provider.issuer, "native"), json!({ "pkce": "plain", "send_in": "query" }));
    let file = home.file("doubtful.json", &config);
    let told = home.run(&["client", "check", "--config", &file, "--json"]).await.expect_code(0).json();
    assert_eq!(told["with_metadata"], true, "{told}");
    let found = |setting: &str, kind: &str| {
        let warnings = told["warnings"].as_array().unwrap();
        warnings.iter().any(|warning| warning["setting"] == setting && warning["kind"] == kind)
    };
    assert!(found("pkce", "deprecated") && found("send_in", "deprecated"), "OAuth 2.1: {told}");
    assert!(found("pkce", "unsupported"), "the provider announces S256 alone: {told}");
}

#[tokio::test]
async fn the_flow_log_is_written_without_secrets_also_when_it_failed() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    let config = changed(
        &signs_in(&provider.issuer, "basic"),
        json!({ "client_secret": "canary-wrong-secret", "client_authentication": "client_secret_post" }),
    );
    let file = home.file("auth.json", &config);
    for name in ["flow.har", "flow.md"] {
        let log = home.home().join(name);
        let arguments = ["token", "get", "--config", &file, "--flow-log", log.to_str().unwrap()];
        home.run(&arguments).await.expect_code(3);
        let text = std::fs::read_to_string(&log).unwrap();
        assert!(text.contains("/token") && !text.contains("canary"), "{text}");
        if name.ends_with("har") {
            let archive: Value = serde_json::from_str(&text).unwrap();
            assert!(archive["log"]["entries"].as_array().unwrap().len() >= 2, "{archive}");
        }
    }
}
