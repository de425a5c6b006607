//! Signing out at the provider (OpenID Connect RP-Initiated Logout 1.0): a page in the person's browser.

use url::Url;

use super::{Dialogue, Form};
use crate::authorization_request::{check_openable, with_parameters};
use crate::authorization_server::{Endpoint, endpoint_url};
use crate::failure::Failure;
use crate::token_set::TokenSet;
use crate::transcript::{Step, StepResult};

impl Dialogue<'_> {
    /// Opens the provider's logout page. Says whether it has one.
    ///
    /// # Errors
    /// The endpoint cannot be opened, or the browser did not start.
    pub async fn end_session(&self, tokens: &TokenSet) -> Result<bool, Failure> {
        let Some(text) = self.server.endpoint(Endpoint::EndSession) else { return Ok(false) };
        let began = self.flow.begin();
        let url = self.logout_url(endpoint_url(Endpoint::EndSession.as_str(), text)?, tokens);
        let outcome = match check_openable(&url) {
            Ok(()) => self.flow.surroundings().browser.open(&url).await,
            Err(failure) => Err(failure),
        };
        match outcome {
            Ok(()) => {
                let shown = self.flow.blanks().url(&url);
                self.flow.end(
                    Step::EndSession,
                    began,
                    StepResult::Ok,
                    format!("Opened in the browser: {shown}"),
                );
                Ok(true)
            }
            Err(failure) => {
                self.flow.end(Step::EndSession, began, StepResult::Failed, failure.message.clone());
                Err(failure)
            }
        }
    }

    fn logout_url(&self, endpoint: Url, tokens: &TokenSet) -> Url {
        let parameters = Form::new()
            .with_some("id_token_hint", tokens.id_token.as_ref())
            .with("client_id", self.config.client_id.as_str())
            .with_some("ui_locales", self.config.ui_locales.as_deref());
        with_parameters(&endpoint, &parameters)
    }
}
