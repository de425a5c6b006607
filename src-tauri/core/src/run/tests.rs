#![allow(clippy::unwrap_used)]

use std::time::Duration;

use super::*;
use crate::pipeline::testing::{Stage, auth, get};
use crate::pipeline::{ScriptPermission, Scripting};
use crate::ports::SendFailureKind;
use crate::ports::{ScriptEngine, ScriptHost};
use crate::scripting::{
    Assertion, ScriptError, ScriptErrorKind, ScriptJob, ScriptReport, VariableChange, VariableScope,
};
use crate::template::VariableSet;
use crate::workspace::{Script, ScriptEvent, Variable};
use serde_json::json;

#[derive(Default)]
struct Heard(Mutex<Vec<(usize, usize, Option<String>)>>);

impl Reporter for Heard {
    fn request_ended(&self, at: Position, _draft: &Draft, verdict: &Verdict) {
        self.0.lock().unwrap().push((at.iteration, at.request, verdict.failure()));
    }
}

fn go(stage: &Stage, plan: &Plan) -> (Summary, Vec<(usize, usize, Option<String>)>) {
    let heard = Heard::default();
    let (pipeline, terms) = (stage.pipeline(), SendTerms::default());
    let timer: Arc<dyn Timer> = stage.world.simulation.clone();
    let observer = stage.observer();
    let running = run(&pipeline, plan, &terms, timer.as_ref(), &observer, &heard);
    let summary = stage.world.simulation.run(running).summary;
    (summary, heard.0.into_inner().unwrap())
}

fn paths(stage: &Stage) -> Vec<String> {
    stage.sent().iter().map(|sent| sent.url.path().to_owned()).collect()
}

#[test]
fn requests_go_out_in_order_in_each_iteration_with_its_row_of_data() {
    let stage = Stage::new();
    let row = |value: &str| Arc::new(VariableSet::new(vec![Variable::new("row", value)]));
    let plan = Plan {
        iterations: 3,
        data: vec![row("one"), row("two")],
        ..Plan::once(vec![get("http://h/a/{{row}}"), get("http://h/b/{{row}}")])
    };
    let (summary, _) = go(&stage, &plan);
    assert_eq!(paths(&stage), ["/a/one", "/b/one", "/a/two", "/b/two", "/a/two", "/b/two"]);
    assert_eq!(summary, Summary { requests: 6, failed: 0, iterations: 3, bailed: false });
}

#[test]
fn a_request_that_fails_or_is_held_back_counts_and_the_run_goes_on() {
    let stage = Stage::new();
    stage.answer_with_failure(SendFailureKind::Connect);
    let mut held = get("http://h/held");
    Arc::make_mut(&mut held.definition).auth = auth(
        "oauth2",
        json!({"grant": "authorization_code", "authorization_endpoint": "https://id.test/a", "token_endpoint": "https://id.test/t", "client_id": "c"}),
    );
    let (summary, heard) = go(&stage, &Plan::once(vec![get("http://h/a"), held, get("http://h/c")]));
    assert_eq!(summary, Summary { requests: 3, failed: 2, iterations: 1, bailed: false });
    assert_eq!(paths(&stage), ["/a", "/c"]);
    assert!(heard[0].2.is_some() && heard[1].2.is_some() && heard[2].2.is_none());
}

#[test]
fn bail_ends_the_run_at_the_first_failure() {
    let stage = Stage::new();
    stage.answer(200, &[]);
    stage.answer_with_failure(SendFailureKind::Timeout);
    let requests = vec![get("http://h/a"), get("http://h/b"), get("http://h/c")];
    let (summary, _) = go(&stage, &Plan { bail: Bail::OnFailure, iterations: 5, ..Plan::once(requests) });
    assert_eq!(summary, Summary { requests: 2, failed: 1, iterations: 0, bailed: true });
    assert_eq!(paths(&stage), ["/a", "/b"]);
}

#[test]
fn no_more_iterations_than_asked_for_run_side_by_side() {
    let stage = Stage::new();
    stage.answer_slowly(&[30, 10, 20, 10, 10, 10]);
    let plan = Plan { iterations: 6, parallel: 3, ..Plan::once(vec![get("http://h/a")]) };
    let (summary, heard) = go(&stage, &plan);
    assert_eq!(summary.requests, 6);
    assert_eq!(stage.most_waiting(), 3);
    let order: Vec<usize> = heard.iter().map(|(iteration, _, _)| *iteration).collect();
    assert_eq!(order[0], 1, "the quickest ends first: {order:?}");
}

#[test]
fn the_delay_lies_between_the_requests_of_an_iteration() {
    let stage = Stage::new();
    let before = gatepass_oauth::ports::Clock::monotonic(&*stage.world.simulation);
    let requests = vec![get("http://h/a"), get("http://h/b"), get("http://h/c")];
    go(&stage, &Plan { delay: Duration::from_millis(500), ..Plan::once(requests) });
    let passed = gatepass_oauth::ports::Clock::monotonic(&*stage.world.simulation) - before;
    assert_eq!(passed, Duration::from_secs(1));
    let requests = vec![get("http://h/a")];
    let before = gatepass_oauth::ports::Clock::monotonic(&*stage.world.simulation);
    go(&stage, &Plan { iterations: 3, delay: Duration::from_millis(500), ..Plan::once(requests) });
    let passed = gatepass_oauth::ports::Clock::monotonic(&*stage.world.simulation) - before;
    assert_eq!(passed, Duration::from_secs(1), "and between iterations");
}

