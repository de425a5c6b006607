//! Step 7: what is kept and shown of a request that left, secrets blanked.

use gatepass_oauth::Secret;
use gatepass_oauth::transcript::BLANK;

use super::send::Sent;
use super::verdict::{Journal, Outcome, Trouble, Verdict};
use super::{Draft, Pipeline};
use crate::exchange::{Exchange, Hop, OutgoingBody, OutgoingRequest, ShownHop, ShownRequest};
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
        let hops = result.as_ref().map(|exchange| exchange.redirects.as_slice()).unwrap_or_default();
        let redirects = hops.iter().map(|hop| shown_hop(hop, &redaction)).collect();
        let outcome = match result {
            Ok(exchange) => Outcome::Answered(Box::new(exchange)),
            Err(failure) => Outcome::Failed(Trouble::Send(failure)),
        };
        let secrets = journal.secrets().to_vec();
        let mut verdict = journal.into_verdict(outcome, Some(shown));
        verdict.redirects = redirects;
        Recorded { verdict, draft, request, secrets }
    }
}

/// A server may put a credential of ours, or a fresh one, into the address that it points to.
fn shown_hop(hop: &Hop, redaction: &Redaction<'_>) -> ShownHop {
    let location = match hop.url.join(&hop.location) {
        Ok(mut location) => {
            if location.fragment().is_some_and(|fragment| fragment.contains('=')) {
                location.set_fragment(Some(BLANK));
            }
            redaction.url(&location)
        }
        Err(_) => redaction.text(&hop.location),
    };
    ShownHop { url: redaction.url(&hop.url), status: hop.status, location }
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::exchange::CredentialPlaces;

    #[test]
    fn a_redirect_is_shown_without_the_secrets_in_its_addresses() {
        let secrets = [Secret::from("canary-52c1")];
        let places = CredentialPlaces::default();
        let redaction = Redaction::of(&secrets, &places);
        let hop = |location: &str| {
            let url = url::Url::parse("https://api.test/a/canary-52c1?access_token=canary-52c1").unwrap();
            shown_hop(&Hop { url, status: 302, location: location.to_owned() }, &redaction)
        };
        for location in ["/b?api_key=canary-77", "https://h/#access_token=canary-77", "/c/canary-52c1"] {
            let shown = hop(location);
            assert!(!format!("{shown:?}").contains("canary"), "{shown:?}");
        }
        assert_eq!(hop("../b?page=2#top").location, "https://api.test/b?page=2#top");
    }
}
