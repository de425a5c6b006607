//! A flow under way: what it may use of the outside world, and the record of its steps.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::config::AuthConfig;
use crate::explain;
use crate::failure::Failure;
use crate::keeper::Surroundings;
use crate::ports::{ClientCertificate, Clock, FlowObserver, IncomingResponse, OutgoingRequest, UnixMillis};
use crate::secret::Secret;
use crate::transcript::{Blanks, FlowStep, RedactedExchange, SentRequest, Step, StepResult};

/// The most that is read of any answer of a provider.
pub const BODY_LIMIT: usize = 1024 * 1024;

/// A flow under way. Cheap to clone: all clones write one record.
#[derive(Clone)]
pub struct Flow {
    surroundings: Surroundings,
    record: Arc<Mutex<Record>>,
}

#[derive(Default)]
struct Record {
    steps: Vec<FlowStep>,
    observers: Vec<Arc<dyn FlowObserver>>,
    blanks: Blanks,
}

/// The moment at which a step began.
#[derive(Clone, Copy)]
pub struct Began {
    at: UnixMillis,
    monotonic: Duration,
}

impl Flow {
    /// A flow over these surroundings, on behalf of this config: its secrets are blanked in the record.
    pub fn new(surroundings: &Surroundings, config: &AuthConfig) -> Self {
        let record = Record { blanks: Blanks::of(config), ..Record::default() };
        Self { surroundings: surroundings.clone(), record: Arc::new(Mutex::new(record)) }
    }

    /// What the flow may use of the outside world.
    pub fn surroundings(&self) -> &Surroundings {
        &self.surroundings
    }

    /// The clock.
    pub fn clock(&self) -> &dyn Clock {
        &*self.surroundings.clock
    }

    /// Lets one more observer follow: it hears of the steps so far at once, of the others as they happen.
    pub fn join(&self, observer: Arc<dyn FlowObserver>) {
        let mut record = self.record();
        for step in &record.steps {
            observer.step(step);
        }
        record.observers.push(observer);
    }

    /// From now on this value is blanked in the record.
    pub fn blank(&self, secret: &Secret) {
        self.record().blanks.add(secret);
    }

    /// The secrets that are blanked.
    pub fn blanks(&self) -> Blanks {
        self.record().blanks.clone()
    }

    /// The steps so far.
    pub fn steps(&self) -> Vec<FlowStep> {
        self.record().steps.clone()
    }

    /// The beginning of a step.
    pub fn begin(&self) -> Began {
        Began { at: self.clock().now(), monotonic: self.clock().monotonic() }
    }

    /// Writes down a step that has ended.
    pub fn end(&self, step: Step, began: Began, result: StepResult, detail: impl Into<String>) {
        self.write(step, began, result, detail.into(), None);
    }

    fn write(&self, step: Step, began: Began, result: StepResult, detail: String, crossed: Option<Crossed>) {
        let elapsed = self.clock().monotonic().saturating_sub(began.monotonic);
        let ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
        let mut record = self.record();
        let detail = record.blanks.text(&detail);
        let (exchange, sent) = crossed.map(|crossed| (crossed.exchange, crossed.sent)).unzip();
        let step = FlowStep { step, result, ms, detail, at: began.at, exchange, sent };
        for observer in &record.observers {
            observer.step(&step);
        }
        record.steps.push(step);
    }

    /// The failure with the steps that led to it.
    pub fn told(&self, mut failure: Failure) -> Failure {
        failure.flow = self.steps();
        failure
    }

    fn record(&self) -> std::sync::MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends one request through the port. The step is not written down yet: what the answer means decides how.
    ///
    /// # Errors
    /// Why no answer came; the step is then written down as failed.
    pub async fn send(
        &self,
        step: Step,
        request: http::Request<Vec<u8>>,
        client_certificate: Option<ClientCertificate>,
    ) -> Result<Exchanged, Unanswered> {
        let began = self.begin();
        let mut crossed =
            Crossed { exchange: self.blanks().request(&request), sent: SentRequest::of(&request) };
        let place = place_of(request.uri());
        let outgoing = OutgoingRequest { request, client_certificate, body_limit: BODY_LIMIT };
        match self.surroundings.http.send(outgoing).await {
            Ok(incoming) => {
                self.blanks().response(&mut crossed.exchange, &incoming.response);
                Ok(Exchanged { incoming, crossed, began, step, place })
            }
            Err(error) => {
                let host = place.split('/').next().unwrap_or(&place);
                let failure = explain::unreachable(host, &error);
                self.write(step, began, StepResult::Failed, failure.message.clone(), Some(crossed));
                Err(Unanswered { failure, may_have_arrived: error.may_have_arrived })
            }
        }
    }
}

/// An answer, with what is needed to write its step down.
pub struct Exchanged {
    pub incoming: IncomingResponse,
    /// Host and path that answered, for messages.
    pub place: String,
    step: Step,
    crossed: Crossed,
    began: Began,
}

/// What crossed the wire: as it may be shown, and the request as it left.
struct Crossed {
    exchange: RedactedExchange,
    sent: SentRequest,
}

impl Exchanged {
    /// Writes the step down.
    pub fn end(self, flow: &Flow, result: StepResult, detail: impl Into<String>) -> IncomingResponse {
        flow.write(self.step, self.began, result, detail.into(), Some(self.crossed));
        self.incoming
    }
}

/// No answer came.
pub struct Unanswered {
    pub failure: Failure,
    /// Whether the request may have reached the provider.
    pub may_have_arrived: bool,
}

/// Host and path of a URL, without query: what a message may name.
fn place_of(uri: &http::Uri) -> String {
    format!("{}{}", uri.authority().map_or("", |authority| authority.as_str()), uri.path())
}
