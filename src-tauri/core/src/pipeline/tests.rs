#![allow(clippy::unwrap_used)]
//! The steps together, over stand-ins for the outside world.

mod authorization;
mod bodies;
mod challenges;
mod compose;
mod oauth;
mod scripts;
pub(crate) mod stage;
mod urls;

use std::sync::Arc;

use serde_json::json;
use stage::{Stage, auth, get, header};

use super::*;
use crate::exchange::{ClientCertificateFiles, Proxy};
use crate::ports::SendFailureKind;
use crate::template::VariableSet;
use crate::workspace::{Definition, Environment, Id, KeyValue, NodeKind, RequestDefinition, Variable};

fn folder(name: &str, kind: NodeKind, definition: Definition) -> Ancestor {
    Ancestor::new(Id::from_text(name), name, kind, Arc::new(definition))
}

#[test]
fn a_request_inherits_the_nearest_auth_and_says_from_where() {
    let stage = Stage::new();
    let mut draft = get("http://api.test/");
    draft.ancestors = vec![
        folder("inner", NodeKind::Folder, Definition::default()),
        folder(
            "outer",
            NodeKind::Folder,
            Definition { auth: auth("bearer", json!({"token": "of outer"})), ..Definition::default() },
        ),
        folder(
            "all",
            NodeKind::Collection,
            Definition { auth: auth("bearer", json!({"token": "of all"})), ..Definition::default() },
        ),
    ];
    let verdict = stage.send(draft);
    assert_eq!(stage.sent()[0].header("Authorization"), Some("Bearer of outer"));
    let report = verdict.auth.unwrap();
    assert_eq!(report.origin, AuthOrigin::Ancestor { id: Id::from_text("outer"), name: "outer".into() });
}

#[test]
fn no_auth_on_the_request_stops_the_inheritance() {
    let stage = Stage::new();
    let mut draft = get("http://api.test/");
    Arc::make_mut(&mut draft.definition).auth = auth("noauth", json!({}));
    draft.ancestors = vec![folder(
        "all",
        NodeKind::Collection,
        Definition { auth: auth("bearer", json!({"token": "t"})), ..Definition::default() },
    )];
    stage.send(draft);
    assert_eq!(stage.sent()[0].header("Authorization"), None);
}

#[test]
fn variables_win_in_the_order_of_postman() {
    let stage = Stage::new();
    let mut draft = get("http://api.test/{{a}}{{b}}{{c}}{{d}}{{e}}{{f}}{{g}}");
    let all = [("a", "7"), ("b", "7"), ("c", "7"), ("d", "7"), ("e", "7"), ("f", "7"), ("g", "7")];
    let relabelled = |upto: usize, label: &str| -> Vec<Variable> {
        all[..upto].iter().map(|(key, _)| Variable::new(*key, label)).collect()
    };
    draft.globals = Arc::new(VariableSet::new(relabelled(7, "7")));
    draft.ancestors = vec![
        folder(
            "inner",
            NodeKind::Folder,
            Definition { variables: relabelled(4, "4"), ..Definition::default() },
        ),
        folder(
            "outer",
            NodeKind::Folder,
            Definition { variables: relabelled(5, "5"), ..Definition::default() },
        ),
        folder(
            "all",
            NodeKind::Collection,
            Definition { variables: relabelled(6, "6"), ..Definition::default() },
        ),
    ];
    draft.environment = Some(Arc::new(ChosenEnvironment::from(Environment {
        id: Id::from_text("e"),
        name: "Staging".into(),
        colour: None,
        variables: relabelled(3, "3"),
    })));
    draft.iteration_data = Arc::new(VariableSet::new(relabelled(2, "2")));
    draft.local = Arc::new(VariableSet::new(relabelled(1, "1")));
    stage.send(draft);
    assert_eq!(stage.sent()[0].url.as_str(), "http://api.test/1234567");
}

#[test]
fn settings_of_the_nearest_win_over_those_further_away() {
    let stage = Stage::new();
    let mut draft = get("http://api.test/");
    let settings = |value: serde_json::Value| Definition {
        settings: value.as_object().unwrap().clone(),
        ..Definition::default()
    };
    draft.settings.client_certificate =
        Some(ClientCertificateFiles { certificate: "c.pem".into(), key: None, passphrase: None });
    draft.ancestors = vec![
        folder("inner", NodeKind::Folder, settings(json!({"verify_tls": false, "timeout_ms": 0}))),
        folder(
            "all",
            NodeKind::Collection,
            settings(json!({"verify_tls": true, "timeout_ms": 9, "proxy": "none", "max_redirects": 3})),
        ),
    ];
    stage.send(draft);
    let sent = &stage.sent()[0].settings;
    assert_eq!((sent.verify_tls, sent.timeout, sent.max_redirects), (false, None, 3));
    assert_eq!(sent.proxy, Proxy::None);
    assert!(sent.client_certificate.is_some());
}

