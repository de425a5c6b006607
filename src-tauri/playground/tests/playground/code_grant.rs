use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::support::*;

fn code(world: &World, changes: &[(&str, &str)]) -> String {
    let callback = Browser::new(world).sign_in_and_allow(&authorization_path(changes), "alice");
    parameter(&callback, "code").unwrap()
}

fn exchanged_with(world: &World, code: &str, changes: &[(&str, &str)]) -> Reply {
    let mut form: std::collections::BTreeMap<&str, &str> = exchange_form(code).into_iter().collect();
    form.extend(changes.iter().copied());
    form.retain(|_, value| !value.is_empty());
    world.token(&form.into_iter().collect::<Vec<_>>())
}

#[test]
fn a_person_signs_in_allows_and_the_client_gets_its_tokens() {
    let world = World::new();
    let mut browser = Browser::new(&world);
    let sign_in = browser.get(&authorization_path(&[]));
    assert!(sign_in.reply.text().contains("Sign in"));
    let consent = browser.sign_in(&sign_in, "alice", "alice");
    assert!(consent.reply.text().contains("Allow access?"));
    let callback = browser.decide(&consent, "alice", "allow").callback();
    assert_eq!(callback.path(), "/callback");
    assert_eq!(parameter(&callback, "state").as_deref(), Some("the-state"));
    assert_eq!(parameter(&callback, "iss").as_deref(), Some(ISSUER));

    let reply = world.exchange(&parameter(&callback, "code").unwrap());
    assert_eq!(reply.status(), 200);
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    assert_eq!(reply.header("pragma"), Some("no-cache"));
    let tokens = reply.json();
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["expires_in"], 30);
    assert_eq!(tokens["scope"], FULL_SCOPE);
    assert!(tokens["refresh_token"].is_string());
    assert_eq!(
        world.get_with("/api/me", tokens["access_token"].as_str().unwrap()).json()["username"],
        "alice"
    );
}

#[test]
fn the_id_token_says_who_for_whom_until_when_and_belongs_to_the_access_token() {
    let world = World::new();
    let tokens = world.tokens_of("alice");
    let id_token = tokens["id_token"].as_str().unwrap();
    let claims = claims(id_token);
    assert_eq!(claims["iss"], ISSUER);
    assert_eq!(claims["sub"], "user-alice");
    assert_eq!(claims["aud"], "playground");
    assert_eq!(claims["nonce"], "the-nonce");
    assert_eq!(claims["iat"], world.now());
    assert_eq!(claims["exp"], world.now() + 30);
    assert_eq!(claims["auth_time"], world.now());
    assert_eq!(claims["email"], "alice@playground.example");
    assert_eq!(claims["name"], "Alice Archer");
    let hash = digest(&SHA256, tokens["access_token"].as_str().unwrap().as_bytes());
    assert_eq!(claims["at_hash"], URL_SAFE_NO_PAD.encode(&hash.as_ref()[..16]));
}

#[test]
fn the_access_token_is_a_jwt_for_the_api() {
    let world = World::new();
    let tokens = world.tokens_of("bob");
    let token = tokens["access_token"].as_str().unwrap();
    assert_eq!(jose_header(token)["typ"], "at+jwt");
    let claims = claims(token);
    assert_eq!(claims["iss"], ISSUER);
    assert_eq!(claims["sub"], "user-bob");
    assert_eq!(claims["aud"], format!("{ISSUER}/api"));
    assert_eq!(claims["client_id"], "playground");
    assert_eq!(claims["scope"], FULL_SCOPE);
    assert_eq!(claims["exp"], world.now() + 30);
    assert!(claims["jti"].is_string());
}

#[test]
fn claims_about_a_person_come_by_scope() {
    let world = World::new();
    let code = code(&world, &[("scope", "openid")]);
    let tokens = world.exchange(&code).json();
    let claims = claims(tokens["id_token"].as_str().unwrap());
    assert!(claims.get("email").is_none() && claims.get("name").is_none());
    assert!(tokens.get("refresh_token").is_none(), "offline_access was not asked for");
}

#[test]
fn without_openid_there_is_no_id_token() {
    let world = World::new();
    let tokens = world.exchange(&code(&world, &[("scope", "photos.read")])).json();
    assert!(tokens.get("id_token").is_none());
    assert_eq!(tokens["scope"], "photos.read");
}

#[test]
fn no_scope_gets_the_default_scope() {
    let world = World::new();
    assert_eq!(world.exchange(&code(&world, &[("scope", "")])).json()["scope"], "photos.read");
}

