//! Grants that ask again and again: device code and CIBA.

use super::*;

fn device(answers: Vec<Answer>) -> Scene {
    let scene = Scene::new(json!({"grant": "device_code", "scope": "photos"}));
    scene.world.provider.on("/device", Answer::json(json!({
        "device_code": "canary-device", "user_code": "WDJB-MJHT", "verification_uri": "https://id.example.com/go",
        "expires_in": 60, "interval": 5
    })));
    for answer in answers {
        scene.world.provider.on("/token", answer);
    }
    scene
}

fn refusal(error: &str) -> Answer {
    Answer::status(400, json!({"error": error}))
}

fn granted() -> Answer {
    Answer::json(json!({"access_token": "granted", "token_type": "Bearer"}))
}

#[test]
fn asks_at_the_interval_until_somebody_has_signed_in() {
    let scene = device(vec![refusal("authorization_pending"), refusal("authorization_pending"), granted()]);
    let before = scene.world.simulation.now();
    assert_eq!(access_token(&scene.run()), "granted");
    assert_eq!(scene.world.simulation.now() - before, 15_000);
    let request = &scene.world.provider.seen("/token")[0];
    assert_eq!(request.field("grant_type").as_deref(), Some("urn:ietf:params:oauth:grant-type:device_code"));
    assert_eq!(request.field("device_code").as_deref(), Some("canary-device"));
    assert_eq!(request.field("client_id").as_deref(), Some("photos"));
    let WaitingFor::Device { user_code, interval, .. } = &scene.person.shown()[0] else { panic!() };
    assert_eq!((user_code.as_str(), *interval), ("WDJB-MJHT", 5));
    assert!(!serde_json::to_string(&scene.steps.all()).unwrap().contains("canary"));
}

#[test]
fn slow_down_adds_five_seconds_for_good() {
    let scene = device(vec![refusal("slow_down"), refusal("authorization_pending"), granted()]);
    let before = scene.world.simulation.now();
    assert_eq!(access_token(&scene.run()), "granted");
    assert_eq!(scene.world.simulation.now() - before, 25_000);
}

#[test]
fn a_lost_answer_doubles_the_interval_and_is_no_end() {
    let lost = Answer::failure(crate::ports::TransportErrorKind::Timeout, true);
    let scene = device(vec![lost, granted()]);
    let before = scene.world.simulation.now();
    assert_eq!(access_token(&scene.run()), "granted");
    assert_eq!(scene.world.simulation.now() - before, 15_000);
}

#[test]
fn a_no_or_an_expired_code_ends_the_wait() {
    assert_eq!(device(vec![refusal("access_denied")]).run().err().unwrap().code, Code::AccessDenied);
    let expired = device(vec![refusal("expired_token")]);
    assert!(expired.run().err().unwrap().reports("expired_token"));
    assert_eq!(expired.world.provider.seen("/token").len(), 1, "it is not asked about again");
}

#[test]
fn the_wait_ends_when_the_provider_stops_waiting() {
    let scene = device(vec![refusal("authorization_pending")]);
    let before = scene.world.simulation.now();
    assert_eq!(scene.run().err().unwrap().code, Code::Timeout);
    assert_eq!(scene.world.simulation.now() - before, 60_000);
}

#[test]
fn cancel_ends_it_at_once() {
    let scene = device(vec![refusal("authorization_pending")]);
    let cancel = async {
        scene.world.simulation.sleep(Duration::from_secs(12)).await;
        scene.person.cancel();
    };
    let (outcome, ()) = scene.world.simulation.run(join(scene.obtain(), cancel));
    assert_eq!(outcome.err().unwrap().code, Code::Cancelled);
    assert_eq!(scene.world.provider.seen("/token").len(), 2);
}

#[test]
fn a_verification_address_that_is_no_web_page_is_refused() {
    let scene = Scene::new(json!({"grant": "device_code"}));
    scene.world.provider.on(
        "/device",
        Answer::json(json!({
            "device_code": "d", "user_code": "u", "verification_uri": "javascript:alert(1)"
        })),
    );
    assert_eq!(scene.run().err().unwrap().code, Code::InvalidResponse);
}

#[test]
fn backchannel_authentication_needs_exactly_one_hint() {
    for (hints, works) in [
        (json!({}), false),
        (json!({"login_hint": "alice"}), true),
        (json!({"login_hint": "alice", "login_hint_token": "t"}), false),
    ] {
        let mut config = json!({"grant": "ciba", "client_secret": "s", "binding_message": "W4SCT"});
        config.as_object_mut().unwrap().extend(hints.as_object().unwrap().clone());
        let scene = Scene::granting(config);
        scene.world.provider.on("/backchannel", Answer::json(json!({"auth_req_id": "r1", "expires_in": 60})));
        let outcome = scene.run();
        assert_eq!(outcome.is_ok(), works, "{hints}");
        if works {
            let asked = &scene.world.provider.seen("/backchannel")[0];
            assert_eq!(asked.field("binding_message").as_deref(), Some("W4SCT"));
            assert_eq!(scene.token_request().field("auth_req_id").as_deref(), Some("r1"));
        }
    }
}
