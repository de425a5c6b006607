//! The negative modules of the OpenID Foundation's conformance suite for relying parties, and the must-accept traps.

use super::*;

#[test]
fn oidcc_client_test_invalid_iss() {
    let detail = rejected(&Scene::new().claim("iss", json!("https://id.example.com/")), "iss");
    assert!(detail.contains("https://id.example.com/, expected https://id.example.com."), "{detail}");
}

#[test]
fn oidcc_client_test_missing_iss() {
    rejected(&Scene::new().claim("iss", Value::Null), "iss");
}

#[test]
fn oidcc_client_test_missing_sub() {
    rejected(&Scene::new().claim("sub", Value::Null), "sub");
    rejected(&Scene::new().claim("sub", json!("")), "sub");
    rejected(&Scene::new().claim("sub", json!(5)), "sub");
}

#[test]
fn oidcc_client_test_invalid_aud() {
    let detail = rejected(&Scene::new().claim("aud", json!("photos-web")), "aud");
    assert!(detail.contains("photos-web") && detail.contains("photos."), "{detail}");
}

#[test]
fn oidcc_client_test_missing_aud() {
    for aud in [Value::Null, json!([]), json!([5]), json!({})] {
        rejected(&Scene::new().claim("aud", aud), "aud");
    }
}

#[test]
fn oidcc_client_test_missing_iat() {
    rejected(&Scene::new().claim("iat", Value::Null), "iat");
}

#[test]
fn oidcc_client_test_nonce_invalid() {
    let detail = rejected(&Scene::new().claim("nonce", json!("replayed")), "nonce");
    assert!(detail.contains("another sign-in"), "{detail}");
    rejected(&Scene::new().claim("nonce", Value::Null), "nonce");
    rejected(&Scene::new().claim("nonce", json!(["n-0S6_WzA2Mj"])), "nonce");
}

#[test]
fn oidcc_client_test_invalid_sig_rs256() {
    for algorithm in [Algorithm::Rs256, Algorithm::Es256, Algorithm::Hs256] {
        let scene = Scene::new().algorithm(algorithm);
        let forged = Scene::new().algorithm(algorithm).claim("sub", json!("mallory")).token();
        let sound = scene.token();
        let signature = sound.expose().rsplit('.').next().unwrap();
        let (signed, _) = forged.expose().rsplit_once('.').unwrap();
        let verdict = scene.verdict_on(&Secret::new(format!("{signed}.{signature}")), |_| ());
        only_failure(&verdict, "signature");
    }
}

#[test]
fn oidcc_client_test_idtoken_sig_none() {
    let sound = Scene::new().token();
    let payload = sound.expose().split('.').nth(1).unwrap();
    let unsigned =
        Secret::new(format!("{}.{payload}.", base64url::encode(json!({"alg": "none"}).to_string())));
    let detail = only_failure(&Scene::new().verdict_on(&unsigned, |_| ()), "signature");
    assert!(detail.contains("not registered"), "{detail}");
    let registered = Scene::new().config("id_token_signed_response_alg", json!("none"));
    let direct = registered.verdict_on(&unsigned, |_| ());
    assert_eq!(found(&direct, "signature").result, CheckResult::Skipped);
    let by_browser =
        registered.verdict_on(&unsigned, |expectations| expectations.source = Source::AuthorizationEndpoint);
    only_failure(&by_browser, "signature");
    let announced = Scene::new()
        .verdict_on(&unsigned, |expectations| expectations.announced_algorithms = Some(&["none"]));
    only_failure(&announced, "signature");
}

#[test]
fn oidcc_client_test_missing_and_invalid_at_hash() {
    let access_token = Secret::from("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y");
    let by_browser = |scene: &Scene| {
        let access_token = access_token.clone();
        let token = scene.token();
        let config = AuthConfig::from_json(&scene.config).unwrap();
        let rule = IssuerRule::of(&config);
        let mut expectations = Expectations::of(&config, &rule, Source::AuthorizationEndpoint, NOW * 1000);
        expectations.access_token = Some(&access_token);
        verify_with(&token, &expectations, Keys::Published(&scene.jwks))
    };
    // The example of OpenID Connect Core, appendix A.3.
    let right = Scene::new().claim("at_hash", json!("77QmUPtjPfzWtF2AnpK9RQ"));
    assert_eq!(found(&by_browser(&right), "at_hash").result, CheckResult::Pass);
    only_failure(&by_browser(&Scene::new()), "at_hash");
    only_failure(&by_browser(&Scene::new().claim("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA"))), "at_hash");
    only_failure(&by_browser(&Scene::new().claim("at_hash", json!(5))), "at_hash");
}

#[test]
fn oidcc_client_test_missing_and_invalid_c_hash() {
    let code = Secret::from("Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk");
    let by_browser = |scene: &Scene| {
        let token = scene.token();
        let config = AuthConfig::from_json(&scene.config).unwrap();
        let rule = IssuerRule::of(&config);
        let mut expectations = Expectations::of(&config, &rule, Source::AuthorizationEndpoint, NOW * 1000);
        expectations.code = Some(&code);
        verify_with(&token, &expectations, Keys::Published(&scene.jwks))
    };
    // The example of OpenID Connect Core, appendix A.4.
    let right = Scene::new().claim("c_hash", json!("LDktKdoQak3Pk0cnXxCltA"));
    assert_eq!(found(&by_browser(&right), "c_hash").result, CheckResult::Pass);
    only_failure(&by_browser(&Scene::new()), "c_hash");
    only_failure(&by_browser(&Scene::new().claim("c_hash", json!("AAAAAAAAAAAAAAAAAAAAAA"))), "c_hash");
}

#[test]
fn oidcc_client_test_userinfo_invalid_sub() {
    let verdict = Scene::new().verdict(|expectations| expectations.userinfo_subject = Some("mallory"));
    let detail = only_failure(&verdict, "sub");
    assert!(detail.contains("alice") && detail.contains("mallory"), "{detail}");
    let verdict = Scene::new().verdict(|expectations| expectations.userinfo_subject = Some("alice"));
    assert!(verdict.is_sound());
}

// The must-accept traps.

#[test]
fn an_audience_in_a_list_is_accepted() {
    assert!(Scene::new().claim("aud", json!(["photos"])).verdict(|_| ()).is_sound());
}

#[test]
fn a_hash_is_made_with_the_hash_of_the_signature_algorithm() {
    let token = Secret::from("token");
    for (algorithm, hash) in
        [(Algorithm::Es256, &SHA256), (Algorithm::Rs512, &SHA512), (Algorithm::EdDsa, &SHA512)]
    {
        let full = digest(hash, token.expose().as_bytes());
        let half = base64url::encode(&full.as_ref()[..full.as_ref().len() / 2]);
        let scene = Scene::new().algorithm(algorithm).claim("at_hash", json!(half));
        let config = AuthConfig::from_json(&scene.config).unwrap();
        let rule = IssuerRule::of(&config);
        let mut expectations = Expectations::of(&config, &rule, Source::TokenEndpoint, NOW * 1000);
        expectations.access_token = Some(&token);
        let verdict = verify_with(&scene.token(), &expectations, Keys::Published(&scene.jwks));
        assert_eq!(found(&verdict, "at_hash").result, CheckResult::Pass, "{algorithm}");
    }
}
