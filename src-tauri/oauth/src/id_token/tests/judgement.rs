//! Audiences, algorithms, issuers, times and authentication context.

use super::*;

// Audiences (OpenID Connect Core §3.1.3.7, 3–5).

#[test]
fn several_audiences_need_an_authorized_party_that_is_us() {
    let with = |azp: Value| Scene::new().claim("aud", json!(["photos", "api"])).claim("azp", azp);
    assert!(with(json!("photos")).verdict(|_| ()).is_sound());
    rejected(&with(json!("api")), "azp");
    rejected(&with(Value::Null), "azp");
    rejected(&with(json!(["photos"])), "azp");
    rejected(&Scene::new().claim("azp", json!("somebody-else")), "azp");
}

// Algorithms.

#[test]
fn an_algorithm_that_is_not_announced_is_rejected() {
    let verdict = Scene::new().verdict(|expectations| {
        expectations.announced_algorithms = Some(&["ES256", "PS256"]);
    });
    let detail = only_failure(&verdict, "signature");
    assert!(detail.contains("RS256") && detail.contains("ES256, PS256"), "{detail}");
}

#[test]
fn another_algorithm_than_the_registered_one_is_rejected() {
    rejected(&Scene::new().config("id_token_signed_response_alg", json!("ES256")), "signature");
    assert!(Scene::new().config("id_token_signed_response_alg", json!("RS256")).verdict(|_| ()).is_sound());
}

#[test]
fn hs256_is_verified_with_the_client_secret() {
    assert!(Scene::new().algorithm(Algorithm::Hs256).verdict(|_| ()).is_sound());
    let other = Scene::new().algorithm(Algorithm::Hs256).config("client_secret", json!("another"));
    rejected(&other, "signature");
    let mut public = Scene::new().algorithm(Algorithm::Hs256);
    public.config.as_object_mut().unwrap().remove("client_secret");
    rejected(&public, "signature");
}

#[test]
fn a_public_key_as_the_secret_is_rejected() {
    let scene = Scene::new();
    let key = PrivateKey::from_jwk(&Secret::from(keys::RFC_7515_A2_RSA)).unwrap();
    let public = Secret::new(Value::Object(key.public_key().to_members()).to_string());
    let token = sign(Algorithm::Hs256, SigningKey::Secret(&public), Map::new(), &scene.claims).unwrap();
    only_failure(&scene.verdict_on(&token, |_| ()), "signature");
}

#[test]
fn without_a_key_set_only_a_token_from_the_token_endpoint_is_let_off() {
    let scene = Scene::new();
    let config = AuthConfig::from_json(&scene.config).unwrap();
    let rule = IssuerRule::of(&config);
    for (source, expected) in [
        (Source::TokenEndpoint, CheckResult::Skipped),
        (Source::Refresh, CheckResult::Skipped),
        (Source::AuthorizationEndpoint, CheckResult::Fail),
    ] {
        let expectations = Expectations::of(&config, &rule, source, NOW * 1000);
        let verdict = verify_with(&scene.token(), &expectations, Keys::Unknown);
        assert_eq!(found(&verdict, "signature").result, expected, "{source:?}");
    }
}

// Issuers.

#[test]
fn a_tenant_is_accepted_by_an_override_that_the_verdict_shows() {
    let template = "https://login.microsoftonline.com/{tenantid}/v2.0";
    let scene = Scene::new()
        .config("issuer", json!("https://login.microsoftonline.com/common/v2.0"))
        .claim("iss", json!("https://login.microsoftonline.com/9188040d/v2.0"))
        .claim("tid", json!("9188040d"));
    let accepting = |accepted: Value| Scene {
        config: {
            let mut config = scene.config.clone();
            config["accepted_issuers"] = accepted;
            config
        },
        claims: scene.claims.clone(),
        ..Scene::new()
    };
    let check = accepting(json!([template])).check("iss");
    assert_eq!(check.result, CheckResult::Pass);
    assert!(check.detail.contains("override") && check.detail.contains(template), "{}", check.detail);
    rejected(&accepting(json!([])), "iss");
    rejected(&accepting(json!([template])).claim("tid", json!("another-tenant")), "iss");
}

