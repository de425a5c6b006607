use crate::support::*;

/// The error that comes back to the client, with state and issuer as they should be.
fn refused(world: &World, changes: &[(&str, &str)]) -> String {
    let reply = world.get(&authorization_path(changes), &[]);
    assert_eq!(reply.status(), 303, "{}", reply.text());
    let callback = reply.location();
    assert!(callback.as_str().starts_with(CALLBACK));
    assert_eq!(parameter(&callback, "state").as_deref(), Some("the-state"));
    assert_eq!(parameter(&callback, "iss").as_deref(), Some(ISSUER));
    assert!(parameter(&callback, "code").is_none());
    assert!(parameter(&callback, "error_description").is_some());
    parameter(&callback, "error").unwrap()
}

#[test]
fn an_unknown_client_or_a_foreign_redirect_gets_a_page_not_a_redirect() {
    let world = World::new();
    for changes in [
        [("client_id", "somebody")],
        [("client_id", "")],
        [("redirect_uri", "")],
        [("redirect_uri", "https://evil.example/callback")],
        [("redirect_uri", "http://127.0.0.1.evil.example/callback")],
        [("redirect_uri", "http://127.0.0.1@evil.example/callback")],
        [("redirect_uri", "http://user@127.0.0.1/callback")],
        [("redirect_uri", "http://127.0.0.1/callback#fragment")],
        [("redirect_uri", "http://192.168.0.1/callback")],
        [("redirect_uri", "com.example.app:/callback")],
        [("redirect_uri", "javascript:alert(1)")],
        [("redirect_uri", "/callback")],
    ] {
        let reply = world.get(&authorization_path(&changes), &[]);
        assert_eq!(reply.status(), 400, "{changes:?}");
        assert!(
            reply.header("location").is_none()
                && reply.header("content-type").unwrap().starts_with("text/html")
        );
    }
}

#[test]
fn a_redirect_to_loopback_may_have_any_port_path_and_query() {
    let world = World::new();
    for redirect in [
        "http://127.0.0.1:1/x",
        "http://localhost:65535/",
        "http://[::1]:8080/a/b",
        "https://localhost:8443/callback",
        "http://127.0.0.1/callback?kept=1",
    ] {
        let path = authorization_path(&[("redirect_uri", redirect)]);
        let callback = Browser::new(&world).sign_in_and_allow(&path, "alice");
        assert!(callback.as_str().starts_with(redirect), "{callback}");
        assert!(parameter(&callback, "code").is_some());
    }
}

#[test]
fn what_else_is_wrong_is_told_to_the_client() {
    let world = World::new();
    for (changes, error) in [
        (vec![("response_type", "token")], "unsupported_response_type"),
        (vec![("response_type", "")], "invalid_request"),
        (vec![("response_mode", "fragment")], "invalid_request"),
        (vec![("scope", "openid photos.steal")], "invalid_scope"),
        (vec![("code_challenge", "")], "invalid_request"),
        (vec![("code_challenge", ""), ("code_challenge_method", "")], "invalid_request"),
        (vec![("code_challenge_method", "plain")], "invalid_request"),
        (vec![("code_challenge_method", "")], "invalid_request"),
        (vec![("code_challenge", "too-short")], "invalid_request"),
        (vec![("prompt", "none login")], "invalid_request"),
        (vec![("prompt", "dance")], "invalid_request"),
        (vec![("max_age", "soon")], "invalid_request"),
        (vec![("request", "eyJ")], "request_not_supported"),
        (vec![("request_uri", "urn:x")], "request_uri_not_supported"),
        (vec![("resource", "https://other.example")], "invalid_target"),
        (vec![("client_id", MACHINE.0)], "unauthorized_client"),
        (vec![("id_token_hint", "eyJ")], "invalid_request"),
    ] {
        assert_eq!(refused(&world, &changes), error, "{changes:?}");
    }
}

