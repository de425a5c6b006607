//! Scripts, run by a stand-in: what it is given, and what becomes of what it gives back.

use std::sync::Mutex;

use async_trait::async_trait;
use serde_json::json;

use super::stage::{Stage, auth, get};
use super::*;
use crate::ports::{ScriptEngine, ScriptHost, SendFailureKind, Unwatched};
use crate::scripting::{
    Answer, ConsoleLevel, ConsoleLine, Question, ScriptJob, ScriptReport, ScriptRequest, VariableChange,
    VariableScope,
};
use crate::workspace::{Auth, AuthKind, Script, ScriptEvent};

type Play = dyn Fn(&ScriptJob) -> ScriptReport + Send + Sync;

/// Plays scripts by a function, and remembers what it was given. A script whose source is a URL has it asked for.
struct Player {
    play: Box<Play>,
    jobs: Mutex<Vec<ScriptJob>>,
    answers: Mutex<Vec<String>>,
}

#[async_trait]
impl ScriptEngine for Player {
    async fn run(&self, job: ScriptJob, host: &dyn ScriptHost) -> ScriptReport {
        for script in job.scripts.iter().filter(|script| script.source.starts_with("http")) {
            let request = RequestDefinition {
                method: "GET".into(),
                url: script.source.clone(),
                ..RequestDefinition::default()
            };
            let question = Question::SendRequest { request: Box::new(ScriptRequest { request, auth: None }) };
            let answer = match host.answer(question).await {
                Ok(Answer::Response(response)) => response.code.to_string(),
                Ok(Answer::Value(value)) => value.to_string(),
                Err(refusal) => refusal.message,
            };
            self.answers.lock().unwrap().push(answer);
        }
        let report = (self.play)(&job);
        self.jobs.lock().unwrap().push(job);
        report
    }
}

fn player(play: impl Fn(&ScriptJob) -> ScriptReport + Send + Sync + 'static) -> Arc<Player> {
    Arc::new(Player { play: Box::new(play), jobs: Mutex::default(), answers: Mutex::default() })
}

fn send(stage: &Stage, player: &Arc<Player>, draft: Draft) -> Verdict {
    let engine: Arc<dyn ScriptEngine> = player.clone();
    let pipeline = Pipeline { scripting: Some(Scripting { engine, cookies: None }), ..stage.pipeline() };
    let terms = SendTerms::default();
    stage.world.simulation.run(pipeline.send(draft, &terms, &Unwatched, stage.observer()))
}

fn script(event: ScriptEvent, source: &str) -> Script {
    Script { event, source: source.to_owned(), unknown: serde_json::Map::new() }
}

/// A request with a script for each event, trusted.
fn scripted(url: &str) -> Draft {
    let mut draft = get(url);
    Arc::make_mut(&mut draft.definition).scripts =
        vec![script(ScriptEvent::PreRequest, "before"), script(ScriptEvent::Test, "after")];
    draft.scripts = ScriptPermission::Granted;
    draft
}

fn set(scope: VariableScope, key: &str, text: &str) -> VariableChange {
    VariableChange { scope, key: key.into(), text: Some(text.into()), value: None, secret: false }
}

fn before(job: &ScriptJob, report: ScriptReport) -> ScriptReport {
    if job.event == ScriptEvent::PreRequest { report } else { ScriptReport::default() }
}

#[test]
fn scripts_run_from_the_collection_inwards() {
    let stage = Stage::new();
    let player = player(|_| ScriptReport::default());
    let mut draft = scripted("http://api.test/");
    let with_script = |name: &str| Definition {
        scripts: vec![script(ScriptEvent::PreRequest, name)],
        ..Definition::default()
    };
    draft.ancestors = vec![
        folder("inner", NodeKind::Folder, with_script("inner")),
        folder("outer", NodeKind::Folder, with_script("outer")),
        folder("all", NodeKind::Collection, with_script("all")),
    ];
    send(&stage, &player, draft);
    let jobs = player.jobs.lock().unwrap();
    let sources: Vec<&str> = jobs[0].scripts.iter().map(|script| script.source.as_str()).collect();
    assert_eq!(sources, ["all", "outer", "inner", "before"]);
    assert_eq!(jobs[0].info.location, ["all", "outer", "inner", "a request"]);
    assert_eq!(jobs[1].response.as_ref().unwrap().code, 200);
}

#[test]
fn what_a_pre_request_script_changes_holds_for_its_request_and_is_handed_on() {
    let stage = Stage::new();
    let player = player(|job| {
        let mut request = job.request.clone();
        request.request.headers.push(header("X-Own", "{{x}}"));
        request.auth = Some(Auth {
            kind: AuthKind::Bearer,
            params: [("token".into(), json!("T"))].into_iter().collect(),
        });
        before(
            job,
            ScriptReport {
                changes: vec![set(VariableScope::Local, "x", "1"), set(VariableScope::Environment, "y", "2")],
                request: Some(Box::new(request)),
                ..ScriptReport::default()
            },
        )
    });
    let verdict = send(&stage, &player, scripted("http://api.test/{{y}}"));
    let sent = &stage.sent()[0];
    assert_eq!(sent.url.as_str(), "http://api.test/2");
    assert_eq!((sent.header("X-Own"), sent.header("Authorization")), (Some("1"), Some("Bearer T")));
    let live = verdict.variables.unwrap();
    assert_eq!(live.local.values()["x"], "1");
    assert_eq!(live.environment.unwrap().variables().values()["y"], "2");
    let jobs = player.jobs.lock().unwrap();
    assert_eq!(jobs[1].variables.environment["y"], "2", "the tests see it too");
}

