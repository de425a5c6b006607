use crate::support::*;

const GRANT: (&str, &str) = ("grant_type", "client_credentials");

fn invalid_client(reply: &Reply) -> String {
    assert!(reply.header("www-authenticate").unwrap().starts_with("Basic "));
    reply.error(401, "invalid_client")
}

#[test]
fn a_confidential_client_may_use_basic_or_post() {
    let world = World::new();
    assert_eq!(world.token_by_basic(MACHINE, &[GRANT]).status(), 200);
    let post = [GRANT, ("client_id", MACHINE.0), ("client_secret", MACHINE.1)];
    assert_eq!(world.post("/token", &post, &[]).status(), 200);
}

#[test]
fn basic_credentials_are_form_decoded() {
    let world = World::new();
    let encoded = MACHINE.1.replace('-', "%2D");
    assert_eq!(world.token_by_basic((MACHINE.0, &encoded), &[GRANT]).status(), 200);
}

#[test]
fn a_wrong_missing_or_unknown_credential_is_invalid_client() {
    let world = World::new();
    invalid_client(&world.token_by_basic((MACHINE.0, "guess"), &[GRANT]));
    invalid_client(&world.token_by_basic(("nobody", "guess"), &[GRANT]));
    invalid_client(&world.token_by_basic((MACHINE.0, ""), &[GRANT]));
    invalid_client(&world.post("/token", &[GRANT], &[]));
    invalid_client(&world.post("/token", &[GRANT, ("client_id", MACHINE.0)], &[]));
    invalid_client(&world.post(
        "/token",
        &[GRANT, ("client_id", MACHINE.0), ("client_secret", "guess")],
        &[],
    ));
    for header in ["Basic", "Basic !!!", "Bearer abc", "Basic bm9jb2xvbg=="] {
        invalid_client(&world.post("/token", &[GRANT], &[("authorization", header)]));
    }
}

#[test]
fn the_secret_is_not_in_the_error() {
    let world = World::new();
    let reply = world.token_by_basic((MACHINE.0, "a-guessed-secret"), &[GRANT]);
    assert!(!reply.text().contains("a-guessed-secret") && !reply.text().contains(MACHINE.1));
}

#[test]
fn a_public_client_has_no_secret() {
    let world = World::new();
    let form = [("grant_type", "refresh_token"), ("refresh_token", "x"), ("client_secret", "made-up")];
    invalid_client(&world.token(&form));
    world.token_by_basic(("playground", ""), &form[..2]).error(400, "invalid_grant");
}

#[test]
fn authenticating_twice_or_as_two_clients_is_refused() {
    let world = World::new();
    world.token_by_basic(MACHINE, &[GRANT, ("client_secret", MACHINE.1)]).error(400, "invalid_request");
    world.token_by_basic(MACHINE, &[GRANT, ("client_id", "playground")]).error(400, "invalid_request");
    assert_eq!(world.token_by_basic(MACHINE, &[GRANT, ("client_id", MACHINE.0)]).status(), 200);
}

#[test]
fn credentials_in_the_address_do_not_count() {
    let world = World::new();
    let path = format!("/token?client_id={}&client_secret={}", MACHINE.0, MACHINE.1);
    invalid_client(&world.post(&path, &[GRANT], &[]));
}
