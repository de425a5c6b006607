#![allow(clippy::unwrap_used)]
use std::sync::Arc;

use serde_json::{Map, json};

use super::*;
use crate::config::AuthConfig;
use crate::jwt::{PrivateKey, SigningKey, sign};
use crate::secret::Secret;
use crate::testing::{Answer, World, keys};

fn private(text: &str) -> PrivateKey {
    PrivateKey::from_jwk(&Secret::from(text)).unwrap()
}

/// A published key: the public half with these members beside it.
fn published(text: &str, extra: Value) -> Value {
    let mut members = private(text).public_key().to_members();
    members.extend(extra.as_object().unwrap().clone());
    Value::Object(members)
}

/// Another RSA key than the one of the RFC.
fn other_rsa(extra: Value) -> Value {
    let mut members =
        PrivateKey::from_pem(&Secret::from(keys::RSA_PKCS8), None).unwrap().public_key().to_members();
    members.extend(extra.as_object().unwrap().clone());
    Value::Object(members)
}

fn token(algorithm: Algorithm, kid: Option<&str>) -> Jwt {
    let key = match algorithm {
        Algorithm::Es256 => private(keys::RFC_7515_A3_P256),
        _ => private(keys::RFC_7515_A2_RSA),
    };
    let header = kid.map(|kid| ("kid".to_owned(), Value::from(kid))).into_iter().collect();
    Jwt::decode(&sign(algorithm, SigningKey::Private(&key), header, &Map::new()).unwrap()).unwrap()
}

fn set(keys: Value) -> Jwks {
    Jwks::parse(&json!({ "keys": keys })).unwrap()
}

fn rsa(kid: &str) -> Value {
    published(keys::RFC_7515_A2_RSA, json!({ "kid": kid }))
}

#[test]
fn the_key_that_the_header_names_verifies() {
    let set = set(json!([other_rsa(json!({"kid": "old"})), rsa("new")]));
    assert_eq!(set.verify(&token(Algorithm::Rs256, Some("new"))), Ok("key “new”".to_owned()));
    assert_eq!(
        set.verify(&token(Algorithm::Rs256, Some("old"))),
        Err(JwksError::Signature(SignatureError::Wrong))
    );
}

#[test]
fn rp_id_token_kid_absent_single_jwks() {
    let set = set(json!([rsa("only"), published(keys::RFC_7515_A3_P256, json!({"kid": "ec"}))]));
    assert!(set.verify(&token(Algorithm::Rs256, None)).is_ok());
    assert!(set.verify(&token(Algorithm::Es256, None)).is_ok());
}

#[test]
fn rp_id_token_kid_absent_multiple_jwks_tries_each() {
    let set_with_ours = set(json!([other_rsa(json!({})), published(keys::RFC_7515_A2_RSA, json!({}))]));
    assert!(set_with_ours.verify(&token(Algorithm::Rs256, None)).is_ok());
    let set_without = set(json!([other_rsa(json!({"kid": "1"})), other_rsa(json!({"kid": "2"}))]));
    assert_eq!(set_without.verify(&token(Algorithm::Rs256, None)), Err(JwksError::NoneFits(2)));
}

#[test]
fn each_of_several_keys_under_one_kid_is_tried() {
    let set = set(json!([
        other_rsa(json!({"kid": "1"})),
        published(keys::RFC_7515_A3_P256, json!({"kid": "1"})),
        rsa("1")
    ]));
    assert!(set.verify(&token(Algorithm::Rs256, Some("1"))).is_ok());
    assert!(set.verify(&token(Algorithm::Es256, Some("1"))).is_ok());
}

#[test]
fn an_unknown_kid_is_not_replaced_by_another_key() {
    let verdict = set(json!([rsa("1")])).verify(&token(Algorithm::Rs256, Some("2")));
    assert!(matches!(verdict, Err(JwksError::UnknownKey { .. })));
    assert!(verdict.unwrap_err().may_be_outdated());
}

#[test]
fn a_single_key_without_a_name_is_the_one_meant() {
    let set = set(json!([published(keys::RFC_7515_A2_RSA, json!({}))]));
    assert!(set.verify(&token(Algorithm::Rs256, Some("anything"))).is_ok());
}

#[test]
fn a_key_for_encryption_or_another_algorithm_never_verifies() {
    for extra in [json!({"use": "enc"}), json!({"alg": "RSA-OAEP"}), json!({"alg": "RS512"})] {
        let set = set(json!([published(keys::RFC_7515_A2_RSA, extra.clone())]));
        let verdict = set.verify(&token(Algorithm::Rs256, None));
        assert!(matches!(verdict, Err(JwksError::NoKey { .. })), "{extra}");
    }
}

#[test]
fn keys_of_unknown_kinds_do_no_harm() {
    let set = set(json!([
        null, 5, {}, {"kty": "AKP"}, {"kty": "oct", "k": "c2VjcmV0"}, {"kty": "EC", "crv": "P-256", "x": "!"},
        {"kty": "RSA", "n": "", "e": ""}, rsa("1")
    ]));
    assert!(set.verify(&token(Algorithm::Rs256, Some("1"))).is_ok());
}

#[test]
fn a_document_without_keys_is_no_key_set() {
    for document in [json!(null), json!([]), json!({}), json!({"keys": {}}), json!("keys")] {
        assert!(Jwks::parse(&document).is_err(), "{document}");
    }
}

