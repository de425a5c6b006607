//! Requests with OAuth 2.0: what the keeper decides, on the wire.

use std::sync::Arc;

use gatepass_oauth::config::UseToken;
use gatepass_oauth::keeper::{HeldReason, SendTerms};
use gatepass_oauth::testing::{Answer, FakePerson};
use gatepass_oauth::transcript::Step;
use serde_json::{Value, json};

use super::super::{ChosenEnvironment, CredentialPlace, Draft, Outcome, WillSend};
use super::stage::{Stage, auth, get, header, request};
use crate::exchange::CredentialPlaces;
use crate::template::VariableSet;
use crate::workspace::{Body, Environment, Id, Variable};

/// A stage whose provider grants numbered tokens that live an hour.
fn granting() -> Stage {
    let stage = Stage::new();
    for number in 1..=20 {
        let body = json!({
            "access_token": format!("the-access-token-{number}"), "refresh_token": format!("refresh-{number}"),
            "token_type": "Bearer", "expires_in": 3600, "tenant": "t1"
        });
        stage.world.provider.on("/token", Answer::json(body));
    }
    stage
}

/// A request with an auth config for client credentials, changed by `extra`.
fn draft(extra: Value) -> Draft {
    let mut params = json!({
        "grant": "client_credentials", "token_endpoint": "https://{{id host}}/token",
        "client_id": "{{client}}", "client_secret": "hunter2"
    });
    params.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    let mut draft = get("https://api.test/photos");
    Arc::make_mut(&mut draft.definition).auth = auth("oauth2", params);
    draft.globals = Arc::new(VariableSet::new(vec![
        Variable::new("id host", "id.example.com"),
        Variable::new("client", "photos"),
    ]));
    draft
}

fn interactive() -> Draft {
    draft(
        json!({"grant": "authorization_code", "authorization_endpoint": "https://id.example.com/authorize"}),
    )
}

fn authorization(stage: &Stage) -> Vec<String> {
    stage.sent().iter().map(|sent| sent.header("Authorization").unwrap_or_default().to_owned()).collect()
}

const INVALID_TOKEN: (&str, &str) = ("WWW-Authenticate", "Bearer error=\"invalid_token\"");

#[test]
fn a_token_is_obtained_silently_with_the_variables_of_the_config_resolved() {
    let stage = granting();
    let verdict = stage.send(draft(json!({})));
    assert_eq!(authorization(&stage), ["Bearer the-access-token-1"]);
    let asked = stage.world.provider.seen("/token").remove(0);
    assert_eq!(asked.url.as_str(), "https://id.example.com/token");
    let report = verdict.auth.unwrap();
    assert_eq!(
        (report.token_name.as_deref(), report.use_token),
        (Some("default"), Some(UseToken::AccessToken))
    );
    assert!(report.refreshed);
    assert!(verdict.flow.iter().any(|step| step.step == Step::Token));
}

#[test]
fn a_good_token_is_sent_again_without_a_flow() {
    let stage = granting();
    stage.send(draft(json!({})));
    let verdict = stage.send(draft(json!({})));
    assert_eq!(authorization(&stage), ["Bearer the-access-token-1", "Bearer the-access-token-1"]);
    assert!(verdict.flow.is_empty());
    assert!(!verdict.auth.unwrap().refreshed);
}

#[test]
fn a_token_of_one_environment_is_never_sent_in_another() {
    let stage = granting();
    for id in ["a", "b", "a"] {
        let mut draft = draft(json!({}));
        draft.environment = Some(Arc::new(ChosenEnvironment::from(Environment {
            id: Id::from_text(id),
            name: "same name".into(),
            colour: None,
            variables: vec![],
        })));
        stage.send(draft);
    }
    assert_eq!(
        authorization(&stage),
        ["Bearer the-access-token-1", "Bearer the-access-token-2", "Bearer the-access-token-1"]
    );
}

#[test]
fn without_a_person_an_interactive_grant_is_held_back_and_nothing_leaves() {
    let stage = granting();
    let verdict = stage.send(interactive());
    let Outcome::HeldBack(held) = &verdict.outcome else { panic!("it was sent") };
    assert_eq!(held.reason, HeldReason::NoToken);
    assert!(stage.sent().is_empty() && stage.records().is_empty());
    assert!(verdict.request.is_none());
}

#[test]
fn a_person_is_asked_only_for_a_request_that_could_leave() {
    let stage = granting();
    let person = Arc::new(FakePerson::default());
    let terms = SendTerms { person: Some(person.clone()), ..SendTerms::default() };
    let mut broken = interactive();
    request(&mut broken).url = String::new();
    assert_eq!(stage.send_on(broken, &terms).failure().unwrap(), "The request has no URL");
    assert!(person.shown().is_empty());
    person.cancel();
    let verdict = stage.send_on(interactive(), &terms);
    assert!(matches!(verdict.outcome, Outcome::HeldBack(_)));
    assert!(!person.shown().is_empty());
}