#[test]
fn without_an_issuer_to_compare_the_check_is_skipped_and_says_so() {
    let mut scene = Scene::new();
    scene.config.as_object_mut().unwrap().remove("issuer");
    let check = scene.check("iss");
    assert_eq!(check.result, CheckResult::Skipped);
    assert!(check.detail.contains(ISSUER), "{}", check.detail);
}

// Times.

#[test]
fn clocks_may_differ_by_a_minute() {
    for (name, offset, sound) in [
        ("exp", -59, true),
        ("exp", -60, false),
        ("exp", -61, false),
        ("nbf", 60, true),
        ("nbf", 61, false),
        ("iat", 60, true),
        ("iat", 61, false),
    ] {
        let scene = Scene::new().claim(name, json!(NOW + offset));
        assert_eq!(scene.check(name).result == CheckResult::Pass, sound, "{name} {offset}");
    }
}

#[test]
fn the_verdict_tells_how_far_off_a_time_is() {
    let detail = rejected(&Scene::new().claim("exp", json!(NOW - 3600)), "exp");
    assert!(detail.contains("2025-12-31T23:00:00Z, 60 min ago"), "{detail}");
}

#[test]
fn times_may_have_fractions_but_must_be_numbers() {
    assert!(Scene::new().claim("exp", json!(NOW as f64 + 0.5)).verdict(|_| ()).is_sound());
    rejected(&Scene::new().claim("exp", json!("tomorrow")), "exp");
    rejected(&Scene::new().claim("exp", Value::Null), "exp");
    rejected(&Scene::new().claim("nbf", json!([])), "nbf");
    assert!(Scene::new().claim("exp", json!(1e300)).verdict(|_| ()).is_sound());
    rejected(&Scene::new().claim("exp", json!(-1e300)), "exp");
}

#[test]
fn a_wrong_clock_here_is_forgiven_if_the_providers_agrees_and_is_told() {
    let scene = Scene::new().claim("iat", json!(NOW + 600)).claim("exp", json!(NOW + 900));
    let verdict = scene.verdict(|expectations| expectations.server_time = Some((NOW + 600) * 1000));
    let check = found(&verdict, "iat");
    assert_eq!(check.result, CheckResult::Pass);
    assert!(check.detail.contains("10 min behind"), "{}", check.detail);
    rejected(&scene, "iat");
}

#[test]
fn a_token_that_both_clocks_call_expired_is_rejected() {
    let scene = Scene::new().claim("exp", json!(NOW - 3600));
    let verdict = scene.verdict(|expectations| expectations.server_time = Some((NOW - 600) * 1000));
    let detail = only_failure(&verdict, "exp");
    assert!(detail.contains("ahead"), "{detail}");
}

#[test]
fn max_age_needs_a_recent_authentication_time() {
    let with = |auth_time: Value| Scene::new().config("max_age", json!(300)).claim("auth_time", auth_time);
    assert!(with(json!(NOW - 300)).verdict(|_| ()).is_sound());
    rejected(&with(json!(NOW - 3600)), "auth_time");
    rejected(&with(Value::Null), "auth_time");
}

// Authentication context.

#[test]
fn an_acr_that_was_asked_for_is_compared() {
    let asked = |acr: Value| Scene::new().config("acr_values", json!("gold silver")).claim("acr", acr);
    assert_eq!(asked(json!("silver")).check("acr").result, CheckResult::Pass);
    assert_eq!(asked(Value::Null).check("acr").result, CheckResult::Skipped);
    let detail = rejected(&asked(json!("bronze")), "acr");
    assert!(detail.contains("bronze") && detail.contains("gold silver"), "{detail}");
}

#[test]
fn an_essential_acr_has_to_be_there() {
    let essential = json!({"id_token": {"acr": {"essential": true, "values": ["gold"]}}});
    let asked = |acr: Value| Scene::new().config("claims", essential.clone()).claim("acr", acr);
    assert_eq!(asked(json!("gold")).check("acr").result, CheckResult::Pass);
    rejected(&asked(Value::Null), "acr");
    rejected(&asked(json!("silver")), "acr");
}
