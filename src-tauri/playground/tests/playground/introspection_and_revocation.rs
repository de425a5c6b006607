use serde_json::{Value, json};

use crate::support::*;

fn introspected(world: &World, client: (&str, &str), token: &str) -> Value {
    world.post("/introspect", &[("token", token)], &[("authorization", &basic(client))]).json()
}

fn revoked(world: &World, token: &str) -> Reply {
    world.post("/revoke", &[("client_id", "playground"), ("token", token)], &[])
}

#[test]
fn a_live_token_is_active_with_its_particulars() {
    let world = World::new();
    let tokens = world.tokens_of("alice");
    let told = introspected(&world, MACHINE, tokens["access_token"].as_str().unwrap());
    assert_eq!(told["active"], true);
    assert_eq!(told["username"], "alice");
    assert_eq!(told["client_id"], "playground");
    assert_eq!(told["scope"], FULL_SCOPE);
    assert_eq!(told["exp"], world.now() + 30);
    let told = introspected(&world, MACHINE, tokens["refresh_token"].as_str().unwrap());
    assert_eq!((told["active"].as_bool(), told["username"].as_str()), (Some(true), Some("alice")));
}

#[test]
fn what_is_not_active_is_told_as_that_and_nothing_else() {
    let world = World::new();
    let tokens = world.tokens_of("alice");
    let (access, refresh) =
        (tokens["access_token"].as_str().unwrap(), tokens["refresh_token"].as_str().unwrap());
    let inactive = json!({"active": false});
    assert_eq!(introspected(&world, MACHINE, "invented"), inactive);
    assert_eq!(introspected(&world, MACHINE, tokens["id_token"].as_str().unwrap()), inactive);
    world.refresh(refresh);
    assert_eq!(introspected(&world, MACHINE, refresh), inactive, "a used refresh token");
    world.pass(30);
    assert_eq!(introspected(&world, MACHINE, access), inactive, "an expired access token");
}

#[test]
fn introspection_wants_a_client_and_tells_a_public_one_of_its_own_only() {
    let world = World::new();
    let access = world.tokens_of("alice")["access_token"].as_str().unwrap().to_owned();
    world.post("/introspect", &[("token", &access)], &[]).error(401, "invalid_client");
    let told = |client| {
        world.post("/introspect", &[("token", &access), ("client_id", client)], &[]).json()["active"].clone()
    };
    assert_eq!((told("playground"), told("playground-device")), (json!(true), json!(false)));
    world.post("/introspect", &[("client_id", "playground")], &[]).error(400, "invalid_request");
}

#[test]
fn revoking_an_access_token_ends_it_alone() {
    let world = World::new();
    let tokens = world.tokens_of("alice");
    let access = tokens["access_token"].as_str().unwrap();
    let reply = revoked(&world, access);
    assert_eq!((reply.status(), reply.text().as_str()), (200, ""));
    let reason = world.get_with("/api/me", access).error(401, "invalid_token");
    assert!(reason.contains("revoked"), "{reason}");
    assert_eq!(introspected(&world, MACHINE, access), json!({"active": false}));
    assert_eq!(world.refresh(tokens["refresh_token"].as_str().unwrap()).status(), 200);
}

#[test]
fn revoking_a_refresh_token_ends_the_sign_in() {
    let world = World::new();
    let tokens = world.tokens_of("alice");
    assert_eq!(revoked(&world, tokens["refresh_token"].as_str().unwrap()).status(), 200);
    world.refresh(tokens["refresh_token"].as_str().unwrap()).error(400, "invalid_grant");
    world.get_with("/api/me", tokens["access_token"].as_str().unwrap()).error(401, "invalid_token");
}

#[test]
fn revoking_what_is_unknown_succeeds_and_what_is_anothers_does_not() {
    let world = World::new();
    assert_eq!(revoked(&world, "invented").status(), 200);
    let tokens = world.tokens_of("alice");
    for token in ["access_token", "refresh_token"] {
        let form = [("token", tokens[token].as_str().unwrap())];
        world.post("/revoke", &form, &[("authorization", &basic(WEB))]).error(400, "unauthorized_client");
    }
    assert_eq!(world.get_with("/api/me", tokens["access_token"].as_str().unwrap()).status(), 200);
    world.post("/revoke", &[("token", "x")], &[]).error(401, "invalid_client");
}
