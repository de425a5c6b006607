//! A provider that answers by script, and remembers what it was asked.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use async_trait::async_trait;
use http::{HeaderMap, Method, Response};
use serde_json::Value;
use url::{Url, form_urlencoded};

use super::Journal;
use crate::ports::{
    ClientCertificate, Completeness, HttpClient, IncomingResponse, OutgoingRequest, TransportError,
    TransportErrorKind,
};

/// An HTTP client whose other side is a script: answers by path, one after the other, the last one for ever.
pub struct ScriptedProvider {
    state: Mutex<State>,
    journal: Journal,
}

#[derive(Default)]
struct State {
    answers: HashMap<String, VecDeque<Answer>>,
    seen: Vec<SeenRequest>,
    held: bool,
    waiting: Vec<Waker>,
}

/// What the provider does with one request.
#[derive(Clone)]
pub enum Answer {
    Respond { status: u16, headers: Vec<(&'static str, String)>, body: Vec<u8>, completeness: Completeness },
    Fail(TransportError),
}

/// A request as it came.
#[derive(Clone)]
pub struct SeenRequest {
    pub method: Method,
    pub url: Url,
    pub headers: HeaderMap,
    pub body: String,
    pub client_certificate: bool,
}

impl Answer {
    /// 200 with this JSON.
    pub fn json(body: Value) -> Self {
        Self::status(200, body)
    }

    /// This status with this JSON.
    pub fn status(status: u16, body: Value) -> Self {
        Self::raw(status, "application/json", body.to_string())
    }

    /// This status with this body.
    pub fn raw(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Answer::Respond {
            status,
            headers: vec![("content-type", content_type.to_owned())],
            body: body.into(),
            completeness: Completeness::Whole,
        }
    }

    /// The same, with one more header.
    pub fn with_header(mut self, name: &'static str, value: &str) -> Self {
        if let Answer::Respond { headers, .. } = &mut self {
            headers.push((name, value.to_owned()));
        }
        self
    }

    /// The same, but broken off or too long.
    pub fn incomplete(mut self, how: Completeness) -> Self {
        if let Answer::Respond { completeness, .. } = &mut self {
            *completeness = how;
        }
        self
    }

    /// No answer.
    pub fn failure(kind: TransportErrorKind, may_have_arrived: bool) -> Self {
        Answer::Fail(TransportError { kind, message: format!("{kind:?}"), may_have_arrived })
    }
}

impl SeenRequest {
    /// The form fields of the body, in order.
    pub fn form(&self) -> Vec<(String, String)> {
        form_urlencoded::parse(self.body.as_bytes()).into_owned().collect()
    }

    /// The only form field of this name; `None` if there is none.
    ///
    /// # Panics
    /// If it is there twice.
    pub fn field(&self, name: &str) -> Option<String> {
        let mut found = self.form().into_iter().filter(|(field, _)| field == name);
        let value = found.next().map(|(_, value)| value);
        assert!(found.next().is_none(), "{name} is sent twice");
        value
    }

    /// A header's text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

impl ScriptedProvider {
    /// A provider that answers 404 to everything.
    pub fn new(journal: Journal) -> Self {
        Self { state: Mutex::default(), journal }
    }

    /// One more answer for this path; the last one is repeated.
    pub fn on(&self, path: &str, answer: Answer) -> &Self {
        self.state().answers.entry(path.to_owned()).or_default().push_back(answer);
        self
    }

    /// Forgets the answers for this path and gives this one from now on.
    pub fn from_now_on(&self, path: &str, answer: Answer) {
        self.state().answers.insert(path.to_owned(), VecDeque::from([answer]));
    }

    /// From now on requests arrive, and their answers are held back.
    pub fn hold(&self) {
        self.state().held = true;
    }

    /// Lets the answers go.
    pub fn release(&self) {
        let mut state = self.state();
        state.held = false;
        for waker in state.waiting.drain(..) {
            waker.wake();
        }
    }

    /// All requests so far to this path.
    pub fn seen(&self, path: &str) -> Vec<SeenRequest> {
        self.state().seen.iter().filter(|request| request.url.path() == path).cloned().collect()
    }

    /// All requests so far.
    pub fn all_seen(&self) -> Vec<SeenRequest> {
        self.state().seen.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn gate(&self) {
        std::future::poll_fn(|context| {
            let mut state = self.state();
            if state.held {
                state.waiting.push(context.waker().clone());
                Poll::Pending
            } else {
                Poll::Ready(())
            }
        })
        .await;
    }
}

#[async_trait]
impl HttpClient for ScriptedProvider {
    async fn send(&self, outgoing: OutgoingRequest) -> Result<IncomingResponse, TransportError> {
        let request = outgoing.request;
        let url = Url::parse(&request.uri().to_string()).map_err(|error| TransportError {
            kind: TransportErrorKind::InvalidRequest,
            message: error.to_string(),
            may_have_arrived: false,
        })?;
        let path = url.path().to_owned();
        self.journal.note(format!("{} {path}", request.method()));
        self.state().seen.push(SeenRequest {
            method: request.method().clone(),
            url,
            headers: request.headers().clone(),
            body: String::from_utf8_lossy(request.body()).into_owned(),
            client_certificate: outgoing.client_certificate.is_some_and(|certificate| {
                matches!(certificate, ClientCertificate::Pem(_) | ClientCertificate::Pkcs12 { .. })
            }),
        });
        let answer = {
            let mut state = self.state();
            match state.answers.get_mut(&path) {
                Some(queue) if queue.len() > 1 => queue.pop_front(),
                Some(queue) => queue.front().cloned(),
                None => None,
            }
        };
        self.gate().await;
        match answer.unwrap_or_else(|| Answer::raw(404, "text/plain", "not found")) {
            Answer::Fail(error) => Err(error),
            Answer::Respond { status, headers, body, completeness } => {
                let mut response = Response::builder().status(status);
                for (name, value) in headers {
                    response = response.header(name, value);
                }
                let response = response.body(body).map_err(|error| TransportError {
                    kind: TransportErrorKind::InvalidRequest,
                    message: error.to_string(),
                    may_have_arrived: true,
                })?;
                Ok(IncomingResponse { response, completeness })
            }
        }
    }
}
