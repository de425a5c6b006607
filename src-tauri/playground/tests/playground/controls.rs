use crate::support::*;

#[test]
fn expire_ends_every_token_that_is_out_and_none_that_comes_later() {
    let world = World::new();
    let tokens = world.tokens_of("alice");
    assert_eq!(world.post("/playground/expire", &[], &[]).json()["expired"], 2);
    let access = tokens["access_token"].as_str().unwrap();
    world.get_with("/api/me", access).error(401, "invalid_token");
    world.get_with("/api/id-token", tokens["id_token"].as_str().unwrap()).error(401, "invalid_token");
    let renewed = world.refresh(tokens["refresh_token"].as_str().unwrap()).json();
    assert_eq!(world.get_with("/api/me", renewed["access_token"].as_str().unwrap()).status(), 200);
}

#[test]
fn revoke_ends_every_refresh_token_and_leaves_access_tokens() {
    let world = World::new();
    let tokens = world.tokens_of("alice");
    assert_eq!(world.post("/playground/revoke", &[], &[]).json()["revoked"], 1);
    let reason = world.refresh(tokens["refresh_token"].as_str().unwrap()).error(400, "invalid_grant");
    assert!(reason.contains("revoked"), "{reason}");
    assert_eq!(world.get_with("/api/me", tokens["access_token"].as_str().unwrap()).status(), 200);
}

#[test]
fn token_requests_are_counted_by_grant_and_outcome() {
    let world = World::new();
    let tokens = world.tokens_of("alice");
    world.refresh(tokens["refresh_token"].as_str().unwrap());
    world.refresh("invented");
    let counts = world.get("/playground/counts", &[]).json()["token_requests"].clone();
    assert_eq!(counts["authorization_code"], serde_json::json!({"granted": 1, "refused": 0}));
    assert_eq!(counts["refresh_token"], serde_json::json!({"granted": 1, "refused": 1}));
}

#[test]
fn a_page_of_another_site_cannot_pull_a_lever() {
    let world = World::new();
    for origin in
        ["https://evil.example", "http://127.0.0.1:9999", "null", "http://localhost.evil.example:9400"]
    {
        for lever in ["/playground/expire", "/playground/revoke"] {
            world.post(lever, &[], &[("origin", origin)]).error(403, "invalid_request");
        }
    }
    assert_eq!(world.post("/playground/expire", &[], &[("origin", "http://localhost:9400")]).status(), 200);
}

#[test]
fn the_controls_can_be_left_out() {
    let world = World::with(|settings| settings.controls = false);
    for lever in ["/playground/expire", "/playground/revoke"] {
        world.post(lever, &[], &[]).error(404, "not_found");
    }
    assert!(!world.get("/", &[]).text().contains("/playground/expire"));
}
