//! The ID token of a refresh answer (OpenID Connect Core §12.2).

use super::*;

fn refreshed(scene: &Scene, former: Value) -> IdTokenVerdict {
    let former = former.as_object().unwrap().clone();
    let config = AuthConfig::from_json(&scene.config).unwrap();
    let rule = IssuerRule::of(&config);
    let nonce = Secret::from("n-0S6_WzA2Mj");
    let mut expectations = Expectations::of(&config, &rule, Source::Refresh, NOW * 1000);
    expectations.nonce = Some(&nonce);
    expectations.former = Some(&former);
    verify_with(&scene.token(), &expectations, Keys::Published(&scene.jwks))
}

fn former() -> Value {
    json!({"iss": ISSUER, "aud": ["photos"], "sub": "alice"})
}

#[test]
fn a_refreshed_token_about_the_same_person_is_sound_without_a_nonce() {
    assert!(refreshed(&Scene::new(), former()).is_sound());
    assert!(refreshed(&Scene::new().claim("nonce", Value::Null), former()).is_sound());
}

#[test]
fn a_refreshed_token_about_somebody_else_is_rejected() {
    let detail = only_failure(&refreshed(&Scene::new().claim("sub", json!("mallory")), former()), "sub");
    assert!(detail.contains("mallory") && detail.contains("alice"), "{detail}");
}

#[test]
fn a_refreshed_token_of_another_issuer_or_audience_is_rejected() {
    let other = json!({"iss": "https://other.example", "aud": "photos", "sub": "alice"});
    only_failure(&refreshed(&Scene::new(), other), "iss");
    let scene = Scene::new().claim("aud", json!(["photos", "api"])).claim("azp", json!("photos"));
    only_failure(&refreshed(&scene, former()), "aud");
    let fewer = json!({"iss": ISSUER, "aud": ["photos", "api"], "sub": "alice"});
    only_failure(&refreshed(&Scene::new(), fewer), "aud");
}

#[test]
fn a_refreshed_token_with_another_nonce_is_rejected() {
    only_failure(&refreshed(&Scene::new().claim("nonce", json!("replayed")), former()), "nonce");
}
