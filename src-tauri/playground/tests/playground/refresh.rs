use crate::support::*;

fn refresh_token(tokens: &serde_json::Value) -> &str {
    tokens["refresh_token"].as_str().unwrap()
}

#[test]
fn refreshing_gives_new_tokens_of_the_same_sign_in() {
    let world = World::new();
    let first = world.tokens_of("alice");
    world.pass(31);
    world.get_with("/api/me", first["access_token"].as_str().unwrap()).error(401, "invalid_token");
    let second = world.refresh(refresh_token(&first)).json();
    assert_eq!(world.get_with("/api/me", second["access_token"].as_str().unwrap()).status(), 200);
    assert_ne!(refresh_token(&first), refresh_token(&second));
    let (old, new) =
        (claims(first["id_token"].as_str().unwrap()), claims(second["id_token"].as_str().unwrap()));
    for same in ["iss", "sub", "aud", "auth_time"] {
        assert_eq!(old[same], new[same], "{same}");
    }
    assert_eq!(new["iat"], world.now());
    assert!(new.get("nonce").is_none());
}

#[test]
fn a_refresh_token_used_twice_revokes_the_whole_family() {
    let world = World::new();
    let first = world.tokens_of("alice");
    let second = world.refresh(refresh_token(&first)).json();
    assert_eq!(world.get_with("/api/me", second["access_token"].as_str().unwrap()).status(), 200);
    world.refresh(refresh_token(&first)).error(400, "invalid_grant");
    world.refresh(refresh_token(&second)).error(400, "invalid_grant");
    world.get_with("/api/me", second["access_token"].as_str().unwrap()).error(401, "invalid_token");
}

#[test]
fn another_sign_in_is_another_family() {
    let world = World::new();
    let (one, other) = (world.tokens_of("alice"), world.tokens_of("alice"));
    world.refresh(refresh_token(&one));
    world.refresh(refresh_token(&one)).error(400, "invalid_grant");
    assert_eq!(world.refresh(refresh_token(&other)).status(), 200);
}

#[test]
fn within_the_grace_window_a_lost_answer_can_be_fetched_again() {
    let world = World::with(|settings| settings.reuse_grace_seconds = 10);
    let first = world.tokens_of("alice");
    world.refresh(refresh_token(&first));
    world.pass(9);
    let again = world.refresh(refresh_token(&first));
    assert_eq!(again.status(), 200);
    world.pass(1);
    world.refresh(refresh_token(&first)).error(400, "invalid_grant");
    world.refresh(refresh_token(&again.json())).error(400, "invalid_grant");
}

#[test]
fn the_scope_may_shrink_but_not_grow() {
    let world = World::new();
    let first = world.tokens_of("alice");
    let form = |token, scope| [("grant_type", "refresh_token"), ("refresh_token", token), ("scope", scope)];
    world.token(&form(refresh_token(&first), "openid photos.write")).error(400, "invalid_scope");
    world.token(&form(refresh_token(&first), "nonsense")).error(400, "invalid_scope");
    let narrow = world.token(&form(refresh_token(&first), "photos.read")).json();
    assert_eq!(narrow["scope"], "photos.read");
    assert!(narrow.get("id_token").is_none());
    let wide = world.refresh(refresh_token(&narrow)).json();
    assert_eq!(wide["scope"], FULL_SCOPE, "what was granted is still granted");
}

#[test]
fn another_client_cannot_refresh() {
    let world = World::new();
    let first = world.tokens_of("alice");
    let form = [("grant_type", "refresh_token"), ("refresh_token", refresh_token(&first))];
    world.token_by_basic(WEB, &form).error(400, "invalid_grant");
    assert_eq!(world.refresh(refresh_token(&first)).status(), 200, "and has not used it up");
}

#[test]
fn a_refresh_token_lives_a_day() {
    let world = World::new();
    let (one, other) = (world.tokens_of("alice"), world.tokens_of("bob"));
    world.pass(24 * 3_600 - 1);
    assert_eq!(world.refresh(refresh_token(&one)).status(), 200);
    world.pass(1);
    world.refresh(refresh_token(&other)).error(400, "invalid_grant");
}

#[test]
fn an_unknown_or_missing_refresh_token_is_refused() {
    let world = World::new();
    world.refresh("invented").error(400, "invalid_grant");
    world.token(&[("grant_type", "refresh_token")]).error(400, "invalid_request");
}
