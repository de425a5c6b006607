use std::time::Duration;

use super::*;
use crate::ports::{Completeness, TransportErrorKind};

/// A send at a moment when the token is dead, with this answer of the provider.
fn send_with(scene: &Scene, demand: &TokenDemand, answer: Answer) -> HeldBack {
    scene.world.provider.from_now_on("/token", answer);
    scene.store(demand, scene.living(-1));
    scene.world.simulation.advance(Duration::from_secs(120));
    scene.held(demand, &SendTerms::default())
}

#[test]
fn only_invalid_grant_gives_the_refresh_token_up() {
    let scene = Scene::new();
    let demand = demand(json!({}));
    let error = |status, name: &str| Answer::status(status, json!({"error": name}));
    for answer in [
        error(400, "invalid_request"),
        error(401, "invalid_client"),
        error(400, "unauthorized_client"),
        error(400, "invalid_scope"),
        error(400, "unsupported_grant_type"),
        error(403, "access_denied"),
        error(429, "slow_down"),
        error(408, "invalid_grant"),
        error(503, "invalid_grant"),
        error(500, "server_error"),
        Answer::raw(200, "text/html", "<p>maintenance"),
        Answer::raw(200, "application/json", ""),
        Answer::raw(404, "text/plain", "not found"),
        Answer::raw(302, "text/plain", ""),
        Answer::json(json!({"access_token": "half"})).incomplete(Completeness::CutOff),
        Answer::failure(TransportErrorKind::Dns, false),
        Answer::failure(TransportErrorKind::Connect, false),
        Answer::failure(TransportErrorKind::Tls, false),
        Answer::failure(TransportErrorKind::Timeout, true),
        Answer::failure(TransportErrorKind::Broken, true),
    ] {
        let held = send_with(&scene, &demand, answer);
        assert_eq!(held.reason, HeldReason::RenewalFailed, "{}", held.message);
        let stored = scene.stored(&demand);
        assert_eq!(text(stored.tokens.refresh_token.as_ref()), "old-refresh", "{}", held.message);
        assert!(matches!(stored.standing, Standing::Failed { .. }), "{}", held.message);
    }
    let held = send_with(&scene, &demand, error(400, "invalid_grant"));
    assert_eq!((held.reason, held.offers), (HeldReason::SignInNeeded, vec![Offer::SignInAndSend]));
    let stored = scene.stored(&demand);
    assert!(stored.tokens.refresh_token.is_none());
    assert!(matches!(stored.standing, Standing::SignInNeeded { .. }));
}

#[test]
fn a_refused_refresh_token_is_kept_aside_for_a_day_and_tried_only_on_a_click() {
    let scene = Scene::new();
    let demand = demand(json!({}));
    send_with(&scene, &demand, Answer::status(400, json!({"error": "invalid_grant"})));
    for _ in 0..3 {
        assert_eq!(scene.held(&demand, &SendTerms::default()).reason, HeldReason::SignInNeeded);
    }
    assert_eq!(scene.token_requests(), 1, "it stops retrying");
    scene
        .world
        .provider
        .from_now_on("/token", Answer::json(json!({"access_token": "back", "expires_in": 600})));
    assert_eq!(text(scene.refresh(&demand).unwrap().tokens.access_token.as_ref()), "back");
    assert_eq!(scene.world.provider.seen("/token")[1].field("refresh_token").as_deref(), Some("old-refresh"));
    assert_eq!(scene.sent(&demand).token().expose(), "back");

    send_with(&scene, &demand, Answer::status(400, json!({"error": "invalid_grant"})));
    scene.world.simulation.advance(Duration::from_secs(24 * 3600));
    assert_eq!(scene.refresh(&demand).err().unwrap().code, Code::SignInNeeded);
    assert_eq!(scene.token_requests(), 3);
}

#[test]
fn a_password_grant_signs_in_again_by_itself_when_its_refresh_token_is_refused() {
    let scene = Scene::new();
    scene.world.provider.on("/token", Answer::status(400, json!({"error": "invalid_grant"})));
    scene.world.provider.on("/token", Answer::json(json!({"access_token": "again", "expires_in": 600})));
    let demand = demand(json!({"grant": "password", "username": "alice", "password": "alice"}));
    scene.store(&demand, scene.living(-1));
    assert_eq!(scene.sent(&demand).token().expose(), "again");
}

#[test]
fn a_provider_that_asks_to_wait_is_not_asked_before() {
    let scene = Scene::new();
    let demand = demand(json!({}));
    let wait = Answer::status(429, json!({"error": "slow_down"})).with_header("retry-after", "90");
    send_with(&scene, &demand, wait);
    scene.world.simulation.advance(Duration::from_secs(89));
    assert_eq!(scene.held(&demand, &SendTerms::default()).reason, HeldReason::RenewalFailed);
    assert_eq!(scene.token_requests(), 1);
    scene
        .world
        .provider
        .from_now_on("/token", Answer::json(json!({"access_token": "new", "expires_in": 600})));
    scene.world.simulation.advance(Duration::from_secs(2));
    assert_eq!(scene.sent(&demand).token().expose(), "new");
}

#[test]
fn a_click_on_refresh_does_not_wait_for_the_pause_to_end() {
    let scene = Scene::new();
    let demand = demand(json!({}));
    send_with(&scene, &demand, Answer::failure(TransportErrorKind::Connect, false));
    scene
        .world
        .provider
        .from_now_on("/token", Answer::json(json!({"access_token": "new", "expires_in": 600})));
    assert!(scene.refresh(&demand).is_ok());
}

#[test]
fn the_failed_status_is_left_as_soon_as_a_renewal_works() {
    let scene = Scene::new();
    let demand = demand(json!({}));
    scene.world.provider.on("/token", Answer::failure(TransportErrorKind::Connect, false));
    scene.store(&demand, scene.living(30));
    scene.sent(&demand);
    assert_eq!(scene.keeper.status(&demand, Some(&scene.stored(&demand))), Status::Failed);
    scene
        .world
        .provider
        .from_now_on("/token", Answer::json(json!({"access_token": "new", "expires_in": 600})));
    assert!(scene.refresh(&demand).is_ok());
    assert_eq!(scene.keeper.status(&demand, Some(&scene.stored(&demand))), Status::Valid);
}

#[test]
fn no_failure_shows_a_secret() {
    let scene = Scene::new();
    let demand = demand(json!({"client_secret": "canary-secret-1"}));
    let page = "<p>You sent old-refresh and canary-secret-1";
    let held = send_with(&scene, &demand, Answer::raw(500, "text/html", page));
    let shown = serde_json::to_string(&held).unwrap();
    assert!(!shown.contains("canary-secret-1") && !shown.contains("old-refresh"), "{shown}");
}

#[test]
fn there_is_nothing_to_refresh_without_a_token() {
    let scene = Scene::granting(60);
    assert_eq!(scene.refresh(&demand(json!({}))).err().unwrap().code, Code::SignInNeeded);
    assert_eq!(scene.token_requests(), 0);
}

#[test]
fn after_a_day_a_refused_refresh_token_is_let_go() {
    let scene = Scene::new();
    let demand = demand(json!({}));
    send_with(&scene, &demand, Answer::status(400, json!({"error": "invalid_grant"})));
    scene.world.simulation.run(scene.keeper.list()).unwrap();
    assert!(scene.stored(&demand).refused_refresh_token.is_some());
    scene.world.simulation.advance(Duration::from_secs(24 * 3600));
    scene.world.simulation.run(scene.keeper.list()).unwrap();
    assert!(scene.stored(&demand).refused_refresh_token.is_none());
}
