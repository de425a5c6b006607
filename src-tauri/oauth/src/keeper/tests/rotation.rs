use super::*;

#[test]
fn the_order_of_a_refresh_is_lock_re_read_mark_send_commit_unmark_release() {
    let scene = Scene::granting(3600);
    let demand = demand(json!({}));
    scene.store(&demand, scene.living(-1));
    assert_eq!(scene.sent(&demand).token().expose(), "new-access-1");
    let lines = scene.world.journal.lines();
    // The first load is that of the send, the last one makes sure that nobody has deleted the token set meanwhile.
    assert_eq!(lines, ["load", "lock", "load", "mark", "POST /token", "load", "save", "unmark", "release"]);
}

#[test]
fn keeps_the_old_refresh_token_when_none_is_returned() {
    let scene = Scene::new();
    scene.world.provider.on("/token", Answer::json(json!({"access_token": "new", "expires_in": 60})));
    let demand = demand(json!({}));
    scene.store(&demand, scene.living(-1));
    assert_eq!(scene.sent(&demand).token().expose(), "new");
    let stored = scene.stored(&demand);
    assert_eq!(text(stored.tokens.refresh_token.as_ref()), "old-refresh");
    assert_eq!(stored.tokens.scope.as_deref(), Some("photos"));
}

#[test]
fn a_token_that_could_not_be_stored_is_not_handed_out() {
    let scene = Scene::granting(3600);
    let demand = demand(json!({}));
    scene.store(&demand, scene.living(-1));
    scene.world.provider.hold();
    let keeper = scene.keeper.clone();
    let decision = scene.world.simulation.run(async {
        let terms = SendTerms::default();
        let send = std::pin::pin!(keeper.for_sending(&demand, &terms, Arc::new(Steps::default())));
        let settled = std::pin::pin!(crate::testing::settle(&scene.world.simulation));
        let futures_util::future::Either::Right(((), send)) =
            futures_util::future::select(send, settled).await
        else {
            panic!("the answer is held back");
        };
        // The marker is written and the request has left: now the disk is full.
        scene.world.store.fail_writes(1);
        scene.world.provider.release();
        send.await.unwrap()
    });
    let Decision::HeldBack(held) = decision else { panic!("handed out") };
    assert_eq!(held.failure.unwrap().code, Code::Storage);
    assert_eq!(text(scene.stored(&demand).tokens.access_token.as_ref()), "old-access");
    assert!(scene.stored(&demand).refresh_started_at.is_some(), "the interruption can be recognised");
    // There is space again: what the provider answered is stored, and its used-up refresh token is not sent again.
    assert_eq!(scene.sent(&demand).token().expose(), "new-access-1");
    assert_eq!(text(scene.stored(&demand).tokens.refresh_token.as_ref()), "new-refresh-1");
    assert_eq!(scene.token_requests(), 1);
}

#[test]
fn no_refresh_request_leaves_if_the_marker_cannot_be_written() {
    let scene = Scene::granting(3600);
    let demand = demand(json!({}));
    scene.store(&demand, scene.living(-1));
    scene.world.store.fail_writes(1);
    assert_eq!(scene.held(&demand, &SendTerms::default()).reason, HeldReason::RenewalFailed);
    assert_eq!(scene.token_requests(), 0);
}

#[test]
fn an_interrupted_refresh_is_recognised_and_explained() {
    let scene = Scene::new();
    scene
        .world
        .provider
        .on("/token", Answer::status(400, json!({"error": "invalid_grant", "error_description": "reused"})));
    let demand = demand(json!({}));
    let mut old = scene.living(-1);
    old.refresh_started_at = Some(1_767_225_000_000);
    scene.store(&demand, old);
    let held = scene.held(&demand, &SendTerms::default());
    assert_eq!(held.reason, HeldReason::SignInNeeded);
    assert!(held.message.contains("2025-12-31 23:50:00 UTC was interrupted"), "{}", held.message);
}

#[test]
fn a_deletion_during_a_refresh_stands() {
    let scene = Scene::granting(3600);
    let demand = demand(json!({}));
    scene.store(&demand, scene.living(-1));
    scene.world.provider.hold();
    scene.world.simulation.run(async {
        let terms = SendTerms::default();
        let send = std::pin::pin!(scene.keeper.for_sending(&demand, &terms, Arc::new(Steps::default())));
        let settled = std::pin::pin!(crate::testing::settle(&scene.world.simulation));
        let _ = futures_util::future::select(send, settled).await;
        assert!(scene.keeper.delete(&demand.key()).await.unwrap());
        scene.world.provider.release();
        crate::testing::settle(&scene.world.simulation).await;
        crate::testing::settle(&scene.world.simulation).await;
    });
    assert_eq!(scene.token_requests(), 1);
    assert!(scene.world.store.peek(&demand.key()).is_none());
    assert_eq!(scene.held(&demand, &SendTerms::default()).reason, HeldReason::NoToken);
}