#[test]
fn a_repeated_parameter_is_refused() {
    let world = World::new();
    let reply = world.get(&format!("{}&scope=openid", authorization_path(&[])), &[]);
    assert_eq!(parameter(&reply.location(), "error").as_deref(), Some("invalid_request"));
    let reply = world.get(&format!("{}&redirect_uri=http://localhost/", authorization_path(&[])), &[]);
    assert_eq!(reply.status(), 400, "two redirect URIs are none");
}

#[test]
fn the_api_as_resource_is_accepted() {
    let world = World::new();
    let path = authorization_path(&[("resource", &format!("{ISSUER}/api"))]);
    assert!(parameter(&Browser::new(&world).sign_in_and_allow(&path, "bob"), "code").is_some());
}

#[test]
fn the_request_may_come_as_a_form() {
    let world = World::new();
    let path = authorization_path(&[]);
    let mut browser = Browser::new(&world);
    let form = url::form_urlencoded::parse(path.split_once('?').unwrap().1.as_bytes())
        .into_owned()
        .collect::<Vec<_>>();
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let page = browser.post("/authorize", &form);
    assert!(page.reply.text().contains("Sign in"));
}

#[test]
fn denying_says_access_denied() {
    let world = World::new();
    let mut browser = Browser::new(&world);
    let page = browser.get(&authorization_path(&[]));
    let consent = browser.sign_in(&page, "alice", "alice");
    let callback = browser.decide(&consent, "alice", "deny").callback();
    assert_eq!(parameter(&callback, "error").as_deref(), Some("access_denied"));
    assert_eq!(parameter(&callback, "state").as_deref(), Some("the-state"));
    let again = browser.get(&authorization_path(&[]));
    assert!(again.reply.text().contains("Allow access?"), "a denial is not remembered as consent");
}

#[test]
fn cancelling_on_the_sign_in_page_says_access_denied() {
    let world = World::new();
    let mut browser = Browser::new(&world);
    let page = browser.get(&authorization_path(&[]));
    let at = browser.post(&format!("{}/sign-in", page.path), &[("decision", "deny")]);
    assert_eq!(parameter(&at.callback(), "error").as_deref(), Some("access_denied"));
}

