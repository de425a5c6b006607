use super::*;

const HOUR: i64 = 3600;

#[test]
fn a_valid_token_is_sent_without_a_request() {
    let scene = Scene::granting(HOUR);
    let demand = demand(json!({}));
    scene.store(&demand, scene.living(600));
    for terms in [SendTerms::default(), off()] {
        let Decision::Send(token) = scene.send(&demand, &terms) else { panic!() };
        assert_eq!(token.token().expose(), "old-access");
        assert!(!token.refreshed());
    }
    assert_eq!(scene.token_requests(), 0);
}

#[test]
fn a_token_of_unknown_expiry_is_valid() {
    let scene = Scene::granting(HOUR);
    let demand = demand(json!({}));
    scene.store(&demand, tokens(0, None));
    assert_eq!(scene.sent(&demand).token().expose(), "old-access");
}

#[test]
fn inside_the_margin_a_token_is_renewed_then_sent() {
    let scene = Scene::granting(HOUR);
    let demand = demand(json!({}));
    scene.store(&demand, scene.living(59));
    let token = scene.sent(&demand);
    assert_eq!(token.token().expose(), "new-access-1");
    assert!(token.refreshed());
    assert_eq!(scene.token_requests(), 1);
    assert_eq!(scene.sent(&demand).token().expose(), "new-access-1");
    assert_eq!(scene.token_requests(), 1);
}

#[test]
fn inside_the_margin_the_old_token_is_sent_if_renewing_fails() {
    let scene = Scene::new();
    scene.world.provider.on("/token", Answer::raw(503, "text/html", "<p>down"));
    let demand = demand(json!({}));
    scene.store(&demand, scene.living(30));
    assert_eq!(scene.sent(&demand).token().expose(), "old-access");
    assert_eq!(text(scene.stored(&demand).tokens.refresh_token.as_ref()), "old-refresh");
}

#[test]
fn inside_the_margin_the_old_token_is_sent_even_if_the_refresh_token_is_refused() {
    let scene = Scene::new();
    scene.world.provider.on("/token", Answer::status(400, json!({"error": "invalid_grant"})));
    let demand = demand(json!({}));
    scene.store(&demand, scene.living(30));
    for _ in 0..3 {
        assert_eq!(scene.sent(&demand).token().expose(), "old-access");
    }
    assert_eq!(scene.token_requests(), 1);
}

#[test]
fn inside_the_margin_nothing_is_renewed_with_auto_refresh_off() {
    let scene = Scene::granting(HOUR);
    let demand = demand(json!({"auto_refresh": false}));
    scene.store(&demand, scene.living(30));
    assert_eq!(scene.sent(&demand).token().expose(), "old-access");
    assert_eq!(scene.token_requests(), 0);
}

#[test]
fn an_expired_token_is_renewed_silently_if_it_can_be() {
    let scene = Scene::granting(HOUR);
    let demand = demand(json!({}));
    scene.store(&demand, scene.living(-10));
    assert_eq!(scene.sent(&demand).token().expose(), "new-access-1");
}

#[test]
fn an_expired_token_without_refresh_token_is_held_back_for_a_sign_in() {
    let scene = Scene::granting(HOUR);
    let demand = demand(json!({}));
    let mut old = scene.living(-10);
    old.tokens.refresh_token = None;
    scene.store(&demand, old);
    let held = scene.held(&demand, &SendTerms::default());
    assert_eq!((held.reason, held.offers), (HeldReason::SignInNeeded, vec![Offer::SignInAndSend]));
    assert_eq!(scene.token_requests(), 0);
}

#[test]
fn an_expired_token_is_held_back_with_auto_refresh_off_and_sent_if_the_person_insists() {
    let scene = Scene::granting(HOUR);
    for (demand, terms) in
        [(demand(json!({"auto_refresh": false})), SendTerms::default()), (demand(json!({})), off())]
    {
        scene.store(&demand, scene.living(-10));
        let held = scene.held(&demand, &terms);
        assert_eq!(
            (held.reason, held.offers),
            (HeldReason::Expired, vec![Offer::RefreshAndSend, Offer::SendAnyway])
        );
        let Decision::Send(token) = scene.send(&demand, &SendTerms { send_anyway: true, ..terms }) else {
            panic!()
        };
        assert_eq!(token.token().expose(), "old-access");
    }
    assert_eq!(scene.token_requests(), 0);
}