/// Plays scripts of one line: `next NAME`, `end`, `set NAME=VALUE`, `fail`, `throw`, `skip`.
struct OneLiners;

#[async_trait::async_trait]
impl ScriptEngine for OneLiners {
    async fn run(&self, job: ScriptJob, _host: &dyn ScriptHost) -> ScriptReport {
        let mut report = ScriptReport::default();
        for script in &job.scripts {
            let (verb, rest) = script.source.split_once(' ').unwrap_or((&script.source, ""));
            match verb {
                "next" => report.next_request = NextRequest::Named(rest.to_owned()),
                "end" => report.next_request = NextRequest::End,
                "skip" => report.skip_request = true,
                "set" => {
                    let (key, value) = rest.split_once('=').unwrap();
                    report.changes.push(VariableChange {
                        scope: VariableScope::Environment,
                        key: key.to_owned(),
                        text: Some(value.to_owned()),
                        value: None,
                        secret: false,
                    });
                }
                "fail" => report.assertions.push(Assertion {
                    name: "is right".to_owned(),
                    passed: false,
                    skipped: false,
                    error: None,
                    script: script.name.clone(),
                    event: job.event,
                    index: 0,
                }),
                _ => report.errors.push(ScriptError {
                    kind: ScriptErrorKind::Thrown,
                    name: "Error".to_owned(),
                    message: script.source.clone(),
                    script: script.name.clone(),
                    event: job.event,
                    line: None,
                    column: None,
                    stack: String::new(),
                }),
            }
        }
        report
    }
}

fn scripted(name: &str, event: ScriptEvent, source: &str) -> Draft {
    let mut draft = get(&format!("http://h/{name}"));
    draft.name = name.to_owned();
    draft.scripts = ScriptPermission::Granted;
    let script = Script { event, source: source.to_owned(), unknown: serde_json::Map::new() };
    Arc::make_mut(&mut draft.definition).scripts.push(script);
    draft
}

fn go_scripted(stage: &Stage, plan: &Plan) -> Finished {
    let mut pipeline = stage.pipeline();
    pipeline.scripting = Some(Scripting { engine: Arc::new(OneLiners), cookies: None });
    let (timer, observer): (Arc<dyn Timer>, _) = (stage.world.simulation.clone(), stage.observer());
    let (heard, terms) = (Heard::default(), SendTerms::default());
    stage.world.simulation.run(run(&pipeline, plan, &terms, timer.as_ref(), &observer, &heard))
}

#[test]
fn a_test_says_what_is_sent_next_and_an_unknown_name_ends_the_iteration() {
    let stage = Stage::new();
    let requests = || {
        vec![
            scripted("a", ScriptEvent::Test, "next c"),
            get("http://h/b"),
            scripted("c", ScriptEvent::Test, "next nowhere"),
            get("http://h/d"),
        ]
    };
    go_scripted(&stage, &Plan { iterations: 2, ..Plan::once(requests()) });
    assert_eq!(paths(&stage), ["/a", "/c", "/a", "/c"]);
}

#[test]
fn an_id_wins_over_a_name_and_null_ends_the_iteration() {
    let stage = Stage::new();
    let mut by_id = scripted("c", ScriptEvent::Test, "end");
    by_id.id = Some(crate::workspace::Id::from_text("b"));
    let requests = vec![
        scripted("a", ScriptEvent::PreRequest, "next b"),
        scripted("b", ScriptEvent::Test, ""),
        by_id,
        get("http://h/d"),
    ];
    go_scripted(&stage, &Plan::once(requests));
    assert_eq!(paths(&stage), ["/a", "/c"]);
}

#[test]
fn a_skipped_request_is_not_sent_and_the_next_one_is() {
    let stage = Stage::new();
    let requests = vec![scripted("a", ScriptEvent::PreRequest, "skip"), get("http://h/b")];
    let finished = go_scripted(&stage, &Plan::once(requests));
    assert_eq!(paths(&stage), ["/b"]);
    assert_eq!(finished.summary, Summary { requests: 2, failed: 0, iterations: 1, bailed: false });
}

#[test]
fn what_scripts_set_holds_for_later_requests_and_iterations_and_is_handed_back() {
    let stage = Stage::new();
    let requests = vec![
        get("http://h/before/{{x}}"),
        scripted("a", ScriptEvent::Test, "set x=1"),
        get("http://h/{{x}}"),
    ];
    let finished = go_scripted(&stage, &Plan { iterations: 2, ..Plan::once(requests) });
    assert_eq!(paths(&stage)[2..4], ["/1", "/before/1"]);
    let environment = finished.variables.unwrap().environment.unwrap();
    assert_eq!(environment.variables().variables()[0].value, "1");
}

#[test]
fn an_assertion_ends_a_run_that_bails_on_failures_and_not_one_that_bails_on_errors() {
    for (source, bail, sent) in [
        ("fail", Bail::OnFailure, 1),
        ("fail", Bail::OnError, 2),
        ("throw", Bail::OnError, 1),
        ("throw", Bail::OnFailure, 1),
        ("throw", Bail::Never, 2),
    ] {
        let stage = Stage::new();
        let requests = vec![scripted("a", ScriptEvent::Test, source), get("http://h/b")];
        let finished = go_scripted(&stage, &Plan { bail, ..Plan::once(requests) });
        assert_eq!(stage.sent().len(), sent, "{source} {bail:?}");
        assert_eq!(finished.summary.failed, 1);
    }
}
