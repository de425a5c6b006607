//! Pushed authorization requests (RFC 9126): the parameters go to the provider directly, the browser carries a
//! reference to them.

use http::StatusCode;
use url::Url;

use super::{Call, Dialogue, Form};
use crate::authorization_request::{AuthorizationRequest, with_parameters};
use crate::authorization_server::Endpoint;
use crate::config::{ExtraPlace, Par};
use crate::explain::Situation;
use crate::failure::{Code, Failure};
use crate::token_response::{self, Circumstances};
use crate::transcript::{Step, StepResult};

impl Dialogue<'_> {
    /// Whether the request is pushed: always, never, or where the provider asks for it.
    pub fn pushes_authorization_request(&self) -> bool {
        match self.config.par {
            Par::Always => true,
            Par::Never => false,
            Par::Auto => self.server.flag("require_pushed_authorization_requests"),
        }
    }

    /// Pushes the request (as `parameters`, plain or signed) and returns the URL for the browser, with the reference in it.
    ///
    /// # Errors
    /// What the provider answered, or [`Code::InvalidResponse`] if it gave no reference.
    pub async fn push(
        &self,
        request: &AuthorizationRequest,
        parameters: Form,
        endpoint: &Url,
    ) -> Result<Url, Failure> {
        let rows = &self.config.extra.authorization;
        let headers: Vec<_> =
            rows.iter().filter(|row| row.place == Some(ExtraPlace::Header)).cloned().collect();
        let call = Call {
            step: Step::PushedAuthorization,
            endpoint: Endpoint::PushedAuthorizationRequest,
            address: None,
            form: parameters,
            extra: &headers,
            proves_possession: false,
        };
        let exchanged = self.post(call).await.map_err(|lost| lost.failure)?.exchanged;
        let blanks = self.flow.blanks();
        let circumstances = Circumstances {
            place: &exchanged.place,
            received_at: self.flow.clock().now(),
            asked_scope: None,
            blanks: &blanks,
            situation: Situation {
                redirect_uri: Some(&request.redirect_uri),
                ..self.situation(Step::PushedAuthorization)
            },
        };
        let read =
            token_response::read_answer(&exchanged.incoming, &circumstances).map_err(|error| error.failure);
        let reference =
            read.and_then(|answer| match answer.get("request_uri").and_then(|value| value.as_str()) {
                Some(reference) if !reference.is_empty() => Ok(reference.to_owned()),
                _ => Err(no_reference(&exchanged.place, exchanged.incoming.response.status())),
            });
        match reference {
            Ok(reference) => {
                exchanged.end(
                    self.flow,
                    StepResult::Ok,
                    "The request was pushed; the browser carries its reference",
                );
                let parameters = Form::new()
                    .with("client_id", self.config.client_id.as_str())
                    .with("request_uri", reference);
                Ok(with_parameters(endpoint, &parameters))
            }
            Err(failure) => {
                exchanged.end(
                    self.flow,
                    StepResult::Failed,
                    format!("{}: {}", failure.message, failure.cause),
                );
                Err(failure)
            }
        }
    }
}

fn no_reference(place: &str, status: StatusCode) -> Failure {
    Failure::new(
        Code::InvalidResponse,
        format!("{place} did not accept the pushed authorization request"),
        format!("Its answer (status {}) has no `request_uri` (RFC 9126 §2.2).", status.as_u16()),
        "Check the endpoint, or turn pushed authorization requests off.",
    )
}