#[test]
fn an_expired_token_is_never_sent_when_renewing_fails() {
    let scene = Scene::new();
    scene.world.provider.on("/token", Answer::raw(503, "text/html", "<p>down"));
    let demand = demand(json!({}));
    scene.store(&demand, scene.living(-10));
    let held = scene.held(&demand, &SendTerms::default());
    assert_eq!(held.reason, HeldReason::RenewalFailed);
    assert!(held.failure.unwrap().cause.contains("503"));
}

#[test]
fn without_a_token_client_credentials_are_obtained_silently() {
    let scene = Scene::granting(HOUR);
    let demand = demand(json!({"grant": "client_credentials", "client_secret": "s"}));
    assert_eq!(scene.sent(&demand).token().expose(), "new-access-1");
    assert_eq!(text(scene.stored(&demand).tokens.access_token.as_ref()), "new-access-1");
}

#[test]
fn without_a_token_an_interactive_grant_is_held_back() {
    let scene = Scene::granting(HOUR);
    let held = scene.held(&demand(json!({})), &SendTerms::default());
    assert_eq!(
        (held.reason, held.offers),
        (HeldReason::NoToken, vec![Offer::GetTokenAndSend, Offer::SendWithoutToken])
    );
}

#[test]
fn without_a_token_nothing_is_obtained_with_auto_refresh_off() {
    let scene = Scene::granting(HOUR);
    let demand = demand(json!({"grant": "client_credentials", "client_secret": "s", "auto_refresh": false}));
    let held = scene.held(&demand, &SendTerms::default());
    assert_eq!(
        (held.reason, held.offers),
        (HeldReason::NoToken, vec![Offer::GetTokenAndSend, Offer::SendWithoutToken])
    );
    assert_eq!(scene.token_requests(), 0);
}

#[test]
fn without_a_token_a_request_leaves_only_if_the_person_says_so() {
    let scene = Scene::granting(HOUR);
    let Decision::SendWithout { notice } = scene.send(&demand(json!({})), &anyway()) else { panic!() };
    assert!(notice.contains("without a token"), "{notice}");
}

#[test]
fn a_person_may_be_asked_to_sign_in_where_a_browser_may_be_used() {
    let scene = Scene::granting(HOUR);
    scene.world.browser.login_page(|url| {
        let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
        Some(vec![("code".to_owned(), "c1".to_owned()), ("state".to_owned(), state)])
    });
    let demand = demand(json!({}));
    let terms = SendTerms { person: Some(Arc::new(FakePerson::default())), ..SendTerms::default() };
    let Decision::Send(token) = scene.send(&demand, &terms) else { panic!() };
    assert_eq!(token.token().expose(), "new-access-1");
    let request = &scene.world.provider.seen("/token")[0];
    assert_eq!(request.field("code").as_deref(), Some("c1"));
    assert_eq!(request.field("redirect_uri").as_deref(), Some("http://127.0.0.1:49152/callback"));
    assert_eq!(request.field("client_id").as_deref(), Some("photos"));
    assert_eq!(request.field("scope"), None);
    assert!(request.field("code_verifier").is_some());
    assert_eq!(request.header("accept"), Some("application/json"));
    assert_eq!(request.header("authorization"), None);
}

#[test]
fn a_password_grant_without_refresh_token_simply_runs_again() {
    let scene = Scene::granting(HOUR);
    let demand = demand(json!({"grant": "password", "username": "alice", "password": "alice"}));
    let mut old = scene.living(-10);
    old.tokens.refresh_token = None;
    scene.store(&demand, old);
    assert_eq!(scene.sent(&demand).token().expose(), "new-access-1");
    assert_eq!(scene.world.provider.seen("/token")[0].field("grant_type").as_deref(), Some("password"));
}

#[test]
fn a_pasted_refresh_token_gets_going() {
    let scene = Scene::granting(HOUR);
    let demand = demand(json!({"grant": "refresh_token", "refresh_token": "pasted"}));
    assert_eq!(scene.sent(&demand).token().expose(), "new-access-1");
    assert_eq!(scene.world.provider.seen("/token")[0].field("refresh_token").as_deref(), Some("pasted"));
}

#[test]
fn no_refresh_request_leaves_without_a_refresh_token() {
    let scene = Scene::granting(HOUR);
    let demand = demand(json!({"grant": "client_credentials", "client_secret": "s"}));
    let mut old = scene.living(-10);
    old.tokens.refresh_token = None;
    scene.store(&demand, old);
    assert_eq!(scene.sent(&demand).token().expose(), "new-access-1");
    for request in scene.world.provider.seen("/token") {
        assert_eq!(request.field("grant_type").as_deref(), Some("client_credentials"));
    }
}