#[test]
fn a_shared_secret_in_a_key_set_verifies_nothing() {
    let secret = Secret::from("secret");
    let token = sign(Algorithm::Hs256, SigningKey::Secret(&secret), Map::new(), &Map::new()).unwrap();
    let set = set(json!([{"kty": "oct", "k": "c2VjcmV0"}]));
    assert!(set.verify(&Jwt::decode(&token).unwrap()).is_err());
}

/// A world with a key set, and what it takes to ask for it.
struct Scene {
    world: World,
    sets: KeySets,
    flow: Flow,
    url: Url,
}

impl Scene {
    fn new() -> Self {
        let world = World::new();
        let config = AuthConfig::from_json(&json!({"grant": "password"})).unwrap();
        let flow = Flow::new(&world.surroundings(), &config);
        Self {
            world,
            sets: KeySets::default(),
            flow,
            url: Url::parse("https://id.example.com/jwks").unwrap(),
        }
    }

    fn publish(&self, keys: Value) {
        self.world.provider.from_now_on("/jwks", Answer::json(json!({ "keys": keys })));
    }

    fn fetched(&self) -> Result<Fetched, Failure> {
        self.world.simulation.run(self.sets.of(&self.url, &self.flow))
    }

    fn newer(&self, known: &Fetched) -> Option<Fetched> {
        self.world.simulation.run(self.sets.newer_than(known, &self.url, &self.flow))
    }

    fn requests(&self) -> usize {
        self.world.provider.seen("/jwks").len()
    }

    fn wait(&self, seconds: u64) {
        let timer = self.flow.surroundings().timer.clone();
        self.world.simulation.run(timer.sleep(Duration::from_secs(seconds)));
    }
}

#[test]
fn a_key_set_is_fetched_once_and_kept_for_an_hour() {
    let scene = Scene::new();
    scene.publish(json!([rsa("1")]));
    scene.fetched().unwrap();
    scene.wait(3500);
    scene.fetched().unwrap();
    assert_eq!(scene.requests(), 1);
    scene.wait(200);
    scene.fetched().unwrap();
    assert_eq!(scene.requests(), 2);
}

#[test]
fn rotated_keys_are_found_by_fetching_once_more() {
    let scene = Scene::new();
    scene.publish(json!([rsa("1")]));
    scene.fetched().unwrap();
    scene.publish(json!([rsa("2")]));
    let known = scene.fetched().unwrap();
    let newer = scene.newer(&known).unwrap();
    assert!(newer.set.verify(&token(Algorithm::Rs256, Some("2"))).is_ok());
    assert_eq!(scene.requests(), 2);
}

#[test]
fn unknown_keys_can_not_cause_a_flood_of_requests() {
    let scene = Scene::new();
    scene.publish(json!([rsa("1")]));
    scene.fetched().unwrap();
    for _ in 0..5 {
        let known = scene.fetched().unwrap();
        scene.newer(&known);
    }
    assert_eq!(scene.requests(), 2);
    scene.wait(11);
    let known = scene.fetched().unwrap();
    assert!(scene.newer(&known).is_some());
    assert_eq!(scene.requests(), 3);
}

#[test]
fn a_key_set_fetched_this_moment_is_not_fetched_again() {
    let scene = Scene::new();
    scene.publish(json!([rsa("1")]));
    let known = scene.fetched().unwrap();
    assert!(scene.newer(&known).is_none());
    assert_eq!(scene.requests(), 1);
}

#[test]
fn an_answer_that_is_no_key_set_is_a_failed_step_that_says_why() {
    for (answer, cause) in [
        (Answer::raw(500, "text/html", "<h1>Oops</h1>"), "500"),
        (Answer::raw(302, "text/html", ""), "302"),
        (Answer::raw(200, "text/html", "<h1>Oops</h1>"), "no JSON"),
        (Answer::json(json!({"keys": []})).incomplete(Completeness::CutOff), "cut off"),
        (Answer::json(json!({"keys": []})).incomplete(Completeness::TooLong), "too long"),
        (Answer::json(json!({"error": "x"})), "keys"),
    ] {
        let scene = Scene::new();
        scene.world.provider.on("/jwks", answer);
        let failure = scene.fetched().err().unwrap();
        assert!(failure.cause.contains(cause), "{}", failure.cause);
        let steps = scene.flow.steps();
        assert_eq!((steps[0].step, steps[0].result), (Step::Jwks, StepResult::Failed));
    }
}

#[test]
fn a_failure_is_not_kept() {
    let scene = Scene::new();
    scene.world.provider.on("/jwks", Answer::raw(503, "text/plain", ""));
    assert!(scene.fetched().is_err());
    scene.publish(json!([rsa("1")]));
    assert!(scene.fetched().is_ok());
}

#[test]
fn an_older_key_set_is_used_on_for_a_day_while_no_newer_one_can_be_had() {
    let scene = Scene::new();
    scene.publish(json!([rsa("1")]));
    scene.fetched().unwrap();
    scene.world.provider.from_now_on("/jwks", Answer::raw(503, "text/plain", ""));
    scene.wait(7200);
    assert!(scene.fetched().is_ok());
    assert_eq!(scene.requests(), 2);
    scene.wait(86_400);
    assert!(scene.fetched().is_err());
}

#[test]
fn one_set_serves_several_flows() {
    let scene = Scene::new();
    scene.publish(json!([rsa("1")]));
    let first = scene.fetched().unwrap();
    assert!(Arc::ptr_eq(&first.set, &scene.fetched().unwrap().set));
}
