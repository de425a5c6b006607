//! With the provider's key set, fetched.

use super::*;

fn fetched_verdict(world: &World, key_sets: &KeySets, scene: &Scene) -> IdTokenVerdict {
    let config = AuthConfig::from_json(&scene.config).unwrap();
    let rule = IssuerRule::of(&config);
    let nonce = Secret::from("n-0S6_WzA2Mj");
    let mut expectations = Expectations::of(&config, &rule, Source::TokenEndpoint, NOW * 1000);
    expectations.nonce = Some(&nonce);
    let flow = Flow::new(&world.surroundings(), &config);
    let url = Url::parse("https://id.example.com/jwks").unwrap();
    world.simulation.run(verify(&scene.token(), &expectations, key_sets, Some(&url), &flow))
}

fn published(kid: &str) -> Answer {
    let key = PrivateKey::from_jwk(&Secret::from(keys::RFC_7515_A2_RSA)).unwrap();
    let mut members = key.public_key().to_members();
    members.insert("kid".to_owned(), json!(kid));
    Answer::json(json!({ "keys": [members] }))
}

fn named(kid: &str) -> Scene {
    Scene { header: Map::from_iter([("kid".to_owned(), json!(kid))]), ..Scene::new() }
}

#[test]
fn a_rotated_key_is_found_by_fetching_the_key_set_once_more() {
    let (world, key_sets) = (World::new(), KeySets::default());
    world.provider.on("/jwks", published("1")).on("/jwks", published("2"));
    assert!(fetched_verdict(&world, &key_sets, &named("1")).is_sound());
    assert!(fetched_verdict(&world, &key_sets, &named("2")).is_sound());
    assert_eq!(world.provider.seen("/jwks").len(), 2);
}

#[test]
fn an_unknown_key_is_rejected_after_fetching_once_more() {
    let (world, key_sets) = (World::new(), KeySets::default());
    world.provider.on("/jwks", published("1"));
    assert!(fetched_verdict(&world, &key_sets, &named("1")).is_sound());
    let detail = only_failure(&fetched_verdict(&world, &key_sets, &named("nobody-knows")), "signature");
    assert!(detail.contains("nobody-knows") && detail.contains("“1”"), "{detail}");
    assert_eq!(world.provider.seen("/jwks").len(), 2);
}

#[test]
fn a_key_set_that_can_not_be_read_fails_the_signature() {
    let (world, key_sets) = (World::new(), KeySets::default());
    world.provider.on("/jwks", Answer::raw(500, "text/html", "<h1>Oops</h1>"));
    only_failure(&fetched_verdict(&world, &key_sets, &Scene::new()), "signature");
}

#[test]
fn no_key_set_is_fetched_for_a_token_that_needs_none() {
    let (world, key_sets) = (World::new(), KeySets::default());
    assert!(fetched_verdict(&world, &key_sets, &Scene::new().algorithm(Algorithm::Hs256)).is_sound());
    assert!(world.provider.all_seen().is_empty());
}

mod hostile {
    use proptest::prelude::*;

    use super::*;

    fn value() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "\\PC{0,20}".prop_map(Value::from),
            Just(json!([])),
            Just(json!({"a": [1, "x"]})),
            Just(json!(["photos", 1])),
        ]
    }

    proptest! {
        #[test]
        fn no_claim_makes_it_panic(
            claims in proptest::collection::hash_map(
                prop::sample::select(CHECKS.to_vec()), value(), 0..8
            )
        ) {
            let mut scene = Scene::new().algorithm(Algorithm::Hs256);
            for (name, value) in claims {
                scene.claims.insert(name.to_owned(), value);
            }
            let verdict = scene.verdict(|expectations| expectations.max_age = Some(60));
            prop_assert_eq!(verdict.checks.len(), CHECKS.len());
        }

        #[test]
        fn no_header_makes_it_panic(alg in value(), kid in value(), crit in value()) {
            let header = json!({"alg": alg, "kid": kid, "crit": crit});
            let token = format!("{}.e30.AAAA", base64url::encode(header.to_string()));
            let verdict = Scene::new().verdict_on(&Secret::new(token), |_| ());
            prop_assert!(!verdict.is_sound());
        }
    }
}