#[test]
fn a_token_of_one_environment_is_never_sent_in_another() {
    let scene = Scene::granting(HOUR);
    let here = demand(json!({}));
    scene.store(&here, scene.living(600));
    let there = TokenDemand { environment: "production".to_owned(), ..here };
    assert_eq!(scene.held(&there, &SendTerms::default()).reason, HeldReason::NoToken);
}

#[test]
fn a_token_that_is_expired_on_arrival_is_not_sent() {
    let scene = Scene::granting(-5);
    let demand = demand(json!({}));
    scene.store(&demand, scene.living(-10));
    assert_eq!(scene.held(&demand, &SendTerms::default()).reason, HeldReason::RenewalFailed);
}

#[test]
fn a_margin_set_by_hand_holds_as_it_is() {
    let scene = Scene::granting(HOUR);
    let demand = demand(json!({"refresh_margin_seconds": 5}));
    scene.store(&demand, scene.living(10));
    assert_eq!(scene.sent(&demand).token().expose(), "old-access");
    scene.store(&demand, scene.living(4));
    assert_eq!(scene.sent(&demand).token().expose(), "new-access-1");
}

#[test]
fn a_jump_of_the_clock_neither_kills_a_living_token_nor_revives_a_dead_one() {
    let year = 365 * 24 * 3_600_000;
    for jump in [-10 * year, -60_000, 60_000, 10 * year] {
        let scene = Scene::granting(HOUR);
        let demand = demand(json!({}));
        scene.store(&demand, scene.living(600));
        assert_eq!(scene.sent(&demand).token().expose(), "old-access");
        scene.world.simulation.jump(jump);
        assert_eq!(scene.sent(&demand).token().expose(), "old-access", "{jump}");
        scene.world.simulation.advance(std::time::Duration::from_secs(601));
        assert_eq!(scene.sent(&demand).token().expose(), "new-access-1", "{jump}");
    }
}

#[test]
fn a_token_from_a_time_when_the_clock_was_wrong_is_taken_for_fresh() {
    let scene = Scene::granting(HOUR);
    let demand = demand(json!({}));
    let year = 365 * 24 * 3_600_000;
    scene.store(&demand, tokens(scene.now() + year, Some(scene.now() + year + 600_000)));
    assert_eq!(scene.sent(&demand).token().expose(), "old-access");
    scene.world.simulation.advance(std::time::Duration::from_secs(601));
    assert_eq!(scene.sent(&demand).token().expose(), "new-access-1");
}

#[test]
fn a_change_or_deletion_by_another_process_is_seen_before_the_next_send() {
    let scene = Scene::granting(HOUR);
    let demand = demand(json!({}));
    scene.store(&demand, scene.living(600));
    assert_eq!(scene.sent(&demand).token().expose(), "old-access");
    let mut other = scene.living(600);
    other.tokens.access_token = Some(Secret::new("of-another-process"));
    scene.store(&demand, other);
    assert_eq!(scene.sent(&demand).token().expose(), "of-another-process");
    scene.world.simulation.run(TokenStore::delete(&*scene.world.store, &demand.key())).unwrap();
    assert_eq!(scene.held(&demand, &SendTerms::default()).reason, HeldReason::NoToken);
}

fn silent(scene: &Scene, answer: (&'static str, &'static str)) -> Decision {
    scene.world.browser.login_page(move |url| {
        let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
        Some(vec![(answer.0.to_owned(), answer.1.to_owned()), ("state".to_owned(), state)])
    });
    let demand = demand(json!({"silent_renewal": true}));
    let mut old = scene.living(-10);
    old.tokens.refresh_token = None;
    scene.store(&demand, old);
    scene.send(&demand, &SendTerms::default())
}

#[test]
fn a_grant_without_refresh_token_may_try_without_a_prompt_where_that_is_set() {
    let scene = Scene::granting(HOUR);
    let Decision::Send(token) = silent(&scene, ("code", "c")) else { panic!() };
    assert_eq!(token.token().expose(), "new-access-1");
    let url = &scene.world.browser.opened()[0];
    assert!(url.query_pairs().any(|(name, value)| name == "prompt" && value == "none"));
}

#[test]
fn a_provider_that_wants_a_person_after_all_leads_to_a_sign_in() {
    let scene = Scene::granting(HOUR);
    let Decision::HeldBack(held) = silent(&scene, ("error", "login_required")) else { panic!() };
    assert_eq!((held.reason, held.offers), (HeldReason::SignInNeeded, vec![Offer::SignInAndSend]));
}
