//! Step 6: out and back. After a 401 the token is renewed once and the request sent once more, never twice; a
//! challenge that a password answers is answered (`challenge.rs`).

use http::header::{HeaderMap, HeaderName, HeaderValue, WWW_AUTHENTICATE};

use super::authorize::{Authorized, Renewable, place_token};
use super::verdict::{Journal, Stopped, Warning};
use super::{Draft, Pipeline};
use crate::exchange::{Exchange, OutgoingRequest, Response};
use crate::ports::{Progress, SendFailure, Stage};

/// How a request that left came out.
pub(super) struct Sent {
    /// What it was made from.
    pub(super) draft: Draft,
    pub(super) started_at: i64,
    /// The request as it left last; for the record of one that got no answer.
    pub(super) request: OutgoingRequest,
    pub(super) result: Result<Exchange, SendFailure>,
}

impl Pipeline {
    pub(super) async fn send_out(
        &self,
        authorized: Authorized,
        progress: &(dyn Progress + 'static),
        journal: &mut Journal,
    ) -> Result<Sent, Stopped> {
        let Authorized { draft, started_at, mut request, renewable, challenged } = authorized;
        let mut result = self.transport.send(request.clone(), progress).await;
        if let Some(challenged) = challenged {
            (request, result) =
                self.answer_challenge(&challenged, (request, result), progress, journal).await;
        }
        if let Some(mut renewable) = renewable {
            if let Ok(exchange) = &result
                && let Some(again) = renewable.with_nonce(exchange)
            {
                request = again;
                result = self.transport.send(request.clone(), progress).await;
            }
            if let Ok(exchange) = &result
                && exchange.response.status == 401
                && self.renew(&mut renewable, &exchange.response, progress, journal).await
                && let Some(again) = placed(&renewable, journal)
            {
                journal.token_renewed_after_401(&renewable.token);
                request = again;
                result = self.transport.send(request.clone(), progress).await;
                // Its nonce counts for the next request; this one is not sent a third time.
                if let Ok(exchange) = &result {
                    renewable.with_nonce(exchange);
                }
            }
        }
        Ok(Sent { draft, started_at, request, result })
    }

    /// Renews the token, if this 401 is one that a renewal can help. Says whether there is another token now. Every
    /// body can be sent again: it is in memory, or read from its file anew.
    async fn renew(
        &self,
        renewable: &mut Renewable,
        response: &Response,
        progress: &(dyn Progress + 'static),
        journal: &mut Journal,
    ) -> bool {
        let challenges: Vec<&str> = all(response, "www-authenticate").collect();
        let challenge = (!challenges.is_empty()).then(|| challenges.join(", "));
        progress.reached(Stage::Token);
        let renewal = self.keeper.after_unauthorized(
            &renewable.demand,
            &renewable.token,
            challenge.as_deref(),
            journal.observer(),
        );
        match renewal.await {
            Ok(Some(token)) => {
                renewable.token = token;
                true
            }
            Ok(None) => false,
            Err(failure) => {
                journal.renewal_failed(failure);
                false
            }
        }
    }
}

impl Renewable {
    /// Takes over the nonce of an answer. The same request with the same token and that nonce, if the API asks for
    /// it (RFC 9449 §9).
    fn with_nonce(&self, exchange: &Exchange) -> Option<OutgoingRequest> {
        // Only a token that is bound to a key has a proof that a nonce belongs into.
        let bound = exchange.request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("dpop"));
        if !bound {
            return None;
        }
        let mut headers = HeaderMap::new();
        for name in [WWW_AUTHENTICATE, HeaderName::from_static("dpop-nonce")] {
            for value in all(&exchange.response, name.as_str()) {
                if let Ok(value) = HeaderValue::from_str(value) {
                    headers.append(name.clone(), value);
                }
            }
        }
        let status = http::StatusCode::from_u16(exchange.response.status).ok()?;
        if !self.token.wants_nonce(&self.bare.url, status, &headers) {
            return None;
        }
        let mut request = self.bare.clone();
        place_token(&self.token, &mut request).ok().map(|()| request)
    }
}

/// The request with its token in place.
fn placed(renewable: &Renewable, journal: &mut Journal) -> Option<OutgoingRequest> {
    let mut request = renewable.bare.clone();
    match place_token(&renewable.token, &mut request) {
        Ok(()) => {
            journal.warn(Warning::note(
                "The API refused the token with 401: it was renewed and the request sent again",
            ));
            Some(request)
        }
        Err(failure) => {
            journal.renewal_failed(failure);
            None
        }
    }
}

pub(super) fn all<'r>(response: &'r Response, name: &str) -> impl Iterator<Item = &'r str> {
    let headers = response.headers.iter().filter(move |(other, _)| other.eq_ignore_ascii_case(name));
    headers.map(|(_, value)| value.as_str())
}
