use crate::support::*;

const AFTER: &str = "http://127.0.0.1:50123/signed-out";

fn is_signed_in(browser: &mut Browser) -> bool {
    let at = browser.get(&authorization_path(&[("prompt", "none")]));
    parameter(&at.callback(), "error").as_deref() != Some("login_required")
}

fn path(parameters: &[(&str, &str)]) -> String {
    format!("/end_session?{}", encoded(parameters))
}

#[test]
fn with_the_id_token_one_is_signed_out_and_sent_back() {
    let world = World::new();
    let mut browser = Browser::new(&world);
    let callback = browser.sign_in_and_allow(&authorization_path(&[]), "alice");
    let tokens = world.exchange(&parameter(&callback, "code").unwrap()).json();
    world.pass(3_600);
    let hint = tokens["id_token"].as_str().unwrap();
    let at =
        browser.get(&path(&[("id_token_hint", hint), ("post_logout_redirect_uri", AFTER), ("state", "s")]));
    assert_eq!(at.callback().as_str(), format!("{AFTER}?state=s"));
    assert!(!is_signed_in(&mut browser));
}

#[test]
fn without_it_one_is_asked() {
    let world = World::new();
    let mut browser = Browser::new(&world);
    browser.sign_in_and_allow(&authorization_path(&[]), "alice");
    let page = browser.get(&path(&[("post_logout_redirect_uri", AFTER)]));
    assert!(page.reply.text().contains("Sign out?"));
    assert!(is_signed_in(&mut browser));
    assert!(browser.post("/end_session/confirm", &[]).reply.text().contains("You are signed out"));
    assert!(!is_signed_in(&mut browser));
}

#[test]
fn the_id_token_of_somebody_else_signs_nobody_out() {
    let world = World::new();
    let mut browser = Browser::new(&world);
    browser.sign_in_and_allow(&authorization_path(&[]), "alice");
    let tokens = world.tokens_of("bob");
    browser.get(&path(&[("id_token_hint", tokens["id_token"].as_str().unwrap())]));
    assert!(is_signed_in(&mut browser));
}

#[test]
fn it_is_no_open_redirect() {
    let world = World::new();
    let mut browser = Browser::new(&world);
    let tokens = world.tokens_of("alice");
    let hint = tokens["id_token"].as_str().unwrap();
    let foreign = path(&[("id_token_hint", hint), ("post_logout_redirect_uri", "https://evil.example/")]);
    assert_eq!(browser.get(&foreign).reply.status(), 400);
    assert_eq!(
        browser.get(&path(&[("post_logout_redirect_uri", AFTER)])).reply.status(),
        200,
        "nobody is known"
    );
    let hint = path(&[("id_token_hint", "invented"), ("post_logout_redirect_uri", AFTER)]);
    assert_eq!(browser.get(&hint).reply.status(), 400);
}
