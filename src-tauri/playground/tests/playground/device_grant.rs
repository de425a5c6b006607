use serde_json::Value;

use crate::support::*;

const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

fn begin(world: &World) -> Value {
    let form = [("client_id", "playground-device"), ("scope", "openid offline_access photos.read")];
    let reply = world.post("/device_authorization", &form, &[]);
    assert_eq!(reply.status(), 200, "{}", reply.text());
    reply.json()
}

fn poll(world: &World, device: &Value) -> Reply {
    let code = device["device_code"].as_str().unwrap();
    world.post(
        "/token",
        &[("grant_type", DEVICE_CODE), ("device_code", code), ("client_id", "playground-device")],
        &[],
    )
}

/// Types the code as this user and decides.
fn decide(world: &World, device: &Value, user: &str, decision: &str) -> At {
    let mut browser = Browser::new(world);
    let typed = device["user_code"].as_str().unwrap().to_lowercase().replace('-', " ");
    let page = browser.post("/device", &[("user_code", &typed)]);
    let consent = browser.sign_in(&page, user, user);
    assert!(consent.reply.text().contains(device["user_code"].as_str().unwrap()));
    browser.decide(&consent, user, decision)
}

/// The token response of a whole device sign-in.
pub fn tokens_of(world: &World, user: &str) -> Value {
    let device = begin(world);
    decide(world, &device, user, "allow");
    let reply = poll(world, &device);
    assert_eq!(reply.status(), 200, "{}", reply.text());
    reply.json()
}

#[test]
fn a_device_waits_until_a_person_types_its_code_and_allows() {
    let world = World::new();
    let device = begin(&world);
    assert_eq!(device["verification_uri"], format!("{ISSUER}/device"));
    let user_code = device["user_code"].as_str().unwrap();
    assert_eq!(device["verification_uri_complete"], format!("{ISSUER}/device?user_code={user_code}"));
    assert_eq!(
        (user_code.len(), device["interval"].as_i64(), device["expires_in"].as_i64()),
        (9, Some(2), Some(300))
    );
    poll(&world, &device).error(400, "authorization_pending");
    let done = decide(&world, &device, "bob", "allow");
    assert!(done.reply.text().contains("signed in") && !done.reply.text().contains("<form"));
    world.pass(2);
    let tokens = poll(&world, &device).json();
    assert_eq!(claims(tokens["id_token"].as_str().unwrap())["sub"], "user-bob");
    assert_eq!(world.get_with("/api/photos", tokens["access_token"].as_str().unwrap()).status(), 200);
    world.pass(2);
    poll(&world, &device).error(400, "invalid_grant");
}

#[test]
fn the_complete_address_fills_in_the_code_and_still_asks() {
    let world = World::new();
    let device = begin(&world);
    let code = device["user_code"].as_str().unwrap();
    let page = Browser::new(&world).get(&format!("/device?user_code={code}"));
    assert!(page.reply.text().contains(&format!(r#"value="{code}""#)) && page.reply.text().contains("<form"));
}

#[test]
fn polling_too_fast_slows_the_device_down_by_five_seconds_each_time() {
    let world = World::new();
    let device = begin(&world);
    poll(&world, &device).error(400, "authorization_pending");
    let description = poll(&world, &device).error(400, "slow_down");
    assert!(description.contains('7'), "2 + 5: {description}");
    world.pass(2);
    poll(&world, &device).error(400, "slow_down");
    world.pass(12);
    poll(&world, &device).error(400, "authorization_pending");
}

#[test]
fn polling_at_the_interval_is_never_too_fast() {
    let world = World::new();
    let device = begin(&world);
    for _ in 0..20 {
        poll(&world, &device).error(400, "authorization_pending");
        world.pass(2);
    }
}

#[test]
fn a_denied_device_is_told_so() {
    let world = World::new();
    let device = begin(&world);
    decide(&world, &device, "alice", "deny");
    poll(&world, &device).error(400, "access_denied");
}

#[test]
fn a_code_that_nobody_typed_in_time_has_expired() {
    let world = World::new();
    let device = begin(&world);
    world.pass(300);
    poll(&world, &device).error(400, "expired_token");
    let page = Browser::new(&world).post("/device", &[("user_code", device["user_code"].as_str().unwrap())]);
    assert_eq!(page.reply.status(), 400);
}

#[test]
fn consent_from_before_does_not_do_for_a_device() {
    let world = World::new();
    tokens_of(&world, "alice");
    let device = begin(&world);
    let mut browser = Browser::new(&world);
    let page = browser.post("/device", &[("user_code", device["user_code"].as_str().unwrap())]);
    assert!(browser.sign_in(&page, "alice", "alice").reply.text().contains("Allow access?"));
}

#[test]
fn a_wrong_user_code_is_refused_on_the_page() {
    let world = World::new();
    let page = Browser::new(&world).post("/device", &[("user_code", "XXXX-XXXX")]);
    assert_eq!(page.reply.status(), 400);
    assert!(page.reply.text().contains(r#"role="alert""#));
}

#[test]
fn another_client_cannot_poll_and_a_client_without_the_grant_cannot_begin() {
    let world = World::new();
    let device = begin(&world);
    let form = [("grant_type", DEVICE_CODE), ("device_code", device["device_code"].as_str().unwrap())];
    world.token(&form).error(400, "invalid_grant");
    world.token_by_basic(MACHINE, &form).error(400, "unauthorized_client");
    let headers = [("authorization", basic(MACHINE))];
    let headers = [(headers[0].0, headers[0].1.as_str())];
    world.post("/device_authorization", &[], &headers).error(400, "unauthorized_client");
    world.post("/device_authorization", &[("client_id", "nobody")], &[]).error(401, "invalid_client");
    let form = [("client_id", "playground-device"), ("scope", "nonsense")];
    world.post("/device_authorization", &form, &[]).error(400, "invalid_scope");
}
