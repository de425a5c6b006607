use crate::support::*;

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN_TYPE: &str = "urn:ietf:params:oauth:token-type:access_token";
const ID_TOKEN_TYPE: &str = "urn:ietf:params:oauth:token-type:id_token";

#[test]
fn a_machine_gets_a_token_for_itself_and_nothing_to_renew_it() {
    let world = World::new();
    let tokens = world.token_by_basic(MACHINE, &[("grant_type", "client_credentials")]).json();
    assert!(tokens.get("refresh_token").is_none() && tokens.get("id_token").is_none());
    let token = tokens["access_token"].as_str().unwrap();
    assert_eq!(claims(token)["sub"], MACHINE.0);
    let photos = world.get_with("/api/photos", token).json();
    assert_eq!(photos["photos"].as_array().unwrap().len(), 6, "a machine sees everybody's");
    world.get_with("/userinfo", token).error(403, "insufficient_scope");
}

#[test]
fn a_machine_cannot_ask_for_what_only_a_person_has() {
    let world = World::new();
    for scope in ["openid", "offline_access", "email", "nonsense"] {
        let form = [("grant_type", "client_credentials"), ("scope", scope)];
        world.token_by_basic(MACHINE, &form).error(400, "invalid_scope");
    }
}

#[test]
fn a_client_may_use_its_own_grants_only() {
    let world = World::new();
    world.token(&[("grant_type", "client_credentials")]).error(400, "unauthorized_client");
    let password = [("grant_type", "password"), ("username", "bob"), ("password", "bob")];
    world.token_by_basic(MACHINE, &password).error(400, "unauthorized_client");
}

#[test]
fn an_unknown_or_missing_grant_type_is_refused() {
    let world = World::new();
    world.token(&[("grant_type", "telepathy")]).error(400, "unsupported_grant_type");
    world.token(&[("code", "x")]).error(400, "invalid_request");
    world.token(&[("grant_type", "")]).error(400, "invalid_request");
}

#[test]
fn the_password_grant_signs_in_by_name_and_password() {
    let world = World::new();
    let form = |password| {
        [("grant_type", "password"), ("username", "bob"), ("password", password), ("scope", FULL_SCOPE)]
    };
    world.token(&form("alice")).error(400, "invalid_grant");
    let tokens = world.token(&form("bob")).json();
    assert_eq!(claims(tokens["id_token"].as_str().unwrap())["sub"], "user-bob");
    assert_eq!(world.refresh(tokens["refresh_token"].as_str().unwrap()).status(), 200);
}

#[test]
fn a_machine_exchanges_a_persons_token_and_is_named_as_actor() {
    let world = World::new();
    let tokens = world.tokens_of("alice");
    for (token, kind) in [("access_token", ACCESS_TOKEN_TYPE), ("id_token", ID_TOKEN_TYPE)] {
        let subject = tokens[token].as_str().unwrap();
        let form = [("grant_type", EXCHANGE), ("subject_token", subject), ("subject_token_type", kind)];
        let reply = world.token_by_basic(MACHINE, &form).json();
        assert_eq!(reply["issued_token_type"], ACCESS_TOKEN_TYPE, "{reply}");
        assert!(reply.get("refresh_token").is_none());
        let exchanged = reply["access_token"].as_str().unwrap();
        let claims = claims(exchanged);
        assert_eq!(
            (claims["sub"].as_str(), claims["act"]["sub"].as_str()),
            (Some("user-alice"), Some(MACHINE.0))
        );
        let me = world.get_with("/api/me", exchanged).json();
        assert_eq!((me["username"].as_str(), me["act"]["sub"].as_str()), (Some("alice"), Some(MACHINE.0)));
    }
}

#[test]
fn an_exchanged_token_dies_with_the_sign_in_that_it_came_from() {
    let world = World::new();
    let tokens = world.tokens_of("alice");
    let subject = tokens["access_token"].as_str().unwrap();
    let form =
        [("grant_type", EXCHANGE), ("subject_token", subject), ("subject_token_type", ACCESS_TOKEN_TYPE)];
    let exchanged = world.token_by_basic(MACHINE, &form).json();
    let refresh = tokens["refresh_token"].as_str().unwrap();
    assert_eq!(world.post("/revoke", &[("client_id", "playground"), ("token", refresh)], &[]).status(), 200);
    world.get_with("/api/me", exchanged["access_token"].as_str().unwrap()).error(401, "invalid_token");
    world.token_by_basic(MACHINE, &form).error(400, "invalid_request");
}

#[test]
fn an_exchange_cannot_gain_anything() {
    let world = World::new();
    let tokens = world.tokens_of("alice");
    let subject = tokens["access_token"].as_str().unwrap();
    let base =
        [("grant_type", EXCHANGE), ("subject_token", subject), ("subject_token_type", ACCESS_TOKEN_TYPE)];
    let with = |more: (&str, &str)| world.token_by_basic(MACHINE, &[&base[..], &[more]].concat());
    with(("scope", "photos.write")).error(400, "invalid_scope");
    with(("scope", "offline_access")).error(400, "invalid_scope");
    with(("audience", "https://other.example")).error(400, "invalid_target");
    with(("requested_token_type", "urn:ietf:params:oauth:token-type:refresh_token"))
        .error(400, "invalid_request");
    with(("actor_token_type", ACCESS_TOKEN_TYPE)).error(400, "invalid_request");
    assert_eq!(with(("scope", "photos.read")).json()["scope"], "photos.read");
    world.pass(30);
    with(("scope", "photos.read")).error(400, "invalid_request");
}

#[test]
fn a_foreign_or_mislabelled_subject_token_is_refused() {
    let world = World::new();
    let tokens = world.tokens_of("alice");
    let id_token = tokens["id_token"].as_str().unwrap();
    for (token, kind) in [("invented", ACCESS_TOKEN_TYPE), (id_token, ACCESS_TOKEN_TYPE), (id_token, "urn:x")]
    {
        let form = [("grant_type", EXCHANGE), ("subject_token", token), ("subject_token_type", kind)];
        world.token_by_basic(MACHINE, &form).error(400, "invalid_request");
    }
}
