//! Part of step 6: a 401 whose challenge is answered with a password. Nothing is renewed for it; the server only gets
//! to know what it asked for.

use super::Pipeline;
use super::authorize::{Challenged, digest, ntlm};
use super::send::all;
use super::verdict::{Journal, Warning};
use crate::exchange::{Exchange, OutgoingBody, OutgoingRequest};
use crate::ports::{Progress, SendFailure};

/// An exchange, and the request that it was made with.
pub(super) type Attempt = (OutgoingRequest, Result<Exchange, SendFailure>);

impl Pipeline {
    /// Answers the challenge of a 401, if there is one that the credentials are an answer to. Gives back what came of
    /// the last request.
    pub(super) async fn answer_challenge(
        &self,
        challenged: &Challenged,
        attempt: Attempt,
        progress: &(dyn Progress + 'static),
        journal: &mut Journal,
    ) -> Attempt {
        let (mut request, result) = attempt;
        let asked = result.as_ref().ok().filter(|exchange| exchange.response.status == 401).map(asking);
        let Some((asked, exchange)) = asked.zip(result.as_ref().ok()) else { return (request, result) };
        if exchange.request.url.origin() != request.url.origin() {
            journal.warn(Warning::new(
                "Another server asked for the password after a redirect: it was not given to it",
            ));
            return (request, result);
        }
        go_on_from(exchange, &mut request);
        match challenged {
            Challenged::Digest(credentials) => {
                match self.with_digest(credentials, &asked, request.clone()).await {
                    Err(failure) => (request, Err(failure)),
                    Ok(None) => (request, result),
                    Ok(Some(answer)) => {
                        let result = self.transport.send(answer.clone(), progress).await;
                        (answer, result)
                    }
                }
            }
            Challenged::Ntlm(credentials) => match ntlm::offered(&asked) {
                None => (request, result),
                Some(scheme) => self.shake_hands(credentials, scheme, request, progress).await,
            },
        }
    }

    async fn with_digest(
        &self,
        credentials: &digest::Credentials,
        asked: &str,
        mut request: OutgoingRequest,
    ) -> Result<Option<OutgoingRequest>, SendFailure> {
        if credentials.will_cover_body(asked) {
            self.bring_body_into_memory(&mut request).await?;
        }
        Ok(credentials.answer(asked, &mut request, self.moment()).then_some(request))
    }

    /// The three messages of NTLM, on the request's own connection. The first one goes without the body: it is always
    /// refused.
    async fn shake_hands(
        &self,
        credentials: &ntlm::Credentials,
        scheme: &'static str,
        mut request: OutgoingRequest,
        progress: &(dyn Progress + 'static),
    ) -> Attempt {
        let mut first = OutgoingRequest { body: OutgoingBody::Empty, ..request.clone() };
        ntlm::begin(scheme, &mut first);
        let result = self.transport.send(first.clone(), progress).await;
        let asked = result.as_ref().ok().filter(|exchange| exchange.response.status == 401).map(asking);
        let answered =
            asked.and_then(|asked| credentials.answer(&asked, scheme, &mut request, self.moment())).is_some();
        if !answered {
            return (first, result);
        }
        let result = self.transport.send(request.clone(), progress).await;
        (request, result)
    }
}

/// All challenges of an answer.
fn asking(exchange: &Exchange) -> String {
    all(&exchange.response, "www-authenticate").collect::<Vec<_>>().join(", ")
}

/// After redirects within the origin it is the last request that was refused, not the first.
fn go_on_from(exchange: &Exchange, request: &mut OutgoingRequest) {
    request.url = exchange.request.url.clone();
    if request.method != exchange.request.method {
        request.method.clone_from(&exchange.request.method);
        request.body = OutgoingBody::Empty;
        request.headers.retain(|(name, _)| !name.to_ascii_lowercase().starts_with("content-"));
    }
}