#[test]
fn a_refresh_uses_today_s_config() {
    let scene = Scene::granting(3600);
    let base = demand(json!({"client_secret": "of-yesterday"}));
    scene.store(&base, scene.living(-1));
    let today = demand(json!({
        "client_secret": "of-today", "client_authentication": "client_secret_post", "origin": "https://spa.example.com",
        "refresh_endpoint": "https://id.example.com/renew", "extra": {"token": [{"name": "tenant", "value": "a"}]}
    }));
    scene.world.provider.on("/renew", Answer::json(json!({"access_token": "renewed", "expires_in": 60})));
    assert_eq!(scene.sent(&today).token().expose(), "renewed");
    let request = &scene.world.provider.seen("/renew")[0];
    assert_eq!(request.field("client_secret").as_deref(), Some("of-today"));
    assert_eq!(request.field("client_id").as_deref(), Some("photos"));
    assert_eq!(request.field("tenant").as_deref(), Some("a"));
    assert_eq!(request.field("scope"), None);
    assert_eq!(request.header("origin"), Some("https://spa.example.com"));
    assert_eq!(request.header("accept"), Some("application/json"));
    assert_eq!(scene.token_requests(), 0);
}

#[test]
fn a_refresh_has_its_own_free_parameters_where_there_are_any() {
    let scene = Scene::granting(3600);
    let demand = demand(json!({"extra": {
        "token": [{"name": "only_token", "value": "1"}],
        "refresh": [
            {"name": "in_body", "value": "1"}, {"name": "in_query", "value": "2", "in": "query"},
            {"name": "X-In-Header", "value": "3", "in": "header"}, {"name": "off", "value": "4", "enabled": false}
        ]
    }}));
    scene.store(&demand, scene.living(-1));
    scene.sent(&demand);
    let request = &scene.world.provider.seen("/token")[0];
    assert_eq!(request.field("in_body").as_deref(), Some("1"));
    assert_eq!(request.url.query(), Some("in_query=2"));
    assert_eq!(request.header("x-in-header"), Some("3"));
    assert_eq!(request.field("only_token"), None);
    assert_eq!(request.field("off"), None);
}

#[test]
fn get_new_token_keeps_the_old_one_until_the_new_one_works() {
    let scene = Scene::new();
    scene.world.provider.on("/token", Answer::status(401, json!({"error": "invalid_client"})));
    let demand = demand(json!({"grant": "client_credentials", "client_secret": "wrong"}));
    scene.store(&demand, scene.living(600));
    let person = Arc::new(FakePerson::default());
    let obtain = || {
        scene.world.simulation.run(scene.keeper.obtain(&demand, person.clone(), Arc::new(Steps::default())))
    };
    let failure = obtain().err().unwrap();
    assert_eq!(failure.oauth_error.as_deref(), Some("invalid_client"));
    assert_eq!(failure.flow.len(), 1);
    assert_eq!(scene.sent(&demand).token().expose(), "old-access");
    scene.world.provider.from_now_on("/token", Answer::json(json!({"access_token": "new"})));
    assert!(obtain().is_ok());
    assert_eq!(scene.sent(&demand).token().expose(), "new");
}

#[test]
fn a_dpop_key_stays_with_its_token_set() {
    let scene = Scene::new();
    for number in 1..=2 {
        scene.world.provider.on("/token", Answer::json(json!({
            "access_token": format!("bound-{number}"), "refresh_token": "r", "token_type": "DPoP", "expires_in": 100
        })));
    }
    let demand = demand(json!({"grant": "client_credentials", "client_secret": "s", "dpop": true}));
    assert_eq!(scene.sent(&demand).token().expose(), "bound-1");
    let first = scene.stored(&demand).tokens.dpop_key.unwrap();
    scene.world.simulation.advance(std::time::Duration::from_secs(100));
    assert_eq!(scene.sent(&demand).token().expose(), "bound-2");
    assert!(scene.stored(&demand).tokens.dpop_key.unwrap() == first);
    assert!(scene.world.provider.seen("/token").iter().all(|request| request.header("dpop").is_some()));
}

#[test]
fn a_nonce_that_the_token_endpoint_wants_is_sent_once_more() {
    let scene = Scene::new();
    scene.world.provider.on(
        "/token",
        Answer::status(400, json!({"error": "use_dpop_nonce"})).with_header("dpop-nonce", "n1"),
    );
    scene.world.provider.on("/token", Answer::json(json!({"access_token": "bound", "token_type": "DPoP"})));
    let demand = demand(json!({"grant": "client_credentials", "client_secret": "s", "dpop": true}));
    assert_eq!(scene.sent(&demand).token().expose(), "bound");
    assert_eq!(scene.token_requests(), 2);
}

#[test]
fn a_deletion_right_after_the_commit_is_seen_before_the_next_send() {
    let scene = Scene::granting(3600);
    let demand = demand(json!({}));
    scene.store(&demand, scene.living(-1));
    assert_eq!(scene.sent(&demand).token().expose(), "new-access-1");
    // As another process would, which this one does not hear of otherwise.
    scene.world.simulation.run(TokenStore::delete(&*scene.world.store, &demand.key())).unwrap();
    assert_eq!(scene.held(&demand, &SendTerms::default()).reason, HeldReason::NoToken);
}
