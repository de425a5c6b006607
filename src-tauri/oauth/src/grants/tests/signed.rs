//! Request objects, signed responses, and assertions of the client.

use super::*;
use crate::jwt::{Algorithm, PrivateKey, SigningKey, sign};
use crate::testing::keys;

const SECRET: &str = "a-secret-of-at-least-32-characters!!";

#[test]
fn a_request_object_carries_every_parameter_and_the_signature_of_the_client() {
    let key = json!({"pem": keys::P256_SEC1, "kid": "c1"});
    let scene = Scene::granting(json!({
        "grant": "authorization_code", "client_key": key, "client_authentication": "none", "max_age": 5,
        "request_object": "signed", "claims": {"id_token": {"acr": null}}, "resource": ["https://a", "https://b"]
    }));
    let cancel = async {
        settle(&scene.world.simulation).await;
        scene.person.cancel();
    };
    let _ = scene.world.simulation.run(join(scene.obtain(), cancel));
    let url = &scene.world.browser.opened()[0];
    let names: Vec<_> = url.query_pairs().map(|(name, _)| name.into_owned()).collect();
    assert_eq!(names, ["client_id", "response_type", "scope", "request"]);
    let object = Secret::new(url.query_pairs().last().unwrap().1.into_owned());
    let jwt = Jwt::decode(&object).unwrap();
    assert_eq!((jwt.alg(), jwt.kid()), (Some("ES256"), Some("c1")));
    assert_eq!(jwt.header()["typ"], "oauth-authz-req+jwt");
    let claims = jwt.claims();
    assert_eq!((&claims["iss"], &claims["max_age"]), (&json!("photos"), &json!(5)));
    assert_eq!(claims["claims"], json!({"id_token": {"acr": null}}));
    assert_eq!(claims["resource"], json!(["https://a", "https://b"]));
    assert!(claims.contains_key("state") && claims.contains_key("code_challenge"));
}

fn answer(scene: &Scene, secret: &str, change: Value) -> String {
    let url = &scene.world.browser.opened()[0];
    let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    let exp = scene.world.simulation.now() / 1000 + 60;
    let mut claims =
        json!({"iss": "https://id.example.com", "aud": "photos", "exp": exp, "code": "c", "state": state});
    claims.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    let secret = Secret::new(secret);
    let key = SigningKey::Secret(&secret);
    sign(Algorithm::Hs256, key, Map::new(), claims.as_object().unwrap()).unwrap().expose().to_owned()
}

/// Pastes these answers one after the other, then cancels.
fn after(make: impl Fn(&Scene) -> String) -> (Result<StoredTokens, Failure>, usize) {
    let scene = Scene::granting(json!({
        "grant": "authorization_code", "scope": "photos", "response_mode": "query.jwt", "client_secret": SECRET
    }));
    let paste = async {
        settle(&scene.world.simulation).await;
        let query = make(&scene);
        scene.person.paste(&format!("http://127.0.0.1:49152/callback?{query}"));
        settle(&scene.world.simulation).await;
        scene.person.cancel();
    };
    let (outcome, ()) = scene.world.simulation.run(join(scene.obtain(), paste));
    (outcome, scene.world.provider.seen("/token").len())
}

#[test]
fn a_signed_response_is_verified_before_its_code_is_redeemed() {
    let (outcome, requests) = after(|scene| format!("response={}", answer(scene, SECRET, json!({}))));
    assert_eq!(access_token(&outcome), "granted");
    assert_eq!(requests, 1);
}

#[test]
fn a_plain_or_forged_or_misaddressed_or_expired_response_is_refused_and_not_redeemed() {
    let plain = after(|scene| {
        let url = &scene.world.browser.opened()[0];
        let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
        format!("code=c&state={state}")
    });
    let forged =
        after(|scene| format!("response={}", answer(scene, "another-secret-of-32-characters!!!", json!({}))));
    let misaddressed =
        after(|scene| format!("response={}", answer(scene, SECRET, json!({"aud": "billing"}))));
    let expired = after(|scene| format!("response={}", answer(scene, SECRET, json!({"exp": 1}))));
    for (outcome, requests) in [plain, forged, misaddressed, expired] {
        assert_eq!(outcome.err().unwrap().code, Code::InvalidResponse);
        assert_eq!(requests, 0);
    }
}

#[test]
fn a_key_of_the_client_signs_its_assertion() {
    let scene = Scene::granting(json!({
        "grant": "jwt_bearer", "client_key": {"pem": keys::P256_SEC1}, "client_authentication": "none",
        "assertion": {"claims": {"sub": "alice"}}
    }));
    assert_eq!(access_token(&scene.run()), "granted");
    let assertion = Secret::new(scene.token_request().field("assertion").unwrap());
    assert_eq!(Jwt::decode(&assertion).unwrap().alg(), Some("ES256"));
    assert!(PrivateKey::from_pem(&Secret::new(keys::P256_SEC1), None).is_ok());
}
