//! Step 6: what is kept and shown of a request that left, secrets blanked.

use super::Pipeline;
use super::send::Sent;
use super::verdict::{Journal, Outcome, Trouble, Verdict};
use crate::exchange::{Exchange, OutgoingBody, ShownRequest};
use crate::ports::{Record, RecordedAnswer};
use crate::redaction::Redaction;

impl Pipeline {
    /// The end of the journal: the verdict. The record goes to the recorder, which does not keep us waiting.
    pub(super) fn record(&self, sent: Sent, journal: Journal) -> Verdict {
        let Sent { id, name, started_at, request, result } = sent;
        let redaction = Redaction::of(journal.secrets(), &request.credentials);
        let shown = match &result {
            Ok(exchange) => ShownRequest {
                method: exchange.request.method.clone(),
                url: redaction.url(&exchange.request.url),
                headers: redaction.headers(&exchange.request.headers),
                body_size: exchange.request.body_size,
            },
            Err(_) => ShownRequest {
                method: request.method.clone(),
                url: redaction.url(&request.url),
                headers: redaction.headers(&request.headers),
                body_size: size(&request.body),
            },
        };
        if let Some(recorder) = &self.recorder {
            let answer = match &result {
                Ok(exchange) => Ok(recorded(exchange, &redaction)),
                Err(failure) => Err(failure.clone()),
            };
            recorder.record(Record { request: id, name, sent_at: started_at, shown: shown.clone(), answer });
        }
        let outcome = match result {
            Ok(exchange) => Outcome::Answered(Box::new(exchange)),
            Err(failure) => Outcome::Failed(Trouble::Send(failure)),
        };
        journal.into_verdict(outcome, Some(shown))
    }
}

fn recorded(exchange: &Exchange, redaction: &Redaction<'_>) -> RecordedAnswer {
    let response = &exchange.response;
    RecordedAnswer {
        status: response.status,
        reason: response.reason.clone(),
        version: response.version.clone(),
        headers: redaction.headers(&response.headers),
        body: response.body.clone(),
        timing: exchange.timing.clone(),
    }
}

/// What is known of the size without reading a file.
fn size(body: &OutgoingBody) -> u64 {
    match body {
        OutgoingBody::Bytes(bytes) => bytes.len() as u64,
        OutgoingBody::Empty | OutgoingBody::File(_) | OutgoingBody::Multipart(_) => 0,
    }
}
