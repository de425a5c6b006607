#![allow(clippy::unwrap_used)]

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join;
use serde_json::json;

use super::*;
use crate::keeper::{Keeper, TokenDemand};
use crate::ports::{Clock, Timer, WaitingFor};
use crate::testing::{Answer, FakePerson, SeenRequest, Steps, World, settle};
use crate::token_set::StoredTokens;

struct Scene {
    world: World,
    person: Arc<FakePerson>,
    demand: TokenDemand,
    steps: Arc<Steps>,
}

impl Scene {
    fn new(config: Value) -> Self {
        let mut all = json!({
            "client_id": "photos", "scope": "openid photos", "token_endpoint": "https://id.example.com/token",
            "authorization_endpoint": "https://id.example.com/authorize",
            "device_authorization_endpoint": "https://id.example.com/device",
            "backchannel_authentication_endpoint": "https://id.example.com/backchannel"
        });
        all.as_object_mut().unwrap().extend(config.as_object().unwrap().clone());
        let config = AuthConfig::from_json(&all).unwrap_or_else(|failure| panic!("{}", failure.cause));
        let demand = TokenDemand { config, environment: String::new() };
        Self { world: World::new(), person: Arc::default(), demand, steps: Arc::default() }
    }

    fn granting(config: Value) -> Self {
        let scene = Self::new(config);
        scene
            .world
            .provider
            .on("/token", Answer::json(json!({"access_token": "granted", "token_type": "Bearer"})));
        scene
    }

    async fn obtain(&self) -> Result<StoredTokens, Failure> {
        let keeper = Keeper::new(self.world.surroundings());
        keeper.obtain(&self.demand, self.person.clone(), self.steps.clone()).await
    }

    fn run(&self) -> Result<StoredTokens, Failure> {
        self.world.simulation.run(self.obtain())
    }

    fn token_request(&self) -> SeenRequest {
        let requests = self.world.provider.seen("/token");
        assert_eq!(requests.len(), 1);
        requests[0].clone()
    }

    /// A login page that answers with these parameters and the right state.
    fn login_page(&self, parameters: &'static [(&'static str, &'static str)]) {
        self.world.browser.login_page(move |url| {
            let state = url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
            let given = parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            Some(given.chain([("state".to_owned(), state)]).collect())
        });
    }
}

fn access_token(outcome: &Result<StoredTokens, Failure>) -> &str {
    match outcome {
        Ok(stored) => stored.tokens.access_token.as_ref().unwrap().expose(),
        Err(failure) => panic!("{}: {}", failure.message, failure.cause),
    }
}

fn fields(request: &SeenRequest) -> Vec<String> {
    request.form().into_iter().map(|(name, _)| name).collect()
}

mod sign_in {
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
        assert_eq!(
            scene.token_request().field("redirect_uri").as_deref(),
            Some("https://app.example.com/cb")
        );
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
}

mod implicit {
    use super::*;

    #[test]
    fn tokens_are_taken_from_the_answer_of_the_browser() {
        let scene = Scene::new(json!({"grant": "implicit", "scope": "photos"}));
        scene.login_page(&[("access_token", "front"), ("token_type", "bearer"), ("expires_in", "60")]);
        let outcome = scene.run();
        assert_eq!(access_token(&outcome), "front");
        let tokens = outcome.unwrap().tokens;
        assert_eq!(tokens.expires_at, Some(scene.world.simulation.now() + 60_000));
        assert!(!tokens.response.contains_key("state"));
        assert!(scene.world.provider.all_seen().is_empty());
    }

    #[test]
    fn a_forged_id_token_is_marked_and_a_failure() {
        let scene = Scene::new(json!({"grant": "implicit", "response_type": "id_token"}));
        scene.login_page(&[("id_token", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9.")]);
        assert_eq!(scene.run().err().unwrap().code, Code::IdTokenInvalid);
        let stored = scene.world.store.peek(&scene.demand.key()).unwrap();
        assert!(!stored.tokens.id_token_is_sound());
    }

    #[test]
    fn a_hybrid_answer_with_a_forged_id_token_is_not_redeemed() {
        let scene = Scene::granting(json!({"grant": "authorization_code", "response_type": "code id_token"}));
        scene.login_page(&[("code", "c"), ("id_token", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9.")]);
        assert_eq!(scene.run().err().unwrap().code, Code::IdTokenInvalid);
        assert!(scene.world.provider.all_seen().is_empty());
        assert!(scene.world.store.peek(&scene.demand.key()).is_none());
    }
}

mod polled {
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
        let scene =
            device(vec![refusal("authorization_pending"), refusal("authorization_pending"), granted()]);
        let before = scene.world.simulation.now();
        assert_eq!(access_token(&scene.run()), "granted");
        assert_eq!(scene.world.simulation.now() - before, 15_000);
        let request = &scene.world.provider.seen("/token")[0];
        assert_eq!(
            request.field("grant_type").as_deref(),
            Some("urn:ietf:params:oauth:grant-type:device_code")
        );
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
            scene
                .world
                .provider
                .on("/backchannel", Answer::json(json!({"auth_req_id": "r1", "expires_in": 60})));
            let outcome = scene.run();
            assert_eq!(outcome.is_ok(), works, "{hints}");
            if works {
                let asked = &scene.world.provider.seen("/backchannel")[0];
                assert_eq!(asked.field("binding_message").as_deref(), Some("W4SCT"));
                assert_eq!(scene.token_request().field("auth_req_id").as_deref(), Some("r1"));
            }
        }
    }
}

mod direct {
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
        for (given, sent) in [("<a>?~</a>", "PGE-P348L2E-"), ("PGE+P348L2E+", "PGE-P348L2E-"), ("YQ==", "YQ")]
        {
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
        assert_eq!(
            request.field("actor_token_type").as_deref(),
            Some("urn:ietf:params:oauth:token-type:jwt")
        );
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
}

mod signed {
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
        let mut claims = json!({"iss": "https://id.example.com", "aud": "photos", "exp": exp, "code": "c", "state": state});
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
        let forged = after(|scene| {
            format!("response={}", answer(scene, "another-secret-of-32-characters!!!", json!({})))
        });
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
}

mod registered {
    use super::*;

    #[test]
    fn a_client_is_registered_as_the_config_wants_to_use_it() {
        let scene = Scene::new(json!({
            "grant": "authorization_code", "registration_endpoint": "https://id.example.com/register"
        }));
        scene.world.provider.on(
            "/register",
            Answer::status(
                201,
                json!({
                    "client_id": "c1", "client_secret": "canary-secret", "client_id_issued_at": 1
                }),
            ),
        );
        let keeper = Keeper::new(scene.world.surroundings());
        let registered = keeper.register(&scene.demand.config, scene.steps.clone());
        let registration = scene.world.simulation.run(registered).ok().unwrap();
        assert_eq!(registration.client_id, "c1");
        assert_eq!(registration.client_secret.unwrap().expose(), "canary-secret");
        let sent: Value = serde_json::from_str(&scene.world.provider.seen("/register")[0].body).unwrap();
        assert_eq!(sent["redirect_uris"], json!(["http://127.0.0.1/callback"]));
        assert_eq!(sent["token_endpoint_auth_method"], "none");
        assert_eq!(sent["grant_types"], json!(["authorization_code", "refresh_token"]));
        assert!(!serde_json::to_string(&scene.steps.all()).unwrap().contains("canary-secret"));
    }
}
