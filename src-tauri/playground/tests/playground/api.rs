use serde_json::json;

use crate::support::*;

fn access_token(world: &World) -> String {
    world.tokens_of("alice")["access_token"].as_str().unwrap().to_owned()
}

#[test]
fn the_public_part_needs_no_token() {
    assert_eq!(World::new().get("/api/public", &[]).status(), 200);
}

#[test]
fn without_a_token_the_challenge_has_no_error_code() {
    let world = World::new();
    for headers in [vec![], vec![("authorization", "Basic abc")]] {
        let reply = world.get("/api/me", &headers);
        assert_eq!(reply.status(), 401);
        let challenge = reply.header("www-authenticate").unwrap();
        assert!(challenge.starts_with("Bearer ") && !challenge.contains("error="), "{challenge}");
        let metadata = format!(r#"resource_metadata="{ISSUER}/.well-known/oauth-protected-resource/api""#);
        assert!(challenge.contains(&metadata));
    }
}

#[test]
fn an_expired_token_is_invalid_token_to_the_second() {
    let world = World::new();
    let token = access_token(&world);
    world.pass(29);
    assert_eq!(world.get_with("/api/me", &token).json()["expires_in"], 1);
    world.pass(1);
    let reply = world.get_with("/api/me", &token);
    assert!(reply.error(401, "invalid_token").contains("expired"));
    let challenge = reply.header("www-authenticate").unwrap();
    assert!(
        challenge.starts_with("Bearer ") && challenge.contains(r#"error="invalid_token""#),
        "{challenge}"
    );
    assert!(challenge.contains(r#"error_description=""#));
}

#[test]
fn a_broken_or_forged_token_is_invalid_token() {
    let world = World::new();
    let token = access_token(&world);
    let cut = &token[..token.len() - 4];
    for wrong in ["x", "a.b.c", "..", cut, "eyJhbGciOiJub25lIn0.e30."] {
        world.get_with("/api/me", wrong).error(401, "invalid_token");
    }
}

#[test]
fn the_scheme_is_read_in_any_case() {
    let world = World::new();
    let token = access_token(&world);
    assert_eq!(world.get("/api/me", &[("authorization", &format!("bearer {token}"))]).status(), 200);
}

#[test]
fn a_missing_scope_is_insufficient_scope() {
    let world = World::new();
    let token = access_token(&world);
    let headers = [("authorization", format!("Bearer {token}"))];
    let headers = [(headers[0].0, headers[0].1.as_str())];
    let reply = world.post("/api/photos/1/stars", &[], &headers);
    reply.error(403, "insufficient_scope");
    let challenge = reply.header("www-authenticate").unwrap();
    assert!(
        challenge.contains(r#"error="insufficient_scope""#) && challenge.contains(r#"scope="photos.write""#)
    );
}

#[test]
fn with_the_scope_a_star_is_given_and_stays() {
    let world = World::new();
    let form = [("grant_type", "client_credentials"), ("scope", "photos.read photos.write")];
    let tokens = world.token_by_basic(MACHINE, &form).json();
    let token = tokens["access_token"].as_str().unwrap();
    let bearer = format!("Bearer {token}");
    assert_eq!(world.post("/api/photos/2/stars", &[], &[("authorization", &bearer)]).json()["stars"], 1);
    assert_eq!(world.post("/api/photos/2/stars", &[], &[("authorization", &bearer)]).json()["stars"], 2);
    assert_eq!(world.get_with("/api/photos/2", token).json()["stars"], 2);
}

#[test]
fn people_see_their_own_photos() {
    let world = World::new();
    let token = access_token(&world);
    let photos = world.get_with("/api/photos", &token).json();
    let owners: Vec<_> =
        photos["photos"].as_array().unwrap().iter().map(|photo| photo["owner"].clone()).collect();
    assert_eq!(owners, [json!("alice"), json!("alice"), json!("alice")]);
    assert_eq!(world.get_with("/api/photos/1", &token).json()["id"], "1");
    world.get_with("/api/photos/4", &token).error(404, "not_found");
    world.get_with("/api/photos/99", &token).error(404, "not_found");
}

#[test]
fn each_token_is_taken_only_where_it_belongs() {
    let world = World::new();
    let tokens = world.tokens_of("alice");
    let (access, id) = (tokens["access_token"].as_str().unwrap(), tokens["id_token"].as_str().unwrap());
    let reply = world.get_with("/api/id-token", id).json();
    assert_eq!(
        (reply["token"].as_str(), reply["claims"]["sub"].as_str()),
        (Some("id_token"), Some("user-alice"))
    );
    assert!(world.get_with("/api/id-token", access).error(401, "invalid_token").contains("access token"));
    assert!(world.get_with("/api/me", id).error(401, "invalid_token").contains("ID token"));
    world.pass(30);
    world.get_with("/api/id-token", id).error(401, "invalid_token");
}

#[test]
fn a_token_in_the_address_or_twice_is_an_invalid_request() {
    let world = World::new();
    let token = access_token(&world);
    let bearer = format!("Bearer {token}");
    world.get(&format!("/api/me?access_token={token}"), &[]).error(400, "invalid_request");
    let form = [("access_token", token.as_str())];
    world.post("/api/echo", &form, &[("authorization", &bearer)]).error(400, "invalid_request");
    let twice = [("authorization", bearer.as_str()), ("authorization", bearer.as_str())];
    world.get("/api/me", &twice).error(400, "invalid_request");
    assert_eq!(world.post("/api/echo", &form, &[]).status(), 200, "in a form alone it is fine");
}

#[test]
fn echo_shows_what_arrived_but_not_the_token() {
    let world = World::new();
    let token = access_token(&world);
    let headers = [
        ("authorization", format!("Bearer {token}")),
        ("content-type", "application/json".to_owned()),
        ("x-test", "seen".to_owned()),
    ];
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let reply = world.send(request("PUT", "/api/echo?a=1&a=2", &headers, br#"{"hello":[1]}"#.to_vec()));
    assert!(!reply.text().contains(&token));
    let echo = reply.json();
    assert_eq!(echo["method"], "PUT");
    assert_eq!(echo["query"], json!([["a", "1"], ["a", "2"]]));
    assert_eq!(echo["json"], json!({"hello": [1]}));
    assert_eq!(echo["headers"]["x-test"], "seen");
    assert!(echo["headers"]["authorization"].as_str().unwrap().starts_with("Bearer …"));
    let form = [("access_token", token.as_str()), ("b", "2")];
    let reply = world.post("/api/echo", &form, &[]);
    assert!(!reply.text().contains(&token));
    assert_eq!(reply.json()["form"], json!([["b", "2"]]));
}

#[test]
fn userinfo_agrees_with_the_id_token() {
    let world = World::new();
    let tokens = world.tokens_of("bob");
    let info = world.get_with("/userinfo", tokens["access_token"].as_str().unwrap()).json();
    let claims = claims(tokens["id_token"].as_str().unwrap());
    for claim in ["sub", "name", "email", "email_verified", "preferred_username"] {
        assert_eq!(info[claim], claims[claim], "{claim}");
    }
}

#[test]
fn userinfo_needs_the_scope_openid() {
    let world = World::new();
    let form =
        [("grant_type", "password"), ("username", "bob"), ("password", "bob"), ("scope", "photos.read")];
    let tokens = world.token(&form).json();
    world.get_with("/userinfo", tokens["access_token"].as_str().unwrap()).error(403, "insufficient_scope");
}
