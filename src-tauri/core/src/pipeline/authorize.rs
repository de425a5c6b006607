//! Step 5: the credential in its place. What is missing is obtained now, with a person where one may be asked.
//!
//! Each kind of authorization that signs has a file of its own; bearer, basic and API keys are here. Digest and NTLM
//! answer a challenge: what they need for that is kept for the next step.

mod asap;
mod awsv4;
pub(super) mod digest;
mod edgegrid;
#[cfg(test)]
mod examples;
mod hawk;
mod jwt;
pub(super) mod ntlm;
mod oauth1;
mod written;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use gatepass_oauth::keeper::{Decision, Placement, SendTerms, TokenDemand, UsableToken};
use gatepass_oauth::{Code, Failure, Secret};
use url::form_urlencoded;

use super::resolve::Resolved;
use super::token::TokenState;
use super::verdict::{AuthReport, Journal, Stopped, Warning};
use super::{Draft, Pipeline};
use crate::exchange::{HttpVersion, OutgoingBody, OutgoingRequest, OwnConnection};
use crate::ports::SendFailure;
use crate::workspace::{Auth, AuthKind};
use written::Moment;

/// The media type of a form.
const FORM: &str = "application/x-www-form-urlencoded";

/// A request that is ready to leave.
pub(super) struct Authorized {
    /// What it was made from.
    pub(super) draft: Draft,
    pub(super) started_at: i64,
    pub(super) request: OutgoingRequest,
    /// What is needed to send it once more with another token.
    pub(super) renewable: Option<Renewable>,
    /// What a challenge is answered with.
    pub(super) challenged: Option<Challenged>,
}

/// Credentials that wait for the server to ask for them.
pub(super) enum Challenged {
    Digest(digest::Credentials),
    Ntlm(ntlm::Credentials),
}

/// The request without its token, and the token that it carries.
pub(super) struct Renewable {
    pub(super) bare: OutgoingRequest,
    pub(super) demand: Box<TokenDemand>,
    pub(super) token: UsableToken,
}

impl Pipeline {
    pub(super) async fn authorize(
        &self,
        resolved: Resolved,
        terms: &SendTerms,
        journal: &mut Journal,
    ) -> Result<Authorized, Stopped> {
        let Resolved { draft, started_at, mut request, token, auth, auth_origin } = resolved;
        journal.auth = Some(AuthReport::new(auth.kind, auth_origin));
        let challenged = self.attach(&auth, &mut request, journal).await?;
        let mut renewable = None;
        if let Some((demand, token)) = self.usable_token(token, terms, journal).await? {
            let bare = request.clone();
            place_token(&token, &mut request)?;
            journal.token_placed(&token);
            renewable = Some(Renewable { bare, demand, token });
        }
        Ok(Authorized { draft, started_at, request, renewable, challenged })
    }

    /// The kinds other than OAuth 2.0.
    async fn attach(
        &self,
        auth: &Auth,
        request: &mut OutgoingRequest,
        journal: &mut Journal,
    ) -> Result<Option<Challenged>, Stopped> {
        if covers_body(auth, request) {
            self.bring_body_into_memory(request).await?;
        }
        let moment = self.moment();
        match auth.kind {
            AuthKind::NoAuth | AuthKind::OAuth2 => {}
            AuthKind::Bearer => attach_bearer(auth, request, journal),
            AuthKind::Basic => attach_basic(auth, request, journal),
            AuthKind::ApiKey => attach_api_key(auth, request, journal),
            AuthKind::OAuth1 => oauth1::sign(auth, request, moment, journal)?,
            AuthKind::AwsV4 => awsv4::sign(auth, request, moment, journal)?,
            AuthKind::Hawk => hawk::sign(auth, request, moment, journal)?,
            AuthKind::EdgeGrid => edgegrid::sign(auth, request, moment, journal)?,
            AuthKind::Jwt => jwt::sign(auth, request, moment, journal)?,
            AuthKind::Asap => asap::sign(auth, request, moment, journal)?,
            AuthKind::Digest => {
                let credentials = digest::Credentials::of(auth, journal);
                credentials.answer_beforehand(auth, request, moment);
                return Ok(written::answers_challenges(auth).then_some(Challenged::Digest(credentials)));
            }
            AuthKind::Ntlm => {
                let credentials = ntlm::Credentials::of(auth, journal);
                if !written::answers_challenges(auth) {
                    return Ok(None);
                }
                // The handshake signs in a connection, so it has to be the same one three times over.
                request.own_connection = Some(OwnConnection::new());
                request.settings.http_version = HttpVersion::Http1;
                return Ok(Some(Challenged::Ntlm(credentials)));
            }
        }
        Ok(None)
    }

    /// Reads a body that would be streamed, so that what is signed is what is sent.
    pub(super) async fn bring_body_into_memory(
        &self,
        request: &mut OutgoingRequest,
    ) -> Result<(), SendFailure> {
        if matches!(request.body, OutgoingBody::Empty | OutgoingBody::Bytes(_)) {
            return Ok(());
        }
        let whole = self.transport.read_body(request).await?;
        if let Some(content_type) = whole.content_type {
            request.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
            request.headers.push(("Content-Type".to_owned(), content_type));
        }
        request.body = OutgoingBody::Bytes(whole.bytes);
        Ok(())
    }