#[test]
fn the_lifetime_is_a_setting() {
    let world = World::with(|settings| settings.lifetime_seconds = 7);
    let tokens = world.tokens_of("alice");
    assert_eq!(tokens["expires_in"], 7);
    assert_eq!(claims(tokens["id_token"].as_str().unwrap())["exp"], world.now() + 7);
}

#[test]
fn a_wrong_missing_or_malformed_verifier_is_refused() {
    let world = World::new();
    let code = code(&world, &[]);
    for verifier in ["another-verifier-of-more-than-forty-three-characters", "", "short"] {
        exchanged_with(&world, &code, &[("code_verifier", verifier)]).error(400, "invalid_grant");
    }
    assert_eq!(world.exchange(&code).status(), 200, "the right one still works");
}

#[test]
fn a_verifier_that_is_too_short_is_refused_even_if_it_fits_its_challenge() {
    let world = World::new();
    let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, b"short").as_ref());
    let code = code(&world, &[("code_challenge", &challenge)]);
    exchanged_with(&world, &code, &[("code_verifier", "short")]).error(400, "invalid_grant");
}

#[test]
fn a_verifier_without_a_challenge_is_refused() {
    let world = World::new();
    let path =
        authorization_path(&[("client_id", WEB.0), ("code_challenge", ""), ("code_challenge_method", "")]);
    let callback = Browser::new(&world).sign_in_and_allow(&path, "alice");
    let code = parameter(&callback, "code").unwrap();
    world.token_by_basic(WEB, &exchange_form(&code)).error(400, "invalid_grant");
    let form = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", CALLBACK)];
    assert_eq!(world.token_by_basic(WEB, &form).status(), 200, "a confidential client may do without PKCE");
}

#[test]
fn another_redirect_uri_is_refused() {
    let world = World::new();
    let code = code(&world, &[]);
    let other = "http://127.0.0.1:50124/callback";
    exchanged_with(&world, &code, &[("redirect_uri", other)]).error(400, "invalid_grant");
    exchanged_with(&world, &code, &[("redirect_uri", "")]).error(400, "invalid_request");
}

#[test]
fn another_client_cannot_use_the_code() {
    let world = World::new();
    let code = code(&world, &[]);
    world.token_by_basic(WEB, &exchange_form(&code)).error(400, "invalid_grant");
    assert_eq!(world.exchange(&code).status(), 200);
}

#[test]
fn a_code_is_good_for_sixty_seconds() {
    let world = World::new();
    let (early, late) = (code(&world, &[]), code(&world, &[("state", "other")]));
    world.pass(59);
    assert_eq!(world.exchange(&early).status(), 200);
    world.pass(1);
    world.exchange(&late).error(400, "invalid_grant");
}

#[test]
fn a_code_used_twice_revokes_what_came_of_it() {
    let world = World::new();
    let code = code(&world, &[]);
    let tokens = world.exchange(&code).json();
    let (access, refresh) =
        (tokens["access_token"].as_str().unwrap(), tokens["refresh_token"].as_str().unwrap());
    assert_eq!(world.get_with("/api/me", access).status(), 200);
    world.exchange(&code).error(400, "invalid_grant");
    let reason = world.get_with("/api/me", access).error(401, "invalid_token");
    assert!(reason.contains("used twice"), "{reason}");
    world.refresh(refresh).error(400, "invalid_grant");
    world.get_with("/api/id-token", tokens["id_token"].as_str().unwrap()).error(401, "invalid_token");
}

#[test]
fn an_invented_code_is_refused() {
    World::new().exchange("invented").error(400, "invalid_grant");
}

#[test]
fn the_same_person_is_not_asked_again_for_what_is_allowed_already() {
    let world = World::new();
    let mut browser = Browser::new(&world);
    browser.sign_in_and_allow(&authorization_path(&[]), "alice");
    let callback = browser.get(&authorization_path(&[("state", "second")])).callback();
    assert_eq!(parameter(&callback, "state").as_deref(), Some("second"));
    assert!(parameter(&callback, "code").is_some());
    let asked = browser.get(&authorization_path(&[("scope", "openid photos.write")]));
    assert!(asked.reply.text().contains("Allow access?"), "more than before is asked for");
}

#[test]
fn auth_time_is_when_the_password_was_typed() {
    let world = World::new();
    let mut browser = Browser::new(&world);
    browser.sign_in_and_allow(&authorization_path(&[]), "alice");
    let typed = world.now();
    world.pass(100);
    let callback = browser.get(&authorization_path(&[])).callback();
    let tokens = world.exchange(&parameter(&callback, "code").unwrap()).json();
    let claims = claims(tokens["id_token"].as_str().unwrap());
    assert_eq!((claims["auth_time"].as_i64(), claims["iat"].as_i64()), (Some(typed), Some(typed + 100)));
}
