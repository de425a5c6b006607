//! Step 7: what is kept and shown of a request that left, secrets blanked.

use gatepass_oauth::Secret;

use super::send::Sent;
use super::verdict::{Journal, Outcome, Trouble, Verdict};
use super::{Draft, Pipeline};
use crate::exchange::{Exchange, OutgoingBody, OutgoingRequest, ShownRequest};
use crate::ports::{Record, RecordedAnswer};
use crate::redaction::Redaction;

/// A request that left, written down. Only its test scripts are missing.
pub(super) struct Recorded {
    pub(super) verdict: Verdict,
    /// What it was made from, as the pre-request scripts left it.
    pub(super) draft: Draft,
    /// As it left last.
    pub(super) request: OutgoingRequest,
    /// What is blanked in everything that is shown or kept.
    pub(super) secrets: Vec<Secret>,
}

impl Pipeline {
    /// The end of the journal: the verdict. The record goes to the recorder, which does not keep us waiting.
    pub(super) fn record(&self, sent: Sent, journal: Journal) -> Recorded {
        let Sent { draft, started_at, request, result } = sent;
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
            recorder.record(Record {
                request: draft.id.clone(),
                name: draft.name.clone(),
                sent_at: started_at,
                shown: shown.clone(),
                answer,
            });
        }
        let outcome = match result {
            Ok(exchange) => Outcome::Answered(Box::new(exchange)),
            Err(failure) => Outcome::Failed(Trouble::Send(failure)),
        };
        let secrets = journal.secrets().to_vec();
        Recorded { verdict: journal.into_verdict(outcome, Some(shown)), draft, request, secrets }
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