#[test]
fn an_unresolved_variable_is_sent_as_it_is_and_is_a_warning() {
    let stage = Stage::new();
    let mut draft = get("http://api.test/");
    stage::request(&mut draft).headers = vec![header("X-Trace", "{{nope}}")];
    let verdict = stage.send(draft);
    assert_eq!(stage.sent()[0].header("X-Trace"), Some("{{nope}}"));
    let problem = verdict.warnings[0].variable.as_ref().unwrap();
    assert_eq!((problem.name.as_str(), problem.place.as_str()), ("nope", "header X-Trace"));
}

#[test]
fn rows_that_are_switched_off_or_have_no_name_are_not_sent() {
    let stage = Stage::new();
    let mut draft = get("http://api.test/");
    stage::request(&mut draft).headers =
        vec![KeyValue { enabled: false, ..header("X-Off", "1") }, header(" ", "2"), header("X-On", "3")];
    stage.send(draft);
    let names: Vec<String> = stage.sent()[0].headers.iter().map(|(name, _)| name.clone()).collect();
    assert_eq!(names, ["X-On"]);
}

#[test]
fn a_folder_is_nothing_that_can_be_sent() {
    let verdict = Stage::new().send(Draft::new("folder", Arc::new(Definition::default())));
    assert_eq!(verdict.failure().unwrap(), "This is no request");
}

#[test]
fn a_send_that_fails_is_a_verdict_with_cause_and_next_step() {
    let stage = Stage::new();
    stage.answer_with_failure(SendFailureKind::Connect);
    let verdict = stage.send(get("http://api.test/"));
    let Outcome::Failed(Trouble::Send(failure)) = &verdict.outcome else { panic!("it failed") };
    assert_eq!(failure.kind, SendFailureKind::Connect);
    assert_eq!(verdict.request.unwrap().url, "http://api.test/");
}

#[test]
fn what_is_recorded_and_shown_holds_no_secret() {
    const CANARY: &str = "canary-52c1";
    let stage = Stage::new();
    stage.answer(200, &[("Set-Cookie", &format!("session={CANARY}"))]);
    let mut draft = get("http://u:{{secret}}@api.test/keys/{{secret}}?q={{secret}}&plain=1");
    Arc::make_mut(&mut draft.definition).auth =
        auth("basic", json!({"username": "alice", "password": CANARY}));
    stage::request(&mut draft).headers =
        vec![header("X-Note", "key {{secret}}"), header("X-Api-Key", CANARY)];
    draft.globals =
        Arc::new(VariableSet::new(vec![Variable { secret: true, ..Variable::new("secret", CANARY) }]));
    let verdict = stage.send(draft);
    let record = stage.records().remove(0);
    let shown = format!("{:?} {:?} {:?}", verdict.request, record.shown, record.answer.unwrap().headers);
    assert!(!shown.contains(CANARY), "{shown}");
    assert!(!shown.contains("YWxpY2U6"), "Basic credentials: {shown}");
    assert!(shown.contains("plain=1"), "{shown}");
}

#[test]
fn dropping_the_future_cancels_the_send() {
    let stage = Stage::new();
    stage.never_answer();
    let pipeline = stage.pipeline();
    let terms = SendTerms::default();
    {
        let mut sending = std::pin::pin!(pipeline.send(
            get("http://api.test/"),
            &terms,
            &crate::ports::Unwatched,
            stage.observer()
        ));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(sending.as_mut().poll(&mut context).is_pending());
        assert_eq!(stage.waiting(), 1);
    }
    assert_eq!(stage.waiting(), 0);
    assert!(stage.records().is_empty());
}

#[test]
fn a_default_request_is_a_get() {
    let stage = Stage::new();
    let mut draft = get("http://api.test/");
    *stage::request(&mut draft) =
        RequestDefinition { url: "http://api.test/".into(), ..RequestDefinition::default() };
    stage.send(draft.clone());
    stage::request(&mut draft).method = " purge ".into();
    stage.send(draft);
    let methods: Vec<String> = stage.sent().iter().map(|request| request.method.clone()).collect();
    assert_eq!(methods, ["GET", "PURGE"]);
}
