//! What a refusal leaves in the store: nothing from an answer that is none, a token set marked where only its ID token is
//! not to be believed, and never less than there was.

use gatepass_tests::{
    Collection, Misbehaving, TokenCommand,
    auth_config::{changed, signs_in},
    misbehaving::{Case, refresh, token_response},
};
use serde_json::{Value, json};

/// The token set whose ID token was refused is kept for inspection, with the verdict, and its ID token is not sent.
pub async fn keeps_it_marked(token: &TokenCommand) {
    let kept = token.show().await;
    assert!(!crate::failed(&kept).is_empty(), "the verdict is kept: {kept}");
    let id_token = token.get_with(&["--id-token"]).run().await;
    assert_eq!(id_token.code, Some(3), "it is not handed out: {id_token:?}");
    let asked_for = token.get_with(&["--id-token", "--allow-invalid-id-token"]).run().await;
    assert_eq!(asked_for.code, Some(0), "unless the person says so: {asked_for:?}");
}

/// A refresh brings an ID token that fails this check: the error says so, the rotated refresh token is kept (the old
/// one is used up), and the ID token is not sent.
pub async fn a_refresh_is_refused(case: Case, by: &str) {
    let provider = Misbehaving::honest().await;
    let token = TokenCommand::on(&signs_in(&provider.issuer, "app"));
    let first = token.get().await;
    provider.turn_to(case);
    let error = token.command("refresh").run().await.error(3);
    assert_eq!(error["code"], "id_token_invalid", "{error}");
    crate::all_checks_are_told(&error);
    crate::reason(&error, by);
    let kept = token.show().await;
    assert_ne!(kept["refresh_token"], first["refresh_token"], "the old one is used up");
    keeps_it_marked(&token).await;
    provider.turn_to(Case::default());
    let again = token.refresh().await;
    assert_eq!(crate::failed(&again), [], "a good one later is believed again: {again}");
}

/// Everything of a token set but what changes by looking at it.
fn whole(shown: &Value) -> Value {
    changed(shown, json!({ "flow": null, "status": null, "reason": null }))
}

#[tokio::test]
async fn a_refused_renewal_does_not_damage_the_token_set_in_store() {
    for case in [
        refresh::html(),
        refresh::cut_in_half(),
        refresh::rate_limited(1),
        refresh::error(503, "temporarily_unavailable"),
        refresh::error(400, "invalid_request"),
        refresh::error(401, "invalid_client"),
        refresh::error(400, "invalid_scope"),
        refresh::with("access_token", json!(17)),
        refresh::with("error", json!("server_error")),
    ] {
        let provider = Misbehaving::honest().await;
        let token = TokenCommand::on(&signs_in(&provider.issuer, "app"));
        token.get().await;
        let before = whole(&token.show().await);
        provider.turn_to(case);
        let error = token.command("refresh").run().await.error(3);
        assert_eq!(whole(&token.show().await), before, "{error}");
        assert!(token.show().await["refresh_token"].is_string());
    }
}

#[tokio::test]
async fn a_refused_sign_in_does_not_damage_the_token_set_in_store() {
    for case in [
        token_response::html(),
        token_response::empty(),
        token_response::half_a_document(),
        token_response::error_in_200(),
        token_response::error("invalid_grant", "the code is used up"),
        token_response::redirects(),
        token_response::with("access_token", json!({ "not": "a text" })),
    ] {
        let provider = Misbehaving::start(dead_and_not_renewable()).await;
        let token = TokenCommand::on(&signs_in(&provider.issuer, "app"));
        token.get().await;
        let before = whole(&token.show().await);
        provider.turn_to(case);
        let error = token.refused().await;
        assert_eq!(provider.token_requests("authorization_code").len(), 2, "somebody signed in again");
        assert_eq!(whole(&token.show().await), before, "{error}");
    }
}

/// Tokens that are over when they come, so that the next one needs a person.
fn dead_and_not_renewable() -> Case {
    Case::default().token(|turn| {
        turn.altered(|tokens| {
            tokens.insert("expires_in".into(), json!(0));
            tokens.shift_remove("refresh_token");
        })
    })
}

#[tokio::test]
async fn a_token_that_a_refusal_left_alone_is_still_sent() {
    let provider = Misbehaving::honest().await;
    let home = gatepass_tests::Gatepass::new();
    let url = format!("{}/api/photos", provider.issuer);
    let document = Collection::named("Photos").oauth2(&signs_in(&provider.issuer, "app")).get("List", &url);
    home.import(&document.json()).await;
    home.run(&["token", "get", "Photos"]).await.expect_code(0);
    provider.turn_to(refresh::html());
    home.run(&["token", "refresh", "Photos"]).await.expect_code(3);
    home.run(&["send", "Photos", "List"]).await.expect_code(0);
    assert_eq!(provider.seen_at("/api/photos").len(), 1);
}