#[test]
fn send_anyway_sends_without_a_token_and_says_so() {
    let stage = granting();
    let terms = SendTerms { send_anyway: true, ..SendTerms::default() };
    let verdict = stage.send_on(interactive(), &terms);
    assert_eq!(authorization(&stage), [""]);
    assert!(verdict.warnings[0].message.contains("without a token"), "{:?}", verdict.warnings);
}

#[test]
fn after_a_401_the_token_is_renewed_once_and_the_request_sent_once_more_with_its_body() {
    let stage = granting();
    stage.answer(401, &[INVALID_TOKEN]);
    let mut draft = draft(json!({}));
    request(&mut draft).method = "POST".into();
    request(&mut draft).body = Body::Raw { language: "json".into(), text: "{}".into() };
    let verdict = stage.send(draft);
    assert_eq!(authorization(&stage), ["Bearer the-access-token-1", "Bearer the-access-token-2"]);
    assert_eq!(stage.sent()[1].text(), "{}");
    assert_eq!(verdict.exchange().unwrap().response.status, 200);
    assert!(verdict.auth.unwrap().renewed_after_401);
    assert_eq!(stage.records().len(), 1);
}

#[test]
fn a_second_401_stands() {
    let stage = granting();
    stage.answer(401, &[INVALID_TOKEN]);
    stage.answer(401, &[INVALID_TOKEN]);
    let verdict = stage.send(draft(json!({})));
    assert_eq!(stage.sent().len(), 2);
    assert_eq!(verdict.exchange().unwrap().response.status, 401);
}

#[test]
fn a_401_without_invalid_token_stands_unless_the_config_says_always() {
    for (extra, sent) in
        [(json!({}), 1), (json!({"retry_on_401": "always"}), 2), (json!({"retry_on_401": "never"}), 1)]
    {
        let stage = granting();
        stage.answer(401, &[]);
        stage.send(draft(extra.clone()));
        assert_eq!(stage.sent().len(), sent, "{extra}");
    }
}

#[test]
fn a_renewal_that_fails_after_a_401_leaves_the_answer_and_says_why() {
    let stage = Stage::new();
    stage.world.provider.on("/token", Answer::json(json!({"access_token": "a", "expires_in": 3600})));
    stage.world.provider.on("/token", Answer::status(400, json!({"error": "invalid_client"})));
    stage.answer(401, &[INVALID_TOKEN]);
    let verdict = stage.send(draft(json!({})));
    assert_eq!(verdict.exchange().unwrap().response.status, 401);
    let failure = verdict.auth.unwrap().renewal_failure.unwrap();
    assert_eq!(failure.oauth_error.as_deref(), Some("invalid_client"));
}

#[test]
fn the_token_goes_where_the_config_says_and_stays_within_its_origin() {
    let stage = granting();
    stage.send(draft(json!({"send_in": "query", "parameter_name": "at"})));
    stage.send(draft(json!({"header_name": "X-Token", "header_prefix": ""})));
    let mut form = draft(json!({"send_in": "body"}));
    request(&mut form).body = Body::UrlEncoded { fields: vec![header("a", "1")] };
    stage.send(form);
    let sent = stage.sent();
    assert_eq!(sent[0].url.query(), Some("at=the-access-token-1"));
    assert_eq!(sent[1].header("x-token"), Some("the-access-token-1"));
    assert_eq!(sent[1].credentials.headers, ["X-Token"]);
    assert_eq!(sent[2].text(), "a=1&access_token=the-access-token-1");
    assert_eq!(sent[2].credentials, CredentialPlaces { headers: vec![], body: true });
    let shown: Vec<String> = stage.records().iter().map(|record| format!("{:?}", record.shown)).collect();
    assert!(shown.iter().all(|shown| !shown.contains("access-token-")), "{shown:?}");
}

#[test]
fn a_token_that_cannot_go_into_the_body_keeps_the_request_from_leaving() {
    let stage = granting();
    let mut draft = draft(json!({"send_in": "body"}));
    request(&mut draft).body = Body::Raw { language: "json".into(), text: "{}".into() };
    let verdict = stage.send(draft);
    assert_eq!(verdict.failure().unwrap(), "The token cannot be placed in the body");
    assert!(stage.sent().is_empty());
}

#[test]
fn token_sets_are_variables_in_url_headers_and_body() {
    let stage = granting();
    let mut draft = draft(json!({"scope": "photos"}));
    *request(&mut draft) = crate::workspace::RequestDefinition {
        method: "POST".into(),
        url: "https://api.test/{{$oauth.tenant}}?s={{$oauth.scope}}".into(),
        headers: vec![header("X-Copy", "{{copy}}"), header("X-Named", "{{$oauth.default.access_token}}")],
        body: Body::Raw { language: "text".into(), text: "{{$oauth.token_type}} {{$oauth.nope}}".into() },
        ..crate::workspace::RequestDefinition::default()
    };
    draft.local = Arc::new(VariableSet::new(vec![Variable::new("copy", "<{{$oauth.access_token}}>")]));
    let verdict = stage.send(draft);
    let sent = stage.sent().remove(0);
    assert_eq!(sent.url.as_str(), "https://api.test/t1?s=photos");
    assert_eq!(sent.header("X-Copy"), Some("<the-access-token-1>"));
    assert_eq!(sent.header("X-Named"), Some("the-access-token-1"));
    assert_eq!(sent.text(), "Bearer {{$oauth.nope}}");
    assert_eq!(verdict.warnings.len(), 1, "{:?}", verdict.warnings);
    assert!(!format!("{:?}", verdict.request).contains("access-token"));
}

