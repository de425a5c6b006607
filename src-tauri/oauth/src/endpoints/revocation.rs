//! Token revocation (RFC 7009).

use super::{Call, Dialogue, Form};
use crate::authorization_server::Endpoint;
use crate::failure::Failure;
use crate::secret::Secret;
use crate::token_response;
use crate::transcript::{Step, StepResult};

impl Dialogue<'_> {
    /// Revokes one token. `hint` is `refresh_token` or `access_token`.
    ///
    /// # Errors
    /// What the provider refused, or why it could not be asked. A token that it does not know is none (§2.2).
    pub async fn revoke(&self, token: &Secret, hint: &str) -> Result<(), Failure> {
        self.flow.blank(token);
        let call = Call {
            step: Step::Revocation,
            endpoint: Endpoint::Revocation,
            address: None,
            form: Form::new().with("token", token).with("token_type_hint", hint),
            extra: &[],
            proves_possession: false,
        };
        let exchanged = self.post(call).await.map_err(|lost| lost.failure)?.exchanged;
        if exchanged.incoming.response.status().is_success() {
            exchanged.end(self.flow, StepResult::Ok, format!("The {} is revoked", hint.replace('_', " ")));
            return Ok(());
        }
        let blanks = self.flow.blanks();
        let circumstances = self.circumstances(Step::Revocation, &exchanged, &blanks);
        let failure = match token_response::read_answer(&exchanged.incoming, &circumstances) {
            Err(error) => error.failure,
            Ok(_) => return Ok(()),
        };
        exchanged.end(self.flow, StepResult::Failed, format!("{}: {}", failure.message, failure.cause));
        Err(failure)
    }
}
