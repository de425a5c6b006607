//! Stand-ins for the outside world.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use gatepass_oauth::Keeper;
use gatepass_oauth::keeper::SendTerms;
use gatepass_oauth::ports::{FlowObserver, Timer};
use gatepass_oauth::testing::{Counting, Simulation, Steps, World};
use serde_json::Value;

use crate::exchange::{Exchange, OutgoingRequest, Response, ResponseBody, SentRequest, Timing, WholeBody};
use crate::pipeline::{Draft, Pipeline, Verdict, WillSend};
use crate::ports::{Progress, Record, Recorder, SendFailure, SendFailureKind, Transport, Unwatched};
use crate::workspace::{Auth, AuthKind, Definition, KeyValue, RequestDefinition};

/// A pipeline with everything around it.
pub(crate) struct Stage {
    pub(crate) world: World,
    api: Arc<Api>,
    records: Arc<Records>,
    pipeline: Pipeline,
}

/// The API that requests go to: it remembers them and answers as told, with 200 and no body otherwise.
#[derive(Default)]
struct Api {
    sent: Mutex<Vec<Seen>>,
    answers: Mutex<Vec<Result<Response, SendFailure>>>,
    silent: Mutex<bool>,
    /// Milliseconds until each answer, one after the other.
    delays: Mutex<Vec<u64>>,
    timer: OnceLock<Arc<Simulation>>,
    waiting: Arc<AtomicUsize>,
    most_waiting: AtomicUsize,
}

#[derive(Clone)]
pub(crate) struct Seen(OutgoingRequest);

impl std::ops::Deref for Seen {
    type Target = OutgoingRequest;

    fn deref(&self) -> &OutgoingRequest {
        &self.0
    }
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.0
            .headers
            .iter()
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> String {
        match &self.0.body {
            crate::exchange::OutgoingBody::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            crate::exchange::OutgoingBody::Empty => String::new(),
            _ => panic!("the body is no text"),
        }
    }
}

struct Waiting(Arc<AtomicUsize>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[async_trait]
impl Transport for Api {
    async fn send(
        &self,
        request: OutgoingRequest,
        _progress: &(dyn Progress + 'static),
    ) -> Result<Exchange, SendFailure> {
        let waiting = self.waiting.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_waiting.fetch_max(waiting, Ordering::SeqCst);
        let _waiting = Waiting(Arc::clone(&self.waiting));
        self.sent.lock().unwrap().push(Seen(request.clone()));
        if *self.silent.lock().unwrap() {
            std::future::pending::<()>().await;
        }
        let delay = self.delays.lock().unwrap().pop();
        if let (Some(millis), Some(timer)) = (delay, self.timer.get()) {
            timer.sleep(Duration::from_millis(millis)).await;
        }
        let mut answers = self.answers.lock().unwrap();
        let response = if answers.is_empty() { Ok(response(200, &[])) } else { answers.remove(0) }?;
        let sent =
            SentRequest { method: request.method, url: request.url, headers: request.headers, body_size: 0 };
        Ok(Exchange { request: sent, response, redirects: Vec::new(), timing: Timing::default() })
    }

    async fn read_body(&self, _request: &OutgoingRequest) -> Result<WholeBody, SendFailure> {
        Ok(WholeBody { bytes: Bytes::from_static(b"what the file holds"), content_type: None })
    }
}

fn response(status: u16, headers: &[(&str, &str)]) -> Response {
    Response {
        status,
        reason: String::new(),
        version: "HTTP/1.1".into(),
        headers: headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
        body: ResponseBody::Memory(Bytes::new()),
        remote_address: None,
    }
}

#[derive(Default)]
struct Records(Mutex<Vec<Record>>);

impl Recorder for Records {
    fn record(&self, record: Record) {
        self.0.lock().unwrap().push(record);
    }
}

impl Stage {
    pub(crate) fn new() -> Self {
        let world = World::new();
        let (api, records) = (Arc::new(Api::default()), Arc::new(Records::default()));
        let _ = api.timer.set(world.simulation.clone());
        let pipeline = Pipeline {
            keeper: Keeper::new(world.surroundings()),
            transport: api.clone(),
            clock: world.simulation.clone(),
            randomness: Arc::new(Counting::default()),
            recorder: Some(records.clone()),
            scripting: None,
        };
        Self { world, api, records, pipeline }
    }

    pub(crate) fn pipeline(&self) -> Pipeline {
        self.pipeline.clone()
    }

    pub(crate) fn observer(&self) -> Arc<dyn FlowObserver> {
        Arc::new(Steps::default())
    }

    pub(crate) fn send(&self, draft: Draft) -> Verdict {
        self.send_on(draft, &SendTerms::default())
    }

    pub(crate) fn send_on(&self, draft: Draft, terms: &SendTerms) -> Verdict {
        self.world.simulation.run(self.pipeline.send(draft, terms, &Unwatched, self.observer()))
    }

    pub(crate) fn will_send(&self, draft: Draft) -> WillSend {
        self.world.simulation.run(self.pipeline.will_send(draft))
    }

    /// The API's next answer.
    pub(crate) fn answer(&self, status: u16, headers: &[(&str, &str)]) {
        self.api.answers.lock().unwrap().push(Ok(response(status, headers)));
    }

    pub(crate) fn answer_with_failure(&self, kind: SendFailureKind) {
        self.api.answers.lock().unwrap().push(Err(SendFailure {
            kind,
            message: "it did not work".into(),
            cause: "a test".into(),
            next_step: "none".into(),
        }));
    }

    pub(crate) fn never_answer(&self) {
        *self.api.silent.lock().unwrap() = true;
    }

    /// How long each answer takes, in milliseconds.
    pub(crate) fn answer_slowly(&self, delays: &[u64]) {
        *self.api.delays.lock().unwrap() = delays.iter().rev().copied().collect();
    }

    /// How many requests waited for the API at the same time.
    pub(crate) fn most_waiting(&self) -> usize {
        self.api.most_waiting.load(Ordering::SeqCst)
    }

    /// How many requests wait for the API right now.
    pub(crate) fn waiting(&self) -> usize {
        self.api.waiting.load(Ordering::SeqCst)
    }

    pub(crate) fn sent(&self) -> Vec<Seen> {
        self.api.sent.lock().unwrap().clone()
    }

    pub(crate) fn records(&self) -> Vec<Record> {
        self.records.0.lock().unwrap().clone()
    }
}

/// A GET without anything else.
pub(crate) fn get(url: &str) -> Draft {
    let request = RequestDefinition { method: "GET".into(), url: url.into(), ..RequestDefinition::default() };
    Draft::new("a request", Arc::new(Definition { request: Some(request), ..Definition::default() }))
}

/// The request of a draft, to be changed.
pub(crate) fn request(draft: &mut Draft) -> &mut RequestDefinition {
    Arc::make_mut(&mut draft.definition).request.as_mut().unwrap()
}

pub(crate) fn header(name: &str, value: &str) -> KeyValue {
    KeyValue { name: name.into(), value: value.into(), enabled: true, description: String::new() }
}

pub(crate) fn auth(kind: &str, params: Value) -> Option<Auth> {
    let kind = AuthKind::parse(kind).unwrap();
    Some(Auth { kind, params: params.as_object().unwrap().clone() })
}
