//! Step 5: out and back. After a 401 the token is renewed once and the request sent once more, never twice.

use super::Pipeline;
use super::authorize::{Authorized, Renewable, place_token};
use super::verdict::{Journal, Stopped, Warning};
use crate::exchange::{Exchange, OutgoingRequest, Response};
use crate::ports::{Progress, SendFailure, Stage};
use crate::workspace::Id;

/// How a request that left came out.
pub(super) struct Sent {
    pub(super) id: Option<Id>,
    pub(super) name: String,
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
        let Authorized { id, name, started_at, mut request, renewable } = authorized;
        let mut result = self.transport.send(request.clone(), progress).await;
        if let (Ok(exchange), Some(renewable)) = (&result, renewable)
            && exchange.response.status == 401
            && let Some(again) = self.renewed(renewable, &exchange.response, progress, journal).await
        {
            result = self.transport.send(again.clone(), progress).await;
            request = again;
        }
        Ok(Sent { id, name, started_at, request, result })
    }

    /// The request with a renewed token, if this 401 is one that a renewal can help. Every body can be sent again:
    /// it is in memory, or read from its file anew.
    async fn renewed(
        &self,
        renewable: Renewable,
        response: &Response,
        progress: &(dyn Progress + 'static),
        journal: &mut Journal,
    ) -> Option<OutgoingRequest> {
        let Renewable { bare, demand, token } = renewable;
        let challenges: Vec<&str> = response
            .headers
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case("www-authenticate"))
            .map(|(_, value)| value.as_str())
            .collect();
        let challenge = (!challenges.is_empty()).then(|| challenges.join(", "));
        progress.reached(Stage::Token);
        let renewal =
            self.keeper.after_unauthorized(&demand, &token, challenge.as_deref(), journal.observer()).await;
        let token = match renewal {
            Ok(token) => token?,
            Err(failure) => {
                journal.renewal_failed(failure);
                return None;
            }
        };
        let mut request = bare;
        if let Err(failure) = place_token(&token, &mut request) {
            journal.renewal_failed(failure);
            return None;
        }
        journal.token_renewed_after_401(&token);
        journal.warn(Warning::note(
            "The API refused the token with 401: it was renewed and the request sent again",
        ));
        Some(request)
    }
}
