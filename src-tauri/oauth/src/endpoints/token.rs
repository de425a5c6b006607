//! The token endpoint (RFC 6749 §3.2): what is sent is exact, what comes back is read forgivingly.

use super::{Call, Dialogue, Form};
use crate::authorization_server::Endpoint;
use crate::config::{ExtraParameter, Grant};
use crate::error_code::ErrorCode;
use crate::ports::UnixMillis;
use crate::token_response::{self, Circumstances, TokenError};
use crate::token_set::TokenSet;
use crate::transcript::{Step, StepResult};

/// Whether a grant is used for the first time or a token set is renewed with its refresh token: the request then
/// goes to the refresh URL, and carries the refresh rows of the free parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose<'a> {
    Token,
    /// With the scopes granted before: they hold on where the answer does not say (RFC 6749 §6).
    Refresh {
        scope: Option<&'a str>,
    },
}

/// What a token endpoint granted.
pub struct Granted {
    pub tokens: TokenSet,
    /// The provider's own time when it answered, where it said: it explains a wrong clock here.
    pub server_time: Option<UnixMillis>,
}

/// Parameters that belong to one grant: rows for the token request that carry them are of no use to a refresh.
const OF_ONE_GRANT: [&str; 6] =
    ["grant_type", "code", "redirect_uri", "code_verifier", "refresh_token", "assertion"];

impl Dialogue<'_> {
    /// Sends a token request and reads its answer. `parameters` holds `grant_type` and what belongs to the grant;
    /// resource indicators, client authentication and free parameters are added here.
    ///
    /// # Errors
    /// Why no token came; the step has been written down.
    pub async fn request_token(&self, purpose: Purpose<'_>, parameters: Form) -> Result<Granted, TokenError> {
        let (step, address, asked_scope) = match purpose {
            Purpose::Token => (Step::Token, None, self.config.scope.as_deref()),
            Purpose::Refresh { scope } => (Step::Refresh, self.config.refresh_endpoint.as_deref(), scope),
        };
        let mut form = parameters;
        for resource in &self.config.resource {
            form.push("resource", resource);
        }
        let rows = self.extra_rows(purpose);
        let call =
            Call { step, endpoint: Endpoint::Token, address, form, extra: &rows, proves_possession: true };
        let answered = self.post(call).await.map_err(|lost| TokenError {
            may_have_arrived: lost.may_have_arrived,
            ..TokenError::from(lost.failure)
        })?;
        let blanks = self.flow.blanks();
        let circumstances = Circumstances {
            place: &answered.exchanged.place,
            received_at: self.flow.clock().now(),
            asked_scope,
            blanks: &blanks,
            situation: self.situation(step),
        };
        match token_response::read(&answered.exchanged.incoming, &circumstances) {
            Ok(mut tokens) => {
                for secret in
                    [&tokens.access_token, &tokens.refresh_token, &tokens.id_token].into_iter().flatten()
                {
                    self.flow.blank(secret);
                }
                let incoming = answered.exchanged.end(self.flow, StepResult::Ok, received(&tokens));
                tokens.notices.extend(answered.notices);
                tokens.dpop_key = self.dpop_key.map(|key| key.to_jwk().clone());
                let server_time = token_response::date_of(incoming.response.headers());
                Ok(Granted { tokens, server_time })
            }
            Err(error) => {
                let (result, detail) = match error.failure.error_code() {
                    Some(ErrorCode::AuthorizationPending) => {
                        (StepResult::Retried, "Nobody has signed in yet".to_owned())
                    }
                    Some(ErrorCode::SlowDown) => {
                        (StepResult::Retried, "The provider asks to be asked less often".to_owned())
                    }
                    _ => (StepResult::Failed, format!("{}: {}", error.failure.message, error.failure.cause)),
                };
                answered.exchanged.end(self.flow, result, detail);
                Err(error)
            }
        }
    }

    /// The free parameters of this request. A refresh without rows of its own carries those of the token request,
    /// but for what belongs to another grant: what the provider wanted there it most likely wants here.
    fn extra_rows(&self, purpose: Purpose<'_>) -> Vec<ExtraParameter> {
        let extra = &self.config.extra;
        match purpose {
            Purpose::Token => extra.token.clone(),
            Purpose::Refresh { .. } if extra.refresh.iter().any(|row| row.enabled) => extra.refresh.clone(),
            Purpose::Refresh { .. } if self.config.grant == Grant::RefreshToken => extra.token.clone(),
            Purpose::Refresh { .. } => {
                let fits = |row: &&ExtraParameter| !OF_ONE_GRANT.contains(&row.name.as_str());
                extra.token.iter().filter(fits).cloned().collect()
            }
        }
    }
}

fn received(tokens: &TokenSet) -> String {
    let named = [
        ("an access token", tokens.access_token.is_some()),
        ("a refresh token", tokens.refresh_token.is_some()),
        ("an ID token", tokens.id_token.is_some()),
    ];
    let names: Vec<&str> = named.iter().filter(|(_, there)| *there).map(|(name, _)| *name).collect();
    format!("Received {}", names.join(", "))
}
