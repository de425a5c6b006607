//! Grants without a browser: what exactly is sent.

use super::*;

#[test]
fn client_credentials_send_exactly_what_is_needed() {
    let scene = Scene::granting(json!({
        "grant": "client_credentials", "client_secret": "s", "scope": "a b", "audience": "https://api",
        "resource": ["https://r1", "https://r2"]
    }));
    assert_eq!(access_token(&scene.run()), "granted");
    let request = scene.token_request();
    assert_eq!(fields(&request), ["grant_type", "scope", "audience", "resource", "resource"]);
    assert_eq!(request.header("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(request.header("accept"), Some("application/json"));
    assert_eq!(request.header("origin"), None);
}

#[test]
fn no_empty_scope_is_sent() {
    for scope in ["", " "] {
        let scene =
            Scene::granting(json!({"grant": "client_credentials", "client_secret": "s", "scope": scope}));
        assert_eq!(access_token(&scene.run()), "granted");
        assert_eq!(fields(&scene.token_request()), ["grant_type"]);
    }
}

#[test]
fn a_public_client_sends_its_id_once_and_no_secret_and_no_authorization() {
    let scene = Scene::granting(json!({"grant": "password", "username": "alice", "password": "alice"}));
    assert_eq!(access_token(&scene.run()), "granted");
    let request = scene.token_request();
    assert_eq!(request.field("client_id").as_deref(), Some("photos"));
    assert_eq!(request.field("client_secret"), None);
    assert_eq!(request.header("authorization"), None);
}

#[test]
fn a_free_parameter_replaces_a_standard_one_so_that_nothing_is_sent_twice() {
    let scene = Scene::granting(json!({
        "grant": "client_credentials", "client_id": "photos", "client_authentication": "none",
        "extra": {"token": [{"name": "client_id", "value": "own"}, {"name": "grant_type", "value": "x", "in": "query"}]}
    }));
    assert_eq!(access_token(&scene.run()), "granted");
    let request = scene.token_request();
    assert_eq!(request.field("client_id").as_deref(), Some("own"));
    assert_eq!(request.url.query(), Some("grant_type=x"));
}

#[test]
fn a_line_break_in_a_header_is_refused_and_nothing_is_sent() {
    for change in [
        json!({"origin": "https://a\r\nX-Evil: 1"}),
        json!({"extra": {"token": [{"name": "X", "value": "a\nb", "in": "header"}]}}),
        json!({"extra": {"token": [{"name": "X\r\nY", "value": "a", "in": "header"}]}}),
    ] {
        let mut config = json!({"grant": "client_credentials", "client_secret": "s"});
        config.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let scene = Scene::granting(config);
        assert_eq!(scene.run().err().unwrap().code, Code::Configuration, "{change}");
        assert!(scene.world.provider.all_seen().is_empty());
    }
}

#[test]
fn a_jwt_assertion_is_built_signed_and_addressed() {
    let scene = Scene::granting(json!({
        "grant": "jwt_bearer", "client_secret": "a-secret-of-at-least-32-characters!!",
        "assertion": {"claims": {"sub": "alice", "team": 7}}
    }));
    assert_eq!(access_token(&scene.run()), "granted");
    let assertion = Secret::new(scene.token_request().field("assertion").unwrap());
    let claims = Jwt::decode(&assertion).unwrap().claims().clone();
    assert_eq!(
        (&claims["sub"], &claims["team"], &claims["iss"]),
        (&json!("alice"), &json!(7), &json!("photos"))
    );
    assert_eq!(claims["aud"], "https://id.example.com/token");
    let now = scene.world.simulation.now() / 1000;
    assert_eq!((&claims["iat"], &claims["exp"]), (&json!(now), &json!(now + 300)));
}

#[test]
fn a_pasted_assertion_is_sent_as_it_is() {
    let scene = Scene::granting(json!({"grant": "jwt_bearer", "assertion": "a.b.c"}));
    assert_eq!(access_token(&scene.run()), "granted");
    assert_eq!(scene.token_request().field("assertion").as_deref(), Some("a.b.c"));
}

#[test]
fn a_saml_assertion_is_sent_in_url_safe_base64() {
    for (given, sent) in [("<a>?~</a>", "PGE-P348L2E-"), ("PGE+P348L2E+", "PGE-P348L2E-"), ("YQ==", "YQ")] {
        let scene = Scene::granting(json!({"grant": "saml2_bearer", "assertion": given}));
        assert_eq!(access_token(&scene.run()), "granted");
        assert_eq!(scene.token_request().field("assertion").as_deref(), Some(sent), "{given}");
    }
}

#[test]
fn token_exchange_sends_subject_and_actor_with_their_types() {
    let scene = Scene::granting(json!({
        "grant": "token_exchange", "scope": "photos", "subject_token": "s1", "actor_token": "a1",
        "actor_token_type": "urn:ietf:params:oauth:token-type:jwt"
    }));
    assert_eq!(access_token(&scene.run()), "granted");
    let request = scene.token_request();
    assert_eq!(
        request.field("subject_token_type").as_deref(),
        Some("urn:ietf:params:oauth:token-type:access_token")
    );
    assert_eq!(request.field("actor_token_type").as_deref(), Some("urn:ietf:params:oauth:token-type:jwt"));
}

#[test]
fn what_a_grant_cannot_do_without_is_named_and_nothing_is_sent() {
    for (grant, setting) in [
        ("password", "username"),
        ("jwt_bearer", "assertion"),
        ("saml2_bearer", "assertion"),
        ("token_exchange", "subject_token"),
        ("refresh_token", "refresh_token"),
    ] {
        let scene = Scene::granting(json!({"grant": grant}));
        let failure = scene.run().err().unwrap();
        assert_eq!(failure.code, Code::Configuration);
        assert!(failure.message.contains(setting), "{}", failure.message);
        assert!(scene.world.provider.all_seen().is_empty());
    }
}