#[test]
fn one_config_may_draw_on_another_named_token() {
    let stage = granting();
    stage.send(draft(json!({"token_name": "first"})));
    let extra = json!([{"name": "subject_token", "value": "{{$oauth.first.access_token}}"}]);
    stage.send(draft(json!({"token_name": "second", "extra": {"token": extra}})));
    let asked = stage.world.provider.seen("/token").remove(1);
    assert_eq!(asked.field("subject_token").as_deref(), Some("the-access-token-1"));
    assert_eq!(authorization(&stage)[1], "Bearer the-access-token-2");
}

#[test]
fn the_preview_follows_the_token() {
    let stage = granting();
    let token_name = "default".to_owned();
    assert_eq!(stage.will_send(draft(json!({}))), WillSend::ObtainFirst { token_name: token_name.clone() });
    assert_eq!(
        stage.will_send(interactive()),
        WillSend::HeldBack { token_name: token_name.clone(), reason: HeldReason::NoToken }
    );
    stage.send(draft(json!({})));
    assert_eq!(
        stage.will_send(draft(json!({}))),
        WillSend::Credential {
            place: CredentialPlace::Header,
            name: "Authorization".into(),
            preview: "Bearer the…n-1".into(),
            token: Some((token_name.clone(), UseToken::AccessToken)),
        }
    );
    assert_eq!(
        stage.will_send(draft(json!({"use_token": "id_token"}))),
        WillSend::HeldBack { token_name: token_name.clone(), reason: HeldReason::NoIdToken }
    );
    stage.world.simulation.advance(std::time::Duration::from_secs(3600));
    assert_eq!(stage.will_send(draft(json!({}))), WillSend::RefreshFirst { token_name: token_name.clone() });
    assert_eq!(
        stage.will_send(draft(json!({"auto_refresh": false}))),
        WillSend::HeldBack { token_name, reason: HeldReason::Expired }
    );
    assert_eq!(stage.world.provider.seen("/token").len(), 1, "looking does not renew");
}

#[test]
fn claims_of_a_token_are_variables_also_when_their_names_hold_dots() {
    use base64::Engine as _;
    let claims = json!({"sub": "alice", "https://x.test/roles": ["a"], "address": {"city": "Bern"}});
    let payload = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(claims.to_string());
    let stage = Stage::new();
    let token = format!("eyJhbGciOiJub25lIn0.{payload}.");
    stage.world.provider.on("/token", Answer::json(json!({"access_token": token, "expires_in": 3600})));
    let mut draft = draft(json!({}));
    let claim = |name: &str| header("X-Claim", &format!("{{{{$oauth.access_token.claims.{name}}}}}"));
    request(&mut draft).headers = vec![claim("sub"), claim("https://x.test/roles"), claim("address.city")];
    stage.send(draft);
    let sent = stage.sent().remove(0);
    let values: Vec<&str> = sent.headers[..3].iter().map(|(_, value)| value.as_str()).collect();
    assert_eq!(values, ["alice", "[\"a\"]", "Bern"]);
}

#[test]
fn a_nonce_that_the_api_asks_for_goes_into_a_second_proof_with_the_same_token() {
    let stage = Stage::new();
    stage.world.provider.on(
        "/token",
        Answer::json(json!({"access_token": "bound-access-token", "token_type": "DPoP", "expires_in": 3600})),
    );
    let challenge =
        [("WWW-Authenticate", "DPoP error=\"use_dpop_nonce\""), ("DPoP-Nonce", "the-nonce-of-the-api")];
    stage.answer(401, &challenge);
    stage.answer(401, &challenge);
    let verdict = stage.send(draft(json!({"dpop": true})));
    assert_eq!(verdict.exchange().unwrap().response.status, 401, "not more than once");
    assert_eq!(authorization(&stage), ["DPoP bound-access-token", "DPoP bound-access-token"]);
    let nonces: Vec<Value> =
        stage.sent().iter().map(|sent| proof(sent.header("DPoP").unwrap())["nonce"].clone()).collect();
    assert_eq!(nonces, [Value::Null, json!("the-nonce-of-the-api")]);
    assert_eq!(stage.world.provider.seen("/token").len(), 1);
    assert!(!format!("{:?}", verdict.request).contains("bound-access-token"));
}

/// The claims of a DPoP proof.
fn proof(jwt: &str) -> Value {
    use base64::Engine as _;
    let payload = jwt.split('.').nth(1).unwrap();
    serde_json::from_slice(&base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).unwrap())
        .unwrap()
}
