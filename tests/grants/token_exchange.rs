//! Token exchange (RFC 8693): impersonation, delegation, and subjects out of other tokens.

use gatepass_tests::{
    Collection, Gatepass, Provider, TokenCommand,
    auth_config::{changed, machine, signs_in_with_secret},
};
use serde_json::{Value, json};

use crate::{token_request, token_requests};

const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

fn exchanging(provider: &Provider, subject: &Value) -> Value {
    let changes = json!({ "grant": "token_exchange", "subject_token": subject, "scope": "api:write" });
    changed(&machine(provider, "basic"), changes)
}

#[tokio::test]
async fn a_subject_token_is_changed_for_another_one() {
    let provider = Provider::start(&[]).await;
    let alices = TokenCommand::on(&signs_in_with_secret(&provider, "basic")).get().await;
    let wanted = json!({ "audience": "https://api.example.test", "requested_token_type": ACCESS_TOKEN });
    let token = TokenCommand::on(&changed(&exchanging(&provider, &alices["access_token"]), wanted));
    let tokens = token.get().await;
    assert_eq!(tokens["response"]["issued_token_type"], ACCESS_TOKEN, "{tokens}");
    let request = token_request(&provider, GRANT_TYPE).await;
    for (name, value) in [
        ("subject_token", alices["access_token"].as_str().unwrap()),
        ("subject_token_type", ACCESS_TOKEN),
        ("requested_token_type", ACCESS_TOKEN),
        ("audience", "https://api.example.test"),
        ("scope", "api:write"),
    ] {
        assert_eq!(request.form(name).as_deref(), Some(value), "{name}");
    }
    assert_eq!((request.form("actor_token"), request.form("actor_token_type")), (None, None));
    token.refresh().await;
    assert_eq!(token_requests(&provider, GRANT_TYPE).await.len(), 2, "it simply runs again");
}

#[tokio::test]
async fn an_actor_acts_on_behalf_of_a_subject() {
    let provider = Provider::start(&[]).await;
    let alices = TokenCommand::on(&signs_in_with_secret(&provider, "basic")).get().await;
    let machines = TokenCommand::on(&machine(&provider, "cc")).get().await;
    let config = exchanging(&provider, &alices["access_token"]);
    let delegated = changed(&config, json!({ "actor_token": machines["access_token"] }));
    let tokens = TokenCommand::on(&delegated).get().await;
    assert_eq!(tokens["response"]["act"]["sub"], "cc", "{tokens}");
    assert_eq!(
        token_request(&provider, GRANT_TYPE).await.form("actor_token_type").as_deref(),
        Some(ACCESS_TOKEN)
    );
    let stranger = changed(&config, json!({ "actor_token": "of-nobody" }));
    let error = TokenCommand::on(&stranger).refused().await;
    assert_eq!(error["oauth_error"], "invalid_grant", "{error}");
    assert!(!error.to_string().contains("of-nobody"), "{error}");
}

#[tokio::test]
async fn the_subject_comes_out_of_another_named_token() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    let alice = changed(&signs_in_with_secret(&provider, "basic"), json!({ "token_name": "alice" }));
    let exchange = exchanging(&provider, &json!("{{$oauth.alice.access_token}}"));
    let document = |name: &str, config: &Value| {
        Collection::named(name).oauth2(config).get("List", &format!("{}/photos", provider.api)).json()
    };
    home.import(&document("Alice", &alice)).await;
    home.import(&document("Exchange", &exchange)).await;
    let alices = home.run(&["token", "get", "Alice"]).await.expect_code(0).stdout;
    home.run(&["send", "Exchange", "List"]).await.expect_code(0);
    assert_eq!(
        token_request(&provider, GRANT_TYPE).await.form("subject_token").as_deref(),
        Some(alices.trim_end())
    );
}

#[tokio::test]
async fn a_subject_token_that_is_missing_is_named() {
    let provider = Provider::start(&[]).await;
    let error = TokenCommand::on(&exchanging(&provider, &json!(null))).refused().await;
    assert_eq!(error["code"], "configuration", "{error}");
    assert!(error["message"].as_str().unwrap().contains("subject_token"), "{error}");
}