#[test]
fn a_request_that_its_script_skips_is_not_sent_and_has_no_tests() {
    let stage = Stage::new();
    let player = player(|job| before(job, ScriptReport { skip_request: true, ..ScriptReport::default() }));
    let verdict = send(&stage, &player, scripted("http://api.test/"));
    assert!(matches!(verdict.outcome, Outcome::Skipped) && verdict.failure().is_none());
    assert!(stage.sent().is_empty());
    assert_eq!(player.jobs.lock().unwrap().len(), 1);
}

#[test]
fn scripts_that_nobody_trusts_are_held_back_and_the_request_is_sent() {
    let stage = Stage::new();
    let player = player(|_| panic!("no script may run"));
    let mut draft = scripted("http://api.test/");
    draft.scripts = ScriptPermission::NotTrusted;
    let verdict = send(&stage, &player, draft.clone());
    assert_eq!((stage.sent().len(), verdict.scripts.held_back), (1, 2));
    assert!(verdict.warnings[0].message.starts_with("2 scripts were held back"));
    draft.scripts = ScriptPermission::SwitchedOff;
    let verdict = send(&stage, &player, draft);
    assert!(verdict.warnings.is_empty());
}

#[test]
fn secrets_that_scripts_print_are_blanked_and_variables_that_take_one_are_secret() {
    const CANARY: &str = "canary-77aa";
    let stage = Stage::new();
    let player = player(|job| {
        let line = ConsoleLine {
            level: ConsoleLevel::Log,
            text: format!("key {CANARY}"),
            script: String::new(),
            event: job.event,
        };
        let copy = set(VariableScope::Environment, "copy", &format!("Bearer {CANARY}"));
        before(job, ScriptReport { console: vec![line], changes: vec![copy], ..ScriptReport::default() })
    });
    let mut draft = scripted("http://api.test/");
    draft.globals =
        Arc::new(VariableSet::new(vec![Variable { secret: true, ..Variable::new("key", CANARY) }]));
    let verdict = send(&stage, &player, draft);
    assert_eq!(verdict.scripts.console[0].text, "key •••");
    assert!(verdict.scripts.changes[0].secret);
    let live = verdict.variables.unwrap().environment.unwrap();
    assert!(live.variables().variables()[0].secret);
}

#[test]
fn tests_run_without_an_answer_too_and_without_a_request_that_left_they_do_not() {
    let stage = Stage::new();
    let player = player(|_| ScriptReport::default());
    stage.answer_with_failure(SendFailureKind::Connect);
    send(&stage, &player, scripted("http://api.test/"));
    assert!(player.jobs.lock().unwrap()[1].response.is_none());
    let mut held = scripted("http://api.test/");
    Arc::make_mut(&mut held.definition).auth = auth(
        "oauth2",
        json!({"grant": "authorization_code", "authorization_endpoint": "https://id.test/a", "token_endpoint": "https://id.test/t", "client_id": "c"}),
    );
    let verdict = send(&stage, &player, held);
    assert!(matches!(verdict.outcome, Outcome::HeldBack(_)));
    assert_eq!(player.jobs.lock().unwrap().len(), 3, "its pre-request script ran, its test did not");
}

#[test]
fn a_request_of_a_script_is_sent_by_the_same_transport_and_runs_no_script() {
    let stage = Stage::new();
    stage.answer(201, &[]);
    let player = player(|_| ScriptReport::default());
    let mut draft = scripted("http://api.test/main");
    Arc::make_mut(&mut draft.definition).scripts =
        vec![script(ScriptEvent::PreRequest, "http://api.test/side")];
    send(&stage, &player, draft);
    let paths: Vec<String> = stage.sent().iter().map(|sent| sent.url.path().to_owned()).collect();
    assert_eq!(paths, ["/side", "/main"]);
    assert_eq!(*player.answers.lock().unwrap(), ["201"]);
    assert_eq!(player.jobs.lock().unwrap().len(), 1);
}

#[test]
fn changed_variables_keep_their_secrecy_and_their_type_for_scripts() {
    let secret = Variable { secret: true, ..Variable::new("key", "old") };
    let off = Variable { enabled: false, ..Variable::new("off", "old") };
    let before = VariableSet::new(vec![secret, off, Variable::new("gone", "x")]);
    let number = VariableChange { value: Some(json!(5)), ..set(VariableScope::Globals, "n", "5") };
    let unset = VariableChange { text: None, ..set(VariableScope::Globals, "gone", "") };
    let after = before.changed(&[
        set(VariableScope::Globals, "key", "new"),
        set(VariableScope::Globals, "off", "on"),
        number,
        unset,
    ]);
    assert_eq!(json!(after.values()), json!({"key": "new", "off": "on", "n": 5}));
    let key = after.variables().iter().find(|variable| variable.key == "key").unwrap();
    assert!(key.secret);
    assert!(after.variables().iter().any(|variable| variable.key == "off" && !variable.enabled));
}
