//! `iss` in the authorization response (RFC 9207), against mix-up attacks.

use gatepass_tests::{
    Misbehaving, Provider, TokenCommand,
    auth_config::{changed, signs_in},
    misbehaving::{authorization, discovery},
};
use serde_json::json;

#[tokio::test]
async fn the_real_provider_names_itself_in_every_answer() {
    let provider = Provider::start(&[]).await;
    TokenCommand::on(&signs_in(&provider.issuer, "native-auto")).get().await;
    let error = TokenCommand::on(&signs_in(&provider.issuer, "native-deny")).refused().await;
    assert_eq!(error["code"], "access_denied", "an error is believed only with the right issuer: {error}");
}

#[tokio::test]
async fn another_issuer_is_refused_whether_announced_or_not() {
    let unannounced = discovery::with("authorization_response_iss_parameter_supported", json!(false));
    for case in [authorization::wrong_issuer(), unannounced.and(authorization::wrong_issuer())] {
        let provider = Misbehaving::start(case).await;
        let error = TokenCommand::on(&signs_in(&provider.issuer, "app")).refused().await;
        assert_eq!(error["code"], "issuer_mismatch", "{error}");
        assert!(error["cause"].as_str().unwrap().contains("https://id.example.test"), "{error}");
        assert!(provider.seen_at("/token").is_empty(), "the code of a mix-up is not redeemed");
    }
}

#[tokio::test]
async fn no_issuer_is_refused_only_where_it_is_announced() {
    let announced = Misbehaving::start(authorization::without_issuer()).await;
    let error = TokenCommand::on(&signs_in(&announced.issuer, "app")).refused().await;
    assert_eq!(error["code"], "issuer_mismatch", "{error}");
    assert!(announced.seen_at("/token").is_empty());
    let case = discovery::without("authorization_response_iss_parameter_supported");
    let silent = Misbehaving::start(case.and(authorization::without_issuer())).await;
    TokenCommand::on(&signs_in(&silent.issuer, "app")).get().await;
}

#[tokio::test]
async fn an_id_token_in_the_answer_names_the_issuer_too() {
    let provider = Misbehaving::start(authorization::without_issuer()).await;
    let hybrid = json!({ "response_type": "code id_token", "response_mode": "query" });
    TokenCommand::on(&changed(&signs_in(&provider.issuer, "app"), hybrid)).get().await;
}
