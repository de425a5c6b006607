//! Tokens out of the browser: implicit and hybrid.

use super::*;

#[test]
fn tokens_are_taken_from_the_answer_of_the_browser() {
    let scene = Scene::new(json!({"grant": "implicit", "scope": "photos"}));
    scene.login_page(&[("access_token", "front"), ("token_type", "bearer"), ("expires_in", "60")]);
    let outcome = scene.run();
    assert_eq!(access_token(&outcome), "front");
    let tokens = outcome.unwrap().tokens;
    assert_eq!(tokens.expires_at, Some(scene.world.simulation.now() + 60_000));
    assert!(!tokens.response.contains_key("state"));
    assert!(scene.world.provider.all_seen().is_empty());
}

#[test]
fn a_forged_id_token_is_marked_and_a_failure() {
    let scene = Scene::new(json!({"grant": "implicit", "response_type": "id_token"}));
    scene.login_page(&[("id_token", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9.")]);
    assert_eq!(scene.run().err().unwrap().code, Code::IdTokenInvalid);
    let stored = scene.world.store.peek(&scene.demand.key()).unwrap();
    assert!(!stored.tokens.id_token_is_sound());
}

#[test]
fn a_hybrid_answer_with_a_forged_id_token_is_not_redeemed() {
    let scene = Scene::granting(json!({"grant": "authorization_code", "response_type": "code id_token"}));
    scene.login_page(&[("code", "c"), ("id_token", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9.")]);
    assert_eq!(scene.run().err().unwrap().code, Code::IdTokenInvalid);
    assert!(scene.world.provider.all_seen().is_empty());
    assert!(scene.world.store.peek(&scene.demand.key()).is_none());
}