#[test]
fn a_wrong_password_shows_the_page_again_and_signs_nobody_in() {
    let world = World::new();
    let mut browser = Browser::new(&world);
    let page = browser.get(&authorization_path(&[]));
    for (username, password) in [("alice", "bob"), ("carol", "carol"), ("", ""), ("alice", "")] {
        let at = browser.sign_in(&page, username, password);
        assert_eq!(at.reply.status(), 400);
        assert!(at.reply.text().contains(r#"role="alert""#));
    }
    let callback = browser.get(&authorization_path(&[("prompt", "none")])).callback();
    assert_eq!(parameter(&callback, "error").as_deref(), Some("login_required"));
    assert!(
        browser.sign_in(&page, "alice", "alice").reply.text().contains("Allow access?"),
        "the page still works"
    );
}

#[test]
fn prompt_none_never_shows_a_page() {
    let world = World::new();
    let silent = authorization_path(&[("prompt", "none")]);
    let mut browser = Browser::new(&world);
    assert_eq!(parameter(&browser.get(&silent).callback(), "error").as_deref(), Some("login_required"));

    let page = browser.get(&authorization_path(&[]));
    browser.sign_in(&page, "alice", "alice");
    assert_eq!(parameter(&browser.get(&silent).callback(), "error").as_deref(), Some("consent_required"));

    browser.sign_in_and_allow(&authorization_path(&[("prompt", "login")]), "alice");
    assert!(parameter(&browser.get(&silent).callback(), "code").is_some());

    let for_bob = authorization_path(&[("prompt", "none"), ("login_hint", "bob")]);
    assert_eq!(parameter(&browser.get(&for_bob).callback(), "error").as_deref(), Some("login_required"));
}

#[test]
fn prompt_login_and_max_age_ask_for_the_password_again() {
    let world = World::new();
    let mut browser = Browser::new(&world);
    browser.sign_in_and_allow(&authorization_path(&[]), "alice");
    for changes in [[("prompt", "login")], [("prompt", "select_account")], [("max_age", "0")]] {
        let page = browser.get(&authorization_path(&changes));
        assert!(page.reply.text().contains("<h1>Sign in</h1>"), "{changes:?}");
        let callback = browser.sign_in(&page, "alice", "alice").callback();
        assert!(parameter(&callback, "code").is_some(), "{changes:?}");
    }
    world.pass(60);
    assert!(parameter(&browser.get(&authorization_path(&[("max_age", "60")])).callback(), "code").is_some());
    world.pass(1);
    assert!(browser.get(&authorization_path(&[("max_age", "60")])).reply.text().contains("<h1>Sign in</h1>"));
}

#[test]
fn prompt_consent_asks_again() {
    let world = World::new();
    let mut browser = Browser::new(&world);
    browser.sign_in_and_allow(&authorization_path(&[]), "alice");
    let page = browser.get(&authorization_path(&[("prompt", "consent")]));
    assert!(page.reply.text().contains("Allow access?"));
    assert!(parameter(&browser.decide(&page, "alice", "allow").callback(), "code").is_some());
}

#[test]
fn a_login_hint_fills_in_the_name_and_is_no_obligation() {
    let world = World::new();
    let mut browser = Browser::new(&world);
    browser.sign_in_and_allow(&authorization_path(&[]), "alice");
    let page = browser.get(&authorization_path(&[("login_hint", "bob")]));
    assert!(page.reply.text().contains(r#"name="username" type="text" value="bob""#));
    let callback = browser.sign_in(&page, "alice", "alice").callback();
    assert!(parameter(&callback, "code").is_some());
}

#[test]
fn an_id_token_hint_admits_nobody_else() {
    let world = World::new();
    let hint = world.tokens_of("alice")["id_token"].as_str().unwrap().to_owned();
    world.pass(3_600);
    let path = authorization_path(&[("id_token_hint", &hint)]);
    let mut browser = Browser::new(&world);
    let page = browser.get(&path);
    let callback = browser.sign_in(&page, "bob", "bob").callback();
    assert_eq!(parameter(&callback, "error").as_deref(), Some("login_required"));
    let callback = Browser::new(&world).sign_in_and_allow(&path, "alice");
    assert!(parameter(&callback, "code").is_some(), "an expired ID token is a hint all the same");
}

#[test]
fn another_account_can_be_chosen_on_the_consent_page() {
    let world = World::new();
    let mut browser = Browser::new(&world);
    let page = browser.get(&authorization_path(&[]));
    let consent = browser.sign_in(&page, "alice", "alice");
    let page = browser.decide(&consent, "alice", "switch");
    assert!(page.reply.text().contains("<h1>Sign in</h1>"));
    let consent = browser.sign_in(&page, "bob", "bob");
    let callback = browser.decide(&consent, "bob", "allow").callback();
    let tokens = world.exchange(&parameter(&callback, "code").unwrap()).json();
    assert_eq!(claims(tokens["id_token"].as_str().unwrap())["sub"], "user-bob");
}

#[test]
fn consent_counts_only_for_the_person_whom_the_page_named() {
    let world = World::new();
    let mut browser = Browser::new(&world);
    let page = browser.get(&authorization_path(&[]));
    let for_alice = browser.sign_in(&page, "alice", "alice");
    let other_tab = browser.get(&authorization_path(&[("prompt", "login")]));
    browser.sign_in(&other_tab, "bob", "bob");
    let at = browser.decide(&for_alice, "alice", "allow");
    assert_eq!(at.reply.status(), 200);
    assert!(at.reply.text().contains("Bob Baker"), "asked anew, for bob");
}

#[test]
fn an_interaction_belongs_to_the_browser_that_began_it() {
    let world = World::new();
    let page = Browser::new(&world).get(&authorization_path(&[]));
    let mut other = Browser::new(&world);
    assert_eq!(other.get(&page.path).reply.status(), 400);
    assert_eq!(other.sign_in(&page, "alice", "alice").reply.status(), 400);
}

#[test]
fn an_interaction_waits_ten_minutes() {
    let world = World::new();
    let mut browser = Browser::new(&world);
    let page = browser.get(&authorization_path(&[]));
    world.pass(599);
    assert_eq!(browser.get(&page.path).reply.status(), 200);
    world.pass(1);
    assert_eq!(browser.sign_in(&page, "alice", "alice").reply.status(), 400);
}

#[test]
fn a_finished_interaction_cannot_be_finished_again() {
    let world = World::new();
    let mut browser = Browser::new(&world);
    let page = browser.get(&authorization_path(&[]));
    let consent = browser.sign_in(&page, "alice", "alice");
    browser.decide(&consent, "alice", "allow").callback();
    assert_eq!(browser.decide(&consent, "alice", "allow").reply.status(), 400);
}

#[test]
fn the_session_cookie_changes_at_sign_in_and_scripts_cannot_read_it() {
    let world = World::new();
    let mut browser = Browser::new(&world);
    let first = world.get(&authorization_path(&[]), &[]);
    let cookie = first.header("set-cookie").unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    let page = browser.get(&authorization_path(&[]));
    let before = browser.cookies();
    browser.sign_in(&page, "alice", "alice");
    assert_ne!(browser.cookies(), before);
    let with_old = world.get(&authorization_path(&[("prompt", "none")]), &[("cookie", &before)]);
    assert_eq!(parameter(&with_old.location(), "error").as_deref(), Some("login_required"));
}

#[test]
fn the_cookie_of_a_sign_in_is_worth_nothing_after_the_next_one() {
    let world = World::new();
    let mut browser = Browser::new(&world);
    browser.sign_in_and_allow(&authorization_path(&[]), "alice");
    let before = browser.cookies();
    browser.sign_in_and_allow(&authorization_path(&[("prompt", "login")]), "alice");
    let with_old = world.get(&authorization_path(&[("prompt", "none")]), &[("cookie", &before)]);
    assert_eq!(parameter(&with_old.location(), "error").as_deref(), Some("login_required"));
}

#[test]
fn two_tabs_of_one_browser_can_sign_in_one_after_the_other() {
    let world = World::new();
    let mut browser = Browser::new(&world);
    let one = browser.get(&authorization_path(&[("state", "one")]));
    let two = browser.get(&authorization_path(&[("state", "two")]));
    let consent = browser.sign_in(&one, "alice", "alice");
    assert_eq!(
        parameter(&browser.decide(&consent, "alice", "allow").callback(), "state").as_deref(),
        Some("one")
    );
    let callback = browser.sign_in(&two, "alice", "alice").callback();
    assert_eq!(parameter(&callback, "state").as_deref(), Some("two"));
}

#[test]
fn form_post_posts_the_response_with_a_policy_that_lets_only_that_happen() {
    let world = World::new();
    let mut browser = Browser::new(&world);
    let page = browser.get(&authorization_path(&[("response_mode", "form_post")]));
    let consent = browser.sign_in(&page, "alice", "alice");
    let at = browser.decide(&consent, "alice", "allow");
    let text = at.reply.text();
    assert_eq!(at.reply.status(), 200);
    assert!(text.contains(&format!(r#"action="{CALLBACK}""#)));
    for field in ["code", "state", "iss"] {
        assert!(text.contains(&format!(r#"name="{field}""#)), "{field}");
    }
    let policy = at.reply.header("content-security-policy").unwrap();
    assert!(policy.contains("form-action 'self' http://127.0.0.1:50123"), "{policy}");
    assert!(policy.contains("script-src 'sha256-"), "{policy}");

    let refused =
        world.get(&authorization_path(&[("response_mode", "form_post"), ("scope", "nonsense")]), &[]);
    assert!(refused.text().contains(r#"value="invalid_scope""#));
}
