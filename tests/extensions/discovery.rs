//! Metadata (OpenID Connect Discovery, RFC 8414): where it is looked for, and whose it has to be.

use std::sync::Arc;

use gatepass_tests::{
    Misbehaving, Provider, TokenCommand,
    auth_config::{changed, machine_of_the_misbehaving, signs_in},
    http::{Answer, Request, Server},
    misbehaving::discovery,
};
use serde_json::json;

/// A provider below a path, whose metadata is at `place` alone and names `issuer` (both with the port left out).
async fn below_a_path(place: &'static str, issuer: &'static str) -> (Server, String) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let own = origin.clone();
    let answer = move |request: &Request| match request.path.as_str() {
        path if path == place => Answer::json(
            200,
            &json!({ "issuer": format!("{own}{issuer}"), "token_endpoint": format!("{own}/tenant/token") }),
        ),
        "/tenant/token" => Answer::json(200, &json!({ "access_token": "a", "token_type": "Bearer" })),
        _ => Answer::new(404, "text/plain", "not here"),
    };
    (Server::on(listener, Arc::new(answer)), origin)
}

fn machine(issuer: &str) -> TokenCommand {
    TokenCommand::on(&machine_of_the_misbehaving(issuer))
}

#[tokio::test]
async fn metadata_is_found_at_either_well_known_place() {
    for place in [
        "/tenant/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server/tenant",
        "/.well-known/openid-configuration/tenant",
    ] {
        let (server, origin) = below_a_path(place, "/tenant").await;
        machine(&format!("{origin}/tenant")).get().await;
        assert_eq!(server.seen().pop().unwrap().path, "/tenant/token", "{place}");
    }
}

#[tokio::test]
async fn the_issuer_is_compared_exactly() {
    let (server, origin) = below_a_path("/tenant/.well-known/openid-configuration", "/Tenant").await;
    let error = machine(&format!("{origin}/tenant")).refused().await;
    assert_eq!(error["code"], "issuer_mismatch", "{error}");
    assert!(error["cause"].as_str().unwrap().contains("/Tenant"), "{error}");
    assert!(server.seen().iter().all(|request| request.path != "/tenant/token"), "nothing is sent there");
    let provider = Misbehaving::start(discovery::issuer_with_a_slash()).await;
    assert_eq!(
        machine(&provider.issuer).refused().await["code"],
        "issuer_mismatch",
        "a slash is a difference"
    );
}

#[tokio::test]
async fn another_issuer_is_accepted_where_the_config_says_so() {
    let (_server, origin) = below_a_path("/tenant/.well-known/openid-configuration", "/{tenantid}").await;
    let override_ = json!({ "accepted_issuers": [format!("{origin}/{{tenantid}}")] });
    let config = changed(&machine_of_the_misbehaving(&format!("{origin}/tenant")), override_);
    TokenCommand::on(&config).get().await;
}

#[tokio::test]
async fn endpoints_typed_in_win_over_those_discovered() {
    let provider = Provider::start(&[]).await;
    let elsewhere = Server::start(|_| Answer::json(200, &json!({ "access_token": "elsewhere" }))).await;
    let typed = json!({ "token_endpoint": format!("{}/typed", elsewhere.origin()) });
    TokenCommand::on(&changed(&signs_in(&provider.issuer, "native-auto"), typed)).get().await;
    assert_eq!(elsewhere.seen()[0].path, "/typed");
}

#[tokio::test]
async fn without_an_issuer_the_endpoints_suffice_and_nothing_is_looked_up() {
    let provider = Provider::start(&[]).await;
    let typed = json!({
        "issuer": null, "authorization_endpoint": format!("{}/auth", provider.issuer),
        "token_endpoint": format!("{}/token", provider.issuer), "jwks_uri": format!("{}/jwks", provider.issuer),
    });
    let tokens = TokenCommand::on(&changed(&signs_in(&provider.issuer, "native-auto"), typed)).get().await;
    assert_eq!(tokens["id_token_claims"]["sub"], "alice");
    assert!(provider.log().await.iter().all(|seen| !seen.path().contains(".well-known")));
}

#[tokio::test]
async fn a_grant_without_its_endpoint_is_told_before_anything_is_sent() {
    let provider = Misbehaving::start(discovery::without("token_endpoint")).await;
    let error = machine(&provider.issuer).refused().await;
    assert!(error.to_string().contains("token_endpoint"), "{error}");
    assert!(provider.seen_at("/token").is_empty());
}