    pub(super) fn moment(&self) -> Moment<'_> {
        Moment { now: self.clock.now(), randomness: self.randomness.as_ref() }
    }

    /// The token to send; `None` if none is needed, or the person wants the request sent without one.
    async fn usable_token(
        &self,
        state: TokenState,
        terms: &SendTerms,
        journal: &mut Journal,
    ) -> Result<Option<(Box<TokenDemand>, UsableToken)>, Stopped> {
        let (demand, mut decision) = match state {
            TokenState::NotNeeded => return Ok(None),
            TokenState::Failed(failure) => return Err(failure.into()),
            TokenState::Decided { demand, decision } => (demand, decision),
        };
        if matches!(decision, Decision::HeldBack(_)) && terms.person.is_some() {
            decision = self.keeper.for_sending(&demand, terms, journal.observer()).await?;
        }
        match decision {
            Decision::Send(token) => Ok(Some((demand, token))),
            Decision::SendWithout { notice } => {
                journal.warn(Warning::new(notice));
                Ok(None)
            }
            Decision::HeldBack(held) => Err(held.into()),
        }
    }
}

/// Puts an OAuth token into the request (RFC 6750 §2).
pub(super) fn place_token(token: &UsableToken, request: &mut OutgoingRequest) -> Result<(), Failure> {
    let method = http::Method::from_bytes(request.method.as_bytes()).unwrap_or_default();
    match token.placement(&method, &request.url)? {
        Placement::Headers(headers) => {
            for (name, value) in headers {
                let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                set_header(request, &header_name(name.as_str()), value);
            }
        }
        Placement::Query { name, value } => {
            request.url.query_pairs_mut().append_pair(&name, value.expose());
        }
        Placement::Body { name, value } => append_to_form(request, &name, &value)?,
    }
    request.client_certificate = token.client_certificate().cloned();
    Ok(())
}

fn append_to_form(request: &mut OutgoingRequest, name: &str, value: &Secret) -> Result<(), Failure> {
    let content_type = request
        .headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("content-type"))
        .map(|(_, value)| value);
    let form = content_type.is_some_and(|value| value.trim().to_ascii_lowercase().starts_with(FORM));
    let mut text = match &request.body {
        OutgoingBody::Empty if form || content_type.is_none() => Vec::new(),
        OutgoingBody::Bytes(bytes) if form => bytes.to_vec(),
        _ => {
            return Err(Failure::new(
                Code::Configuration,
                "The token cannot be placed in the body",
                "Only a form body (application/x-www-form-urlencoded) can carry it (RFC 6750 §2.2)",
                "Send the token in a header, or make the body a form.",
            ));
        }
    };
    if !text.is_empty() {
        text.push(b'&');
    }
    let field = form_urlencoded::Serializer::new(String::new()).append_pair(name, value.expose()).finish();
    text.extend_from_slice(field.as_bytes());
    request.body = OutgoingBody::Bytes(Bytes::from(text));
    if !form {
        request.headers.push(("Content-Type".to_owned(), FORM.to_owned()));
    }
    request.credentials.body = true;
    Ok(())
}

/// Whether the kind signs the body, which then has to be in memory.
fn covers_body(auth: &Auth, request: &OutgoingRequest) -> bool {
    match auth.kind {
        AuthKind::AwsV4 | AuthKind::EdgeGrid => true,
        AuthKind::Hawk => hawk::covers_body(auth),
        AuthKind::OAuth1 => oauth1::covers_body(auth, request),
        _ => false,
    }
}

fn attach_bearer(auth: &Auth, request: &mut OutgoingRequest, journal: &mut Journal) {
    match auth.text("token").trim() {
        "" => journal.warn(Warning::new("The bearer token is empty: the request is sent without one")),
        token => {
            journal.keep_secret(token);
            set_header(request, "Authorization", format!("Bearer {token}"));
        }
    }
}

fn attach_basic(auth: &Auth, request: &mut OutgoingRequest, journal: &mut Journal) {
    let (username, password) = (auth.text("username"), auth.text("password"));
    if username.is_empty() && password.is_empty() {
        journal.warn(Warning::new("User name and password are empty: the request is sent without them"));
        return;
    }
    let credentials = STANDARD.encode(format!("{username}:{password}"));
    journal.keep_secret(password);
    journal.keep_secret(&credentials);
    set_header(request, "Authorization", format!("Basic {credentials}"));
}

fn attach_api_key(auth: &Auth, request: &mut OutgoingRequest, journal: &mut Journal) {
    let (key, value) = (auth.text("key").trim(), auth.text("value"));
    if key.is_empty() {
        journal.warn(Warning::new("The API key has no name: the request is sent without it"));
        return;
    }
    journal.keep_secret(value);
    if auth.text("in") == "query" {
        set_query(request, key, value);
    } else {
        set_header(request, key, value.trim().to_owned());
    }
}

/// Sets a query parameter, in the place of any of the same name.
fn set_query(request: &mut OutgoingRequest, name: &str, value: &str) {
    if request.url.query_pairs().any(|(other, _)| other == name) {
        let pairs = request.url.query_pairs().filter(|(other, _)| other != name);
        let others: Vec<(String, String)> =
            pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
        request.url.query_pairs_mut().clear().extend_pairs(others);
    }
    request.url.query_pairs_mut().append_pair(name, value);
}

/// Sets a header that carries a credential, in the place of any of the same name.
fn set_header(request: &mut OutgoingRequest, name: &str, value: String) {
    request.headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
    request.headers.push((name.to_owned(), value));
    if !request.credentials.headers.iter().any(|other| other.eq_ignore_ascii_case(name)) {
        request.credentials.headers.push(name.to_owned());
    }
}

/// Header names arrive in lower case; people expect the usual spelling.
fn header_name(name: &str) -> String {
    match name {
        "dpop" => "DPoP".to_owned(),
        name => {
            let words = name.split('-').map(|word| {
                let mut letters = word.chars();
                letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str())
            });
            words.map(Option::unwrap_or_default).collect::<Vec<_>>().join("-")
        }
    }
}
