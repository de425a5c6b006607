//! Step 4: every variable replaced, URL, headers and body complete. Only the credential is missing.

mod body;
mod url;

use gatepass_oauth::Failure;

use super::inherit::Inherited;
use super::oauth_names::{OauthNames, asks_for_tokens};
use super::scripts::Scripted;
use super::token::{TokenState, resolve_value};
use super::verdict::{Journal, Stopped, Warning};
use super::{Draft, Pipeline};
use crate::exchange::{CredentialPlaces, OutgoingBody, OutgoingRequest};
use crate::ports::{SendFailure, SendFailureKind};
use crate::template::{Dynamic, Findings, FirstOf, Resolver};
use crate::workspace::secrets::is_secret_header;
use crate::workspace::{Auth, AuthKind, RequestDefinition};

use super::inherit::AuthOrigin;

/// A request without variables and without its credential.
pub(super) struct Resolved {
    /// What it was made from.
    pub(super) draft: Draft,
    pub(super) started_at: i64,
    pub(super) request: OutgoingRequest,
    /// For OAuth 2.0.
    pub(super) token: TokenState,
    /// For the other kinds, with its parameters resolved.
    pub(super) auth: Auth,
    pub(super) auth_origin: AuthOrigin,
}

impl Pipeline {
    pub(super) async fn resolve(
        &self,
        scripted: Scripted,
        journal: &mut Journal,
    ) -> Result<Resolved, Stopped> {
        let Scripted { inherited, token } = scripted;
        let Some(request) = inherited.request() else { return Err(no_request().into()) };
        let builtin = self.builtin();
        let mut texts = Texts::of(&inherited, request, &builtin);
        if asks_for_tokens(&texts.findings.problems) {
            let names = self.names(&inherited, &token).await.map_err(Stopped::from)?;
            texts = Texts::of(&inherited, request, &FirstOf(&[&names, &builtin]));
        }
        let Texts { outgoing, auth, findings, warnings } = texts;
        let unresolved = findings.problems.iter().any(|problem| problem.place.starts_with("URL"));
        journal.found(findings);
        warnings.into_iter().for_each(|warning| journal.warn(warning));
        let Outgoing { method, url, headers, body } = outgoing;
        let url = url::parse(&url, unresolved)?;
        let settings = inherited.settings.for_url(&url);
        Ok(Resolved {
            request: OutgoingRequest {
                method,
                url,
                headers,
                body,
                settings,
                credentials: CredentialPlaces::default(),
                client_certificate: None,
                own_connection: None,
            },
            token,
            auth,
            draft: inherited.draft,
            started_at: inherited.started_at.unwrap_or_default(),
            auth_origin: inherited.auth_origin,
        })
    }

    async fn names(&self, inherited: &Inherited, token: &TokenState) -> Result<OauthNames, Failure> {
        let demand = match token {
            TokenState::Decided { demand, .. } => Some(demand.as_ref()),
            TokenState::NotNeeded | TokenState::Failed(_) => None,
        };
        OauthNames::with_own(&self.keeper, demand, &inherited.environment).await
    }
}

/// Everything of a request that is text, resolved.
struct Texts {
    outgoing: Outgoing,
    /// Of OAuth 2.0 the kind alone: its parameters had their turn before.
    auth: Auth,
    findings: Findings,
    warnings: Vec<Warning>,
}

struct Outgoing {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: OutgoingBody,
}

impl Texts {
    fn of(inherited: &Inherited, request: &RequestDefinition, dynamic: &dyn Dynamic) -> Self {
        let mut resolver = Resolver::new(&inherited.scopes, dynamic);
        let mut warnings = Vec::new();
        let method = resolver.resolve(&request.method, "method").trim().to_uppercase();
        let url = url::text(request, &mut resolver);
        let mut headers = headers(request, &mut resolver);
        let mut body = OutgoingBody::Empty;
        if inherited.send_body {
            let mut written = body::write(&request.body, &mut resolver, &mut warnings);
            if let Some(folder) = &inherited.settings.working_dir {
                body::start_paths_from(folder, &mut written.body);
            }
            let given = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
            if let Some(content_type) = written.content_type.filter(|_| !given) {
                headers.push(("Content-Type".to_owned(), content_type));
            }
            body = written.body;
        }
        let mut auth = Auth::new(inherited.auth.kind);
        if auth.kind != AuthKind::OAuth2 {
            let params = inherited.auth.params.iter().map(|(name, value)| {
                (name.clone(), resolve_value(value, &format!("auth {name}"), &mut resolver))
            });
            auth.params = params.collect();
        }
        let method = if method.is_empty() { "GET".to_owned() } else { method };
        let outgoing = Outgoing { method, url, headers, body };
        Self { outgoing, auth, findings: resolver.finish(), warnings }
    }
}

fn headers(request: &RequestDefinition, resolver: &mut Resolver<'_>) -> Vec<(String, String)> {
    let rows = request.headers.iter().filter(|row| row.enabled && !row.name.trim().is_empty());
    let resolved = rows.map(|row| {
        let name = resolver.resolve(row.name.trim(), "header names").into_owned();
        let place = if row.value.contains("{{") { format!("header {name}") } else { String::new() };
        let value = resolver.resolve(&row.value, &place).into_owned();
        // A line end that came along with a pasted token is no part of the value.
        let value = if is_secret_header(&name) { value.trim().to_owned() } else { value };
        (name, value)
    });
    resolved.collect()
}

fn no_request() -> SendFailure {
    invalid("This is no request", "Folders and collections have nothing to send", "Choose a request.")
}

/// A request that cannot be sent as it stands.
fn invalid(
    message: impl Into<String>,
    cause: impl Into<String>,
    next_step: impl Into<String>,
) -> SendFailure {
    SendFailure {
        kind: SendFailureKind::Invalid,
        message: message.into(),
        cause: cause.into(),
        next_step: next_step.into(),
    }
}
