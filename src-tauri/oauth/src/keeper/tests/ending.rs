use super::*;

const ENDPOINTS: &str = r#"{
    "revocation_endpoint": "https://id.example.com/revoke", "introspection_endpoint": "https://id.example.com/introspect",
    "userinfo_endpoint": "https://id.example.com/userinfo", "end_session_endpoint": "https://id.example.com/logout",
    "client_secret": "s"
}"#;

fn scene() -> (Scene, TokenDemand) {
    let scene = Scene::granting(3600);
    let demand = demand(serde_json::from_str(ENDPOINTS).unwrap());
    scene.store(&demand, scene.living(600));
    (scene, demand)
}

fn steps() -> Arc<Steps> {
    Arc::new(Steps::default())
}

#[test]
fn revoking_tells_the_provider_and_removes_the_tokens_here() {
    let (scene, demand) = scene();
    scene.world.provider.on("/revoke", Answer::raw(200, "text/plain", ""));
    let ended = scene.world.simulation.run(scene.keeper.revoke(&demand, steps())).unwrap();
    assert!(ended.removed && ended.revoked_at_provider && ended.failure.is_none());
    let requests = scene.world.provider.seen("/revoke");
    let sent: Vec<_> = requests.iter().map(|request| request.field("token").unwrap()).collect();
    assert_eq!(sent, ["old-refresh", "old-access"]);
    assert!(requests.iter().all(|request| request.header("authorization").unwrap().starts_with("Basic ")));
    assert!(scene.world.store.peek(&demand.key()).is_none());
}

#[test]
fn tokens_are_removed_here_even_if_the_provider_cannot_be_told() {
    let (scene, demand) = scene();
    scene.world.provider.on("/revoke", Answer::failure(crate::ports::TransportErrorKind::Connect, false));
    let ended = scene.world.simulation.run(scene.keeper.revoke(&demand, steps())).unwrap();
    assert!(ended.removed && !ended.revoked_at_provider);
    assert_eq!(ended.failure.unwrap().code, Code::Network);
    assert_eq!(scene.held(&demand, &SendTerms::default()).reason, HeldReason::NoToken);
}

#[test]
fn a_provider_without_revocation_endpoint_is_a_notice() {
    let scene = Scene::new();
    let demand = demand(json!({}));
    scene.store(&demand, scene.living(600));
    let ended = scene.world.simulation.run(scene.keeper.revoke(&demand, steps())).unwrap();
    assert!(ended.removed && !ended.revoked_at_provider && ended.failure.is_none());
    assert!(ended.notices[0].contains("no revocation endpoint"));
}

#[test]
fn signing_out_revokes_opens_the_logout_page_and_removes_the_tokens() {
    let (scene, demand) = scene();
    scene.world.provider.on("/revoke", Answer::raw(200, "text/plain", ""));
    let ended = scene.world.simulation.run(scene.keeper.end_session(&demand, steps())).unwrap();
    assert!(ended.removed && ended.revoked_at_provider);
    assert_eq!(scene.world.browser.opened()[0].as_str(), "https://id.example.com/logout?client_id=photos");
}

#[test]
fn introspection_shows_what_the_provider_says() {
    let (scene, demand) = scene();
    scene.world.provider.on("/introspect", Answer::json(json!({"active": false})));
    let seen = scene.world.simulation.run(scene.keeper.introspect(&demand, steps())).unwrap();
    assert_eq!(Value::Object(seen.claims), json!({"active": false}));
    assert_eq!(scene.world.provider.seen("/introspect")[0].field("token").as_deref(), Some("old-access"));
    scene.world.provider.from_now_on("/introspect", Answer::json(json!({"ok": 1})));
    let failure = scene.world.simulation.run(scene.keeper.introspect(&demand, steps())).err().unwrap();
    assert_eq!(failure.code, Code::InvalidResponse);
}

#[test]
fn userinfo_about_somebody_else_is_a_failed_check() {
    let (scene, demand) = scene();
    let mut stored = scene.living(600);
    // {"alg":"none"} . {"sub":"alice"}
    stored.tokens.id_token = Some(Secret::new("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9."));
    scene.store(&demand, stored);
    for (sub, expected) in [("alice", "Pass"), ("bob", "Fail")] {
        scene.world.provider.from_now_on("/userinfo", Answer::json(json!({"sub": sub})));
        let seen = scene.world.simulation.run(scene.keeper.userinfo(&demand, steps())).unwrap();
        assert_eq!(format!("{:?}", seen.checks[0].result), expected);
    }
    assert_eq!(scene.world.provider.seen("/userinfo")[0].header("authorization"), Some("Bearer old-access"));
}

#[test]
fn userinfo_renews_an_expired_token_first() {
    let (scene, demand) = scene();
    scene.store(&demand, scene.living(-5));
    scene.world.provider.on("/userinfo", Answer::json(json!({"sub": "alice"})));
    assert!(scene.world.simulation.run(scene.keeper.userinfo(&demand, steps())).is_ok());
    assert_eq!(
        scene.world.provider.seen("/userinfo")[0].header("authorization"),
        Some("Bearer new-access-1")
    );
}
