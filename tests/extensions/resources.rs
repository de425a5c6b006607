//! What the token is for: resource indicators (RFC 8707), audience, rich authorization requests (RFC 9396).

use gatepass_tests::{
    Misbehaving, Provider, TokenCommand,
    auth_config::{changed, machine_of_the_misbehaving, signs_in},
};
use serde_json::json;

use crate::{parameter, part, query, seen_at};

#[tokio::test]
async fn a_resource_decides_whom_the_token_is_for() {
    let provider = Provider::start(&[]).await;
    let wanted = json!({ "resource": ["urn:api:jwt"] });
    let token = TokenCommand::on(&changed(&signs_in(&provider.issuer, "native-auto"), wanted));
    for tokens in [token.get().await, token.refresh().await] {
        assert_eq!(part(tokens["access_token"].as_str().unwrap(), 1)["aud"], "urn:api:jwt");
    }
    for grant_type in ["authorization_code", "refresh_token"] {
        let request = provider.token_requests(grant_type).await.remove(0);
        assert_eq!(request.form("resource").as_deref(), Some("urn:api:jwt"), "{grant_type}");
    }
    token.send(&format!("{}/access-token/photos", provider.api)).await.expect_code(0);
}

#[tokio::test]
async fn several_resources_are_several_parameters() {
    let provider = Misbehaving::honest().await;
    let wanted =
        json!({ "resource": ["https://a.example.test/", "https://b.example.test/"], "audience": "photos" });
    TokenCommand::on(&changed(&signs_in(&provider.issuer, "app"), wanted.clone())).get().await;
    TokenCommand::on(&changed(&machine_of_the_misbehaving(&provider.issuer), wanted)).get().await;
    let both = ["https://a.example.test/", "https://b.example.test/"];
    let resources = |text: &str| -> Vec<String> {
        let pairs = url::form_urlencoded::parse(text.as_bytes());
        pairs.filter(|(name, _)| name == "resource").map(|(_, value)| value.into_owned()).collect()
    };
    let asked = provider.seen_at("/authorize").remove(0);
    assert_eq!(resources(&asked.query), both);
    assert_eq!(asked.query("audience").as_deref(), Some("photos"));
    let machine = provider.token_requests("client_credentials").remove(0);
    assert_eq!(resources(&machine.body), both);
    assert_eq!(machine.form("audience").as_deref(), Some("photos"));
}

#[tokio::test]
async fn a_resource_that_the_provider_does_not_know_is_told() {
    let provider = Provider::start(&[]).await;
    let wanted = json!({ "resource": ["https://unknown.example.test"] });
    let token = TokenCommand::on(&changed(&signs_in(&provider.issuer, "native-auto"), wanted));
    let error = token.refused().await;
    assert_eq!(error["oauth_error"], "invalid_target", "{error}");
}

#[tokio::test]
async fn a_rich_request_is_sent_as_json_and_what_was_granted_is_shown() {
    let provider = Provider::start(&[]).await;
    let details = json!([{ "type": "payment", "amount": { "currency": "EUR", "value": "12.50" } }]);
    let wanted = json!({ "authorization_details": details, "resource": ["urn:api:jwt"] });
    let tokens = TokenCommand::on(&changed(&signs_in(&provider.issuer, "native-auto"), wanted)).get().await;
    let asked = seen_at(&provider, "/auth").await.remove(0);
    let sent: serde_json::Value =
        serde_json::from_str(&parameter(&asked, "authorization_details").unwrap()).unwrap();
    assert_eq!(sent, details);
    assert_eq!(query(&asked).iter().filter(|(name, _)| name == "authorization_details").count(), 1);
    assert_eq!(tokens["response"]["authorization_details"], details, "{tokens}");
}
