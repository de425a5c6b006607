//! Token introspection (RFC 7662).

use serde_json::{Map, Value};

use super::{Call, Dialogue, Form};
use crate::authorization_server::Endpoint;
use crate::failure::{Code, Failure};
use crate::secret::Secret;
use crate::token_response;
use crate::transcript::{Step, StepResult};

impl Dialogue<'_> {
    /// Asks the provider what it knows of an access token. A token that is not active is an answer, no error.
    ///
    /// # Errors
    /// What the provider refused, why it could not be asked, or [`Code::InvalidResponse`] without `active`.
    pub async fn introspect(&self, token: &Secret) -> Result<Map<String, Value>, Failure> {
        self.flow.blank(token);
        let call = Call {
            step: Step::Introspection,
            endpoint: Endpoint::Introspection,
            address: None,
            form: Form::new().with("token", token).with("token_type_hint", "access_token"),
            extra: &[],
            proves_possession: false,
        };
        let exchanged = self.post(call).await.map_err(|lost| lost.failure)?.exchanged;
        let blanks = self.flow.blanks();
        let circumstances = self.circumstances(Step::Introspection, &exchanged, &blanks);
        let read =
            token_response::read_answer(&exchanged.incoming, &circumstances).map_err(|error| error.failure);
        let read = read.and_then(|claims| match claims.get("active") {
            Some(Value::Bool(_)) => Ok(claims),
            _ => Err(no_verdict(&exchanged.place)),
        });
        match read {
            Ok(claims) => {
                let verdict = if claims["active"] == true { "active" } else { "not active" };
                exchanged.end(self.flow, StepResult::Ok, format!("The access token is {verdict}"));
                Ok(claims)
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

fn no_verdict(place: &str) -> Failure {
    Failure::new(
        Code::InvalidResponse,
        format!("{place} did not say whether the token is active"),
        "Its answer has no `active` that is true or false (RFC 7662 §2.2).",
        "Check the introspection endpoint.",
    )
}
