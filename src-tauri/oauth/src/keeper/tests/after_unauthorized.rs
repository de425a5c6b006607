use super::*;

const INVALID: Option<&str> =
    Some(r#"Bearer realm="api", error="invalid_token", error_description="expired""#);

fn retry(
    scene: &Scene,
    demand: &TokenDemand,
    rejected: &UsableToken,
    challenge: Option<&str>,
) -> Result<Option<UsableToken>, Failure> {
    let steps = Arc::new(Steps::default());
    scene.world.simulation.run(scene.keeper.after_unauthorized(demand, rejected, challenge, steps))
}

fn scene(extra: Value) -> (Scene, TokenDemand, UsableToken) {
    let scene = Scene::granting(3600);
    let demand = demand(extra);
    scene.store(&demand, scene.living(600));
    let token = scene.sent(&demand);
    (scene, demand, token)
}

#[test]
fn renews_once_and_retries_once() {
    let (scene, demand, rejected) = scene(json!({}));
    let renewed = retry(&scene, &demand, &rejected, INVALID).unwrap().unwrap();
    assert_eq!(renewed.token().expose(), "new-access-1");
    assert!(retry(&scene, &demand, &renewed, INVALID).unwrap().is_none(), "never a second time");
    assert_eq!(scene.token_requests(), 1);
}

#[test]
fn does_not_renew_what_another_request_has_renewed_already() {
    let (scene, demand, rejected) = scene(json!({}));
    for _ in 0..3 {
        assert_eq!(
            retry(&scene, &demand, &rejected, INVALID).unwrap().unwrap().token().expose(),
            "new-access-1"
        );
    }
    assert_eq!(scene.token_requests(), 1);
}

#[test]
fn a_bare_401_renews_only_where_that_is_set() {
    for (setting, challenge, renews) in [
        ("invalid_token", None, false),
        ("invalid_token", Some("Bearer"), false),
        ("invalid_token", Some(r#"Bearer error="insufficient_scope""#), false),
        ("invalid_token", Some("Bearer error=invalid_token"), true),
        ("invalid_token", Some(r#"DPoP algs="ES256", error = "invalid_token""#), true),
        ("always", None, true),
        ("never", INVALID, false),
    ] {
        let (scene, demand, rejected) = scene(json!({"retry_on_401": setting}));
        let renewed = retry(&scene, &demand, &rejected, challenge).unwrap();
        assert_eq!(renewed.is_some(), renews, "{setting} {challenge:?}");
    }
}

#[test]
fn the_answer_stands_with_auto_refresh_off() {
    let (scene, demand, rejected) = scene(json!({"auto_refresh": false}));
    assert!(retry(&scene, &demand, &rejected, INVALID).unwrap().is_none());
    assert_eq!(scene.token_requests(), 0);
}

#[test]
fn a_refused_token_that_cannot_be_renewed_is_not_sent_again() {
    let (scene, demand, rejected) = scene(json!({}));
    scene.world.provider.from_now_on("/token", Answer::status(400, json!({"error": "invalid_grant"})));
    assert_eq!(retry(&scene, &demand, &rejected, INVALID).err().unwrap().code, Code::SignInNeeded);
    assert_eq!(scene.held(&demand, &SendTerms::default()).reason, HeldReason::SignInNeeded);
}

#[test]
fn without_refresh_token_the_answer_stands_and_the_next_send_asks_for_a_sign_in() {
    let scene = Scene::granting(3600);
    let demand = demand(json!({}));
    let mut old = scene.living(600);
    old.tokens.refresh_token = None;
    scene.store(&demand, old);
    let rejected = scene.sent(&demand);
    assert!(retry(&scene, &demand, &rejected, INVALID).unwrap().is_none());
    assert_eq!(scene.keeper.status(&demand, Some(&scene.stored(&demand))), Status::Expired);
    assert_eq!(scene.held(&demand, &SendTerms::default()).reason, HeldReason::SignInNeeded);
}
