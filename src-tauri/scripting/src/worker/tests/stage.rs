//! A realm, a job to run in it, and an application that answers.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io;
use std::rc::Rc;
use std::time::Duration;

use gatepass_core::scripting::{Assertion, ScriptReport};
use serde_json::{Value, json};

use super::super::pipe::Pipe;
use super::super::realm::Realm;
use crate::frame::Frame;
use crate::wire::{self, Message};

/// What the application says to a question: a member `response`, `value` or `refused`, and the body of a response.
type Answers = Box<dyn Fn(&Value) -> (Value, &'static str)>;

/// Answers at once, from within this process.
pub(super) struct Echo {
    answers: Answers,
    asked: RefCell<Vec<Value>>,
    waiting: RefCell<VecDeque<Frame>>,
}

impl Pipe for Echo {
    fn read(&self) -> io::Result<Option<Frame>> {
        Ok(Some(
            self.waiting.borrow_mut().pop_front().expect("a script waits for an answer that nobody gives"),
        ))
    }

    fn write(&self, text: String) -> io::Result<()> {
        let message = Message::parse(&text).unwrap();
        let question: Value = serde_json::from_str(message.json).unwrap();
        let (mut answer, body) = (self.answers)(&question);
        answer["id"] = message.number.into();
        self.asked.borrow_mut().push(question);
        let text = wire::message(wire::ANSWER, message.number, &answer.to_string());
        self.waiting.borrow_mut().push_back(Frame { text, bytes: body.as_bytes().to_vec() });
        Ok(())
    }

    fn wait(&self, _limit: Duration) -> bool {
        !self.waiting.borrow().is_empty()
    }
}

pub(super) struct Stage {
    pub(super) job: Value,
    pub(super) body: Vec<u8>,
    pub(super) deadline: u64,
    pub(super) memory: usize,
    pub(super) realm: RefCell<Option<Realm>>,
    pub(super) echo: Rc<Echo>,
}

impl Stage {
    pub(super) fn new(event: &str) -> Self {
        Self::answering(event, |question| panic!("nobody was to be asked {question}"))
    }

    pub(super) fn answering(
        event: &str,
        answers: impl Fn(&Value) -> (Value, &'static str) + 'static,
    ) -> Self {
        let mut job = json!({
            "event": event,
            "scripts": [],
            "info": {
                "requestName": "Get a photo", "requestId": "r1", "iteration": 1, "iterationCount": 3,
                "location": ["Photos API", "Photos", "Get a photo"],
            },
            "variables": {
                "environmentName": "Staging", "environmentId": "e1",
                "environment": {}, "globals": {}, "collection": {}, "folders": [], "iterationData": {}, "local": {},
            },
            "request": {
                "method": "GET", "url": "http://api.test/photos?size=1", "body": {"kind": "none"},
                "headers": [{"name": "Accept", "value": "application/json", "enabled": true}],
            },
            "cookies": [],
        });
        if event == "test" {
            job["response"] = json!({
                "code": 200, "status": "OK", "version": "HTTP/1.1", "responseTime": 12.0, "size": 20,
                "headers": [["Content-Type", "application/json; charset=utf-8"], ["X-Id", "7"]],
            });
        }
        Self {
            job,
            body: br#"{"id":7,"tags":["a"]}"#.to_vec(),
            deadline: 5_000,
            memory: 64 << 20,
            realm: RefCell::new(None),
            echo: Rc::new(Echo {
                answers: Box::new(answers),
                asked: RefCell::default(),
                waiting: RefCell::default(),
            }),
        }
    }

    /// Runs a script of the request; those before it in the same realm have left their traces.
    pub(super) fn run(&self, source: &str) -> ScriptReport {
        self.run_all(&[("request", "Get a photo", source)]).0
    }

    /// Runs scripts (kind, name, source) of one event, and says whether the realm has had enough.
    pub(super) fn run_all(&self, scripts: &[(&str, &str, &str)]) -> (ScriptReport, bool) {
        let mut job = self.job.clone();
        job["scripts"] = scripts
            .iter()
            .map(|(kind, name, source)| json!({ "kind": kind, "name": name, "source": source }))
            .collect();
        let mut realm = self.realm.borrow_mut();
        let realm = realm.get_or_insert_with(|| {
            let pipe: Rc<dyn Pipe> = Rc::<Echo>::clone(&self.echo);
            Realm::new(pipe, self.memory).unwrap()
        });
        let (report, spent) = realm.run(&job.to_string(), self.body.clone(), self.deadline);
        (serde_json::from_str(&report).unwrap_or_else(|error| panic!("{error}: {report}")), spent)
    }

    pub(super) fn asked(&self) -> Vec<Value> {
        self.echo.asked.borrow().clone()
    }
}

/// The names of the assertions that passed; the others have to be there too, with their messages.
pub(super) fn outcome(report: &ScriptReport) -> Vec<String> {
    assert_eq!(report.errors, [], "{:?}", report.console);
    let told = |assertion: &Assertion| match &assertion.error {
        Some(error) => format!("{}: {}", assertion.name, error.message),
        None if assertion.skipped => format!("{} (skipped)", assertion.name),
        None => assertion.name.clone(),
    };
    report.assertions.iter().map(told).collect()
}

/// What a script wrote to its console, one line each.
pub(super) fn console(report: &ScriptReport) -> Vec<&str> {
    assert_eq!(report.errors, []);
    report.console.iter().map(|line| line.text.as_str()).collect()
}
