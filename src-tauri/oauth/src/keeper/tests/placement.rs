use http::Request;

use super::*;

fn attached(
    extra: Value,
    change: impl FnOnce(&mut StoredTokens),
    request: Request<Vec<u8>>,
) -> Result<Request<Vec<u8>>, Failure> {
    let scene = Scene::new();
    let demand = demand(extra);
    let mut stored = scene.living(600);
    change(&mut stored);
    scene.store(&demand, stored);
    let mut request = request;
    scene.sent(&demand).attach(&mut request).map(|()| request)
}

fn get() -> Request<Vec<u8>> {
    Request::get("https://api.example.com/photos?size=1").body(Vec::new()).unwrap()
}

#[test]
fn a_header_of_any_name_and_prefix_carries_the_token() {
    for (extra, name, expected) in [
        (json!({}), "authorization", "Bearer old-access"),
        (json!({"header_prefix": ""}), "authorization", "old-access"),
        (json!({"header_name": "X-Token", "header_prefix": "Token"}), "x-token", "Token old-access"),
    ] {
        let request = attached(extra, |_| {}, get()).unwrap();
        assert_eq!(request.headers()[name], expected);
        assert!(request.headers()[name].is_sensitive());
    }
}

#[test]
fn the_query_or_a_form_body_may_carry_it() {
    let request = attached(json!({"send_in": "query"}), |_| {}, get()).unwrap();
    assert_eq!(request.uri().query(), Some("size=1&access_token=old-access"));
    let form = Request::post("https://api.example.com/photos")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(b"a=1".to_vec())
        .unwrap();
    let request = attached(json!({"send_in": "body", "parameter_name": "token"}), |_| {}, form).unwrap();
    assert_eq!(request.body(), b"a=1&token=old-access");
}

#[test]
fn a_body_that_is_no_form_cannot_carry_it() {
    let body = Request::post("https://api.example.com/")
        .header("content-type", "application/json")
        .body(b"{}".to_vec());
    let failure = attached(json!({"send_in": "body"}), |_| {}, body.unwrap()).err().unwrap();
    assert_eq!(failure.code, Code::Configuration);
}

#[test]
fn a_token_with_a_line_break_is_never_sent() {
    for token in ["a\r\nX-Evil: 1", "a\nb", "a\0b"] {
        let change = |stored: &mut StoredTokens| stored.tokens.access_token = Some(Secret::new(token));
        let failure = attached(json!({}), change, get()).err().unwrap();
        assert_eq!(failure.code, Code::Configuration);
        assert!(!failure.cause.contains("Evil"));
    }
}

#[test]
fn a_token_of_unknown_type_is_not_sent_as_bearer() {
    let scene = Scene::new();
    let mut stored = scene.living(600);
    stored.tokens.token_type = "mac".to_owned();
    let by_default = demand(json!({}));
    scene.store(&by_default, stored.clone());
    assert_eq!(scene.held(&by_default, &SendTerms::default()).reason, HeldReason::UnknownTokenType);
    let with_prefix = demand(json!({"header_prefix": "MAC"}));
    scene.store(&with_prefix, stored);
    assert_eq!(scene.sent(&with_prefix).preview(), "Authorization: MAC •••");
}

#[test]
fn any_case_of_bearer_is_bearer() {
    let change = |stored: &mut StoredTokens| stored.tokens.token_type = "bEARER".to_owned();
    assert_eq!(attached(json!({}), change, get()).unwrap().headers()["authorization"], "Bearer old-access");
}

#[test]
fn the_id_token_is_sent_where_it_is_chosen_and_its_own_expiry_decides() {
    let scene = Scene::new();
    let demand = demand(json!({"use_token": "id_token", "scope": "openid"}));
    let id_token = |seconds: i64| {
        use base64::Engine as _;
        let part = |value: Value| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(value.to_string());
        let claims = part(json!({"exp": scene.now() / 1000 + seconds}));
        Some(Secret::new(format!("{}.{claims}.c2ln", part(json!({"alg": "RS256"})))))
    };
    let mut stored = scene.living(-100);
    stored.tokens.id_token = id_token(3600);
    scene.store(&demand, stored.clone());
    let token = scene.sent(&demand);
    assert_eq!(token.kind(), crate::config::UseToken::IdToken);
    assert!(token.token().expose().starts_with("eyJ"));

    // The access token would live on; the ID token has ended, and a refresh brings no new one: no loop.
    scene.world.provider.on("/token", Answer::json(json!({"access_token": "new", "expires_in": 3600})));
    let mut stored = scene.living(3600);
    stored.tokens.id_token = id_token(-5);
    scene.store(&demand, stored);
    assert_eq!(scene.held(&demand, &SendTerms::default()).reason, HeldReason::RenewalFailed);
    for _ in 0..3 {
        assert_eq!(scene.held(&demand, &SendTerms::default()).reason, HeldReason::SignInNeeded);
    }
    assert_eq!(scene.token_requests(), 1);
}

#[test]
fn an_id_token_that_failed_a_check_is_sent_only_if_the_person_says_so() {
    let scene = Scene::new();
    let mut stored = scene.living(600);
    stored.tokens.id_token = Some(Secret::new("a.e30.c"));
    stored.tokens.id_token_checks = vec![Check {
        check: "aud".to_owned(),
        result: crate::token_set::CheckResult::Fail,
        detail: "It is for another client.".to_owned(),
    }];
    let strict = demand(json!({"use_token": "id_token"}));
    scene.store(&strict, stored.clone());
    let held = scene.held(&strict, &SendTerms::default());
    assert_eq!(held.reason, HeldReason::IdTokenInvalid);
    assert!(held.message.contains("another client"));
    assert!(matches!(scene.send(&strict, &anyway()), Decision::Send(_)));
    let allowed = demand(json!({"use_token": "id_token", "allow_invalid_id_token": true}));
    assert!(matches!(scene.send(&allowed, &SendTerms::default()), Decision::Send(_)));
    // The access token of the same set is not touched by it.
    assert_eq!(scene.sent(&demand(json!({}))).token().expose(), "old-access");
}

#[test]
fn a_missing_id_token_is_explained_by_the_missing_scope() {
    let scene = Scene::new();
    let demand = demand(json!({"use_token": "id_token"}));
    scene.store(&demand, scene.living(600));
    let held = scene.held(&demand, &SendTerms::default());
    assert_eq!(held.reason, HeldReason::NoIdToken);
    assert!(held.message.contains("openid"), "{}", held.message);
}

#[test]
fn a_bound_token_is_sent_with_the_dpop_scheme_and_a_proof() {
    let scene = Scene::new();
    scene.world.provider.on("/token", Answer::json(json!({"access_token": "bound", "token_type": "DPoP"})));
    let demand = demand(
        json!({"grant": "client_credentials", "client_secret": "s", "dpop": true, "send_in": "query"}),
    );
    let mut request = get();
    scene.sent(&demand).attach(&mut request).unwrap();
    assert_eq!(request.headers()["authorization"], "DPoP bound");
    let proof = Secret::new(request.headers()["dpop"].to_str().unwrap());
    let proof = crate::jwt::Jwt::decode(&proof).unwrap();
    assert_eq!(proof.claims()["htu"], "https://api.example.com/photos");
    assert_eq!(proof.claims()["htm"], "GET");
    assert!(proof.claims().contains_key("ath"));
}
