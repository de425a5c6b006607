//! Signing in through the browser.

use super::*;

#[test]
fn nobody_coming_back_ends_after_the_time_limit() {
    let scene = Scene::new(json!({"grant": "authorization_code", "login_timeout_seconds": 60}));
    let before = scene.world.simulation.now();
    let failure = scene.run().err().unwrap();
    assert_eq!(failure.code, Code::Timeout);
    assert_eq!(scene.world.simulation.now() - before, 60_000);
    assert_eq!(scene.world.browser.concluded(), [false]);
}

#[test]
fn cancel_is_always_there() {
    let scene = Scene::new(json!({"grant": "authorization_code"}));
    let cancel = async {
        settle(&scene.world.simulation).await;
        scene.person.cancel();
    };
    let (outcome, ()) = scene.world.simulation.run(join(scene.obtain(), cancel));
    assert_eq!(outcome.err().unwrap().code, Code::Cancelled);
}

#[test]
fn a_thousand_wrong_answers_do_not_end_the_wait() {
    let scene = Scene::granting(json!({"grant": "authorization_code"}));
    let attack = async {
        settle(&scene.world.simulation).await;
        for number in 0..1000 {
            scene.person.paste(&format!("http://127.0.0.1:49152/callback?code=evil&state={number}"));
        }
        scene.person.paste("not a URL");
        settle(&scene.world.simulation).await;
        let url = &scene.world.browser.opened()[0];
        let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
        scene.person.paste(&format!("http://127.0.0.1:49152/callback?code=good&state={state}"));
    };
    let (outcome, ()) = scene.world.simulation.run(join(scene.obtain(), attack));
    assert_eq!(access_token(&outcome), "granted");
    assert_eq!(scene.token_request().field("code").as_deref(), Some("good"));
}

#[test]
fn a_redirect_uri_that_we_cannot_serve_works_by_pasting() {
    let scene = Scene::granting(json!({
        "grant": "authorization_code", "redirect_uri": "https://app.example.com/cb"
    }));
    let paste = async {
        settle(&scene.world.simulation).await;
        let url = &scene.world.browser.opened()[0];
        let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
        scene.person.paste(&format!("https://app.example.com/cb?code=c&state={state}"));
    };
    let (outcome, ()) = scene.world.simulation.run(join(scene.obtain(), paste));
    assert_eq!(access_token(&outcome), "granted");
    assert!(matches!(&scene.person.shown()[0], WaitingFor::SignIn { listening: false, .. }));
    assert_eq!(scene.token_request().field("redirect_uri").as_deref(), Some("https://app.example.com/cb"));
}

#[test]
fn a_no_of_the_provider_ends_the_wait_with_its_reason() {
    let scene = Scene::new(json!({"grant": "authorization_code"}));
    scene.login_page(&[("error", "access_denied"), ("error_description", "Consent was refused")]);
    let failure = scene.run().err().unwrap();
    assert_eq!(failure.code, Code::AccessDenied);
    assert!(failure.cause.contains("Consent was refused"), "{}", failure.cause);
    let steps: Vec<_> = failure.flow.iter().map(|step| step.step).collect();
    assert_eq!(steps, [Step::Authorization, Step::Callback]);
}

#[test]
fn an_authorization_endpoint_that_is_no_web_page_is_never_opened() {
    let scene = Scene::new(json!({
        "grant": "authorization_code", "authorization_endpoint": "http://id.example.com/authorize"
    }));
    assert_eq!(scene.run().err().unwrap().code, Code::Configuration);
    assert!(scene.world.browser.opened().is_empty());
}

#[test]
fn a_pushed_request_leaves_only_its_reference_in_the_browser() {
    let scene = Scene::granting(json!({
        "grant": "authorization_code", "par": "always", "client_secret": "s",
        "pushed_authorization_request_endpoint": "https://id.example.com/par"
    }));
    scene
        .world
        .provider
        .on("/par", Answer::status(201, json!({"request_uri": "urn:example:1", "expires_in": 60})));
    scene.world.simulation.run(async {
        let mut obtain = pin!(scene.obtain());
        let mut settled = pin!(settle(&scene.world.simulation));
        futures_util::future::select(obtain.as_mut(), settled.as_mut()).await;
    });
    let url = &scene.world.browser.opened()[0];
    assert_eq!(url.query(), Some("client_id=photos&request_uri=urn%3Aexample%3A1"));
    let pushed = &scene.world.provider.seen("/par")[0];
    assert!(pushed.field("state").is_some() && pushed.field("code_challenge").is_some());
    assert!(pushed.header("authorization").unwrap().starts_with("Basic "));
}

#[test]
fn the_flow_shows_each_step_and_no_secret() {
    let scene = Scene::granting(json!({"grant": "authorization_code", "client_secret": "canary-secret"}));
    scene.login_page(&[("code", "canary-code")]);
    assert_eq!(access_token(&scene.run()), "granted");
    let steps = scene.steps.all();
    let names: Vec<_> = steps.iter().map(|step| step.step).collect();
    assert_eq!(names, [Step::Authorization, Step::Callback, Step::Token, Step::Store]);
    let shown = serde_json::to_string(&steps).unwrap();
    let verifier = scene.token_request().field("code_verifier").unwrap();
    for secret in ["canary-secret", "canary-code", "granted", &verifier] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}
