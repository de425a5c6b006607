//! A request as it would leave, for those who write it down instead of sending it: code and command lines. Nothing
//! leaves, no script runs, and no token is obtained or renewed for it.

use std::path::PathBuf;
use std::sync::Arc;

use gatepass_oauth::AuthConfig;
use gatepass_oauth::config::SendIn;
use gatepass_oauth::keeper::SendTerms;
use gatepass_oauth::ports::FlowObserver;
use gatepass_oauth::transcript::{BLANK, FlowStep};

use super::authorize::{Authorized, Challenged};
use super::inherit::inherit;
use super::scripts::Scripted;
use super::token::TokenState;
use super::verdict::{Journal, Stopped, Trouble};
use super::{Draft, Pipeline};
use crate::exchange::{OutgoingBody, OutgoingPart, OutgoingRequest, PartContent};
use crate::ports::Unwatched;
use crate::redaction::Redaction;

/// What stands where a secret was left out.
pub const LEFT_OUT: &str = "YOUR_SECRET";

/// A request, written down. No `Debug`: its secrets may be in it.
pub struct Composed {
    pub method: String,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: ComposedBody,
    /// For schemes that answer a challenge, which a client has to be told.
    pub challenge: Option<ComposedChallenge>,
    pub follow_redirects: bool,
    pub verify_tls: bool,
    /// What a person should know of it.
    pub notes: Vec<String>,
}

pub enum ComposedBody {
    None,
    Text(String),
    /// Bytes that are no text; they are left out.
    Bytes,
    File(PathBuf),
    Form(Vec<ComposedPart>),
}

pub struct ComposedPart {
    pub name: String,
    pub content_type: Option<String>,
    pub content: ComposedContent,
}

pub enum ComposedContent {
    Text(String),
    File(PathBuf),
}

pub struct ComposedChallenge {
    /// `digest` or `ntlm`.
    pub scheme: &'static str,
    pub username: String,
    pub password: String,
}

impl Pipeline {
    /// Writes a draft down, with its secrets if they are asked for; otherwise [`LEFT_OUT`] stands in their places.
    ///
    /// # Errors
    /// Why it could not be sent either: no URL, or an authorization that is not complete.
    pub async fn compose(&self, draft: Draft, secrets: bool) -> Result<Composed, Trouble> {
        let mut journal = Journal::new(Arc::new(Unheard));
        match self.written_down(draft, &mut journal).await {
            Ok(authorized) => Ok(composed(authorized, &journal, secrets)),
            Err(Stopped::Trouble(trouble)) => Err(trouble),
            // The terms below hold nothing back, and no script runs that could skip it.
            Err(_) => unreachable!("nothing holds a request back that is only written down"),
        }
    }

    async fn written_down(&self, draft: Draft, journal: &mut Journal) -> Result<Authorized, Stopped> {
        let terms = SendTerms { renew: false, send_anyway: true, person: None };
        let mut inherited = inherit(draft);
        inherited.started_at = Some(self.clock.now());
        let (token, findings) = self.settle_token(&inherited, &terms, &Unwatched, journal, false).await;
        journal.found(findings);
        let token = token.unwrap_or(TokenState::NotNeeded);
        let config = match &token {
            TokenState::Decided { demand, .. } => Some(demand.config.clone()),
            TokenState::NotNeeded | TokenState::Failed(_) => None,
        };
        let resolved = self.resolve(Scripted { inherited, token }, journal).await?;
        let mut authorized = self.authorize(resolved, &terms, journal).await?;
        if let Some(config) = config.filter(|_| authorized.renewable.is_none()) {
            leave_room(&config, &mut authorized.request);
        }
        Ok(authorized)
    }
}

/// Shows where a token would be that there is not yet.
fn leave_room(config: &AuthConfig, request: &mut OutgoingRequest) {
    match config.send_in {
        SendIn::Header => {
            let value = format!("{} {LEFT_OUT}", config.header_prefix);
            request.headers.push((config.header_name.clone(), value.trim_start().to_owned()));
        }
        SendIn::Query => drop(request.url.query_pairs_mut().append_pair(&config.parameter_name, LEFT_OUT)),
        SendIn::Body => {}
    }
}

fn composed(authorized: Authorized, journal: &Journal, secrets: bool) -> Composed {
    let Authorized { request, challenged, .. } = authorized;
    let redaction = Redaction::of(journal.secrets(), &request.credentials);
    let text = |text: String| if secrets { text } else { redaction.text(&text).replace(BLANK, LEFT_OUT) };
    let mut notes: Vec<String> = journal.warnings().map(str::to_owned).collect();
    let body = match request.body {
        OutgoingBody::Empty => ComposedBody::None,
        OutgoingBody::File(path) => ComposedBody::File(path),
        OutgoingBody::Multipart(parts) => {
            ComposedBody::Form(parts.into_iter().map(|part| written(part, &text)).collect())
        }
        OutgoingBody::Bytes(bytes) => match String::from_utf8(bytes.to_vec()) {
            Ok(whole) => ComposedBody::Text(text(whole)),
            Err(_) => {
                notes.push("The body is no text and is left out".to_owned());
                ComposedBody::Bytes
            }
        },
    };
    let challenge = challenged.map(|challenged| {
        let (scheme, (username, password)) = match &challenged {
            Challenged::Digest(credentials) => ("digest", credentials.shown()),
            Challenged::Ntlm(credentials) => ("ntlm", credentials.shown()),
        };
        let password = if secrets { password } else { LEFT_OUT.to_owned() };
        ComposedChallenge { scheme, username, password }
    });
    Composed {
        method: request.method,
        url: if secrets {
            request.url.to_string()
        } else {
            redaction.url(&request.url).replace(BLANK, LEFT_OUT)
        },
        headers: if secrets {
            request.headers
        } else {
            let shown = redaction.headers(&request.headers).into_iter();
            shown.map(|(name, value)| (name, value.replace(BLANK, LEFT_OUT))).collect()
        },
        body,
        challenge,
        follow_redirects: request.settings.follow_redirects,
        verify_tls: request.settings.verify_tls,
        notes,
    }
}

fn written(part: OutgoingPart, text: &impl Fn(String) -> String) -> ComposedPart {
    ComposedPart {
        name: part.name,
        content_type: part.content_type,
        content: match part.content {
            PartContent::Bytes(bytes) => {
                ComposedContent::Text(text(String::from_utf8_lossy(&bytes).into_owned()))
            }
            PartContent::File(path) => ComposedContent::File(path),
        },
    }
}

/// No flow happens that could be heard of.
struct Unheard;

impl FlowObserver for Unheard {
    fn step(&self, _step: &FlowStep) {}
}
