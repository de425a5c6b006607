//! Reading an authorization request: RFC 6749 §4.1.1, RFC 7636 §4.3, OIDC Core §3.1.2.1, RFC 8252 §7.3.

use http::StatusCode;
use url::Url;

use super::{interaction::Steps, response::ResponseMode};
use crate::{
    answer::Answer,
    clients::{self, Client},
    error::OAuthError,
    incoming::{Parameters, is_loopback},
    pages,
    scope::{DEFAULT_SCOPE, Scope, known_scopes},
    users::{self, User},
    visit::Visit,
};

/// A request that may be put before a person.
#[derive(Clone)]
pub(crate) struct AuthorizationRequest {
    pub client: &'static Client,
    pub reply: Reply,
    pub scope: Scope,
    /// The PKCE challenge, always S256.
    pub code_challenge: Option<String>,
    pub nonce: Option<String>,
}

/// Where the response goes, and what is given back with it.
#[derive(Clone)]
pub(crate) struct Reply {
    /// As it was sent: the token request must repeat it to the letter.
    pub redirect_uri: String,
    pub redirect: Url,
    pub mode: ResponseMode,
    pub state: Option<String>,
}

/// Why a request is refused: on a page of ours when the client or its redirect URI cannot be trusted (RFC 6749
/// §4.1.2.1), else in a response to the client.
pub(crate) enum Refused {
    OnPage(Answer),
    ToClient(Box<Reply>, OAuthError),
}

/// Reads the request, and what it wants of the person.
pub(super) fn read(visit: &Visit, parameters: &Parameters) -> Result<(AuthorizationRequest, Steps), Refused> {
    let (client, reply) = whom_to_answer(parameters).map_err(Refused::OnPage)?;
    match details(visit, parameters, client, reply.clone()) {
        Ok(read) => Ok(read),
        Err(error) => Err(Refused::ToClient(Box::new(reply), error)),
    }
}

fn whom_to_answer(parameters: &Parameters) -> Result<(&'static Client, Reply), Answer> {
    let refuse = |what: &str, todo: &str| {
        let page = pages::message("This sign-in cannot start", &[what, todo]);
        Answer::page(StatusCode::BAD_REQUEST, &page.with_code("invalid_request"))
    };
    for name in ["client_id", "redirect_uri", "state", "response_mode"] {
        if parameters.all(name).nth(1).is_some() {
            return Err(refuse(&format!("The request has {name} more than once."), "Send it once."));
        }
    }
    let Some(client) = parameters.one("client_id").and_then(clients::by_id) else {
        return Err(refuse(
            "The request comes from a client that is not registered here (client_id).",
            "The front page of the playground lists the clients there are.",
        ));
    };
    let Some(redirect_uri) = parameters.one("redirect_uri") else {
        return Err(refuse("The request does not say where to return to.", "Send a redirect_uri."));
    };
    let Some(redirect) = loopback_redirect(redirect_uri) else {
        return Err(refuse(
            "The redirect URI of the request is not registered.",
            "The playground returns only to this machine: http (or https) to 127.0.0.1, [::1] or localhost, any port, any path, no fragment.",
        ));
    };
    // An unknown response_mode is reported by the default one.
    let mode = parameters.one("response_mode").and_then(ResponseMode::parse).unwrap_or(ResponseMode::Query);
    let state = parameters.one("state").map(str::to_owned);
    Ok((client, Reply { redirect_uri: redirect_uri.to_owned(), redirect, mode, state }))
}

/// A redirect URI on this machine's loopback, any port (RFC 8252 §7.3, §8.3).
pub(crate) fn loopback_redirect(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let ours = matches!(url.scheme(), "http" | "https")
        && url.host_str().is_some_and(is_loopback)
        && url.username().is_empty()
        && url.password().is_none()
        && url.fragment().is_none();
    ours.then_some(url)
}

fn details(
    visit: &Visit,
    parameters: &Parameters,
    client: &'static Client,
    reply: Reply,
) -> Result<(AuthorizationRequest, Steps), OAuthError> {
    parameters.refuse_repeated(&["resource"])?;
    if parameters.one("response_mode").is_some_and(|mode| ResponseMode::parse(mode).is_none()) {
        return Err(OAuthError::invalid_request(
            "The response modes of the playground are query and form_post.",
        ));
    }
    if parameters.one("request").is_some() {
        return Err(OAuthError::new(
            "request_not_supported",
            "The playground does not take request objects.",
        ));
    }
    if parameters.one("request_uri").is_some() {
        return Err(OAuthError::new(
            "request_uri_not_supported",
            "The playground does not take request URIs.",
        ));
    }
    match parameters.one("response_type") {
        Some("code") => {}
        Some(_) => {
            return Err(OAuthError::new(
                "unsupported_response_type",
                "The playground answers with response_type=code.",
            ));
        }
        None => return Err(OAuthError::invalid_request("The parameter response_type is missing.")),
    }
    if !client.may_use("authorization_code") {
        return Err(OAuthError::new(
            "unauthorized_client",
            format!("{} may not use the authorization code grant.", client.id),
        ));
    }
    refuse_foreign_resources(visit, parameters)?;
    let scope = scope_of(parameters)?;
    let code_challenge = code_challenge(parameters, client)?;
    let steps = steps(visit, parameters)?;
    let nonce = parameters.one("nonce").map(str::to_owned);
    Ok((AuthorizationRequest { client, reply, scope, code_challenge, nonce }, steps))
}

/// RFC 8707 §2: the only resource there is, is the API.
pub(crate) fn refuse_foreign_resources(visit: &Visit, parameters: &Parameters) -> Result<(), OAuthError> {
    let api = visit.api();
    match parameters.all("resource").find(|resource| *resource != api) {
        Some(_) => Err(OAuthError::new("invalid_target", format!("The only resource here is {api}."))),
        None => Ok(()),
    }
}

/// The `scope` parameter, or the default when there is none.
pub(crate) fn scope_of(parameters: &Parameters) -> Result<Scope, OAuthError> {
    let scope = Scope::parse(parameters.one("scope").unwrap_or(DEFAULT_SCOPE)).map_err(|_| {
        OAuthError::new("invalid_scope", format!("The scopes there are: {}.", known_scopes()))
    })?;
    if scope.is_empty() {
        return Err(OAuthError::new("invalid_scope", "The scope is empty. Leave it out, or name one."));
    }
    Ok(scope)
}

fn code_challenge(parameters: &Parameters, client: &Client) -> Result<Option<String>, OAuthError> {
    let Some(challenge) = parameters.one("code_challenge") else {
        if client.is_public() {
            return Err(OAuthError::invalid_request(
                "A public client must use PKCE: send code_challenge and code_challenge_method=S256.",
            ));
        }
        if parameters.one("code_challenge_method").is_some() {
            return Err(OAuthError::invalid_request(
                "There is a code_challenge_method but no code_challenge.",
            ));
        }
        return Ok(None);
    };
    // RFC 7636 §4.3: without a method, it is plain.
    if parameters.one("code_challenge_method") != Some("S256") {
        return Err(OAuthError::invalid_request(
            "The only PKCE method here is S256 (code_challenge_method=S256).",
        ));
    }
    let is_hash = challenge.len() == 43
        && challenge.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if !is_hash {
        return Err(OAuthError::invalid_request(
            "The code_challenge is not a base64url SHA-256 (43 characters).",
        ));
    }
    Ok(Some(challenge.to_owned()))
}

fn steps(visit: &Visit, parameters: &Parameters) -> Result<Steps, OAuthError> {
    let mut steps = Steps::default();
    let prompts: Vec<&str> = parameters.one("prompt").unwrap_or_default().split_ascii_whitespace().collect();
    for prompt in &prompts {
        match *prompt {
            "none" => steps.silent = true,
            "login" | "select_account" => steps.ask_to_sign_in = true,
            "consent" => steps.ask_for_consent = true,
            _ => {
                return Err(OAuthError::invalid_request(
                    "The prompts there are: none, login, consent, select_account.",
                ));
            }
        }
    }
    if steps.silent && prompts.len() > 1 {
        return Err(OAuthError::invalid_request("prompt=none stands alone."));
    }
    if let Some(seconds) = parameters.one("max_age") {
        let seconds = seconds.parse::<u32>();
        let seconds = seconds.map_err(|_| OAuthError::invalid_request("max_age is a number of seconds."))?;
        steps.max_age = Some(i64::from(seconds));
    }
    steps.login_hint = parameters.one("login_hint").map(str::to_owned);
    steps.required_user = match parameters.one("id_token_hint") {
        Some(hint) => Some(hinted_user(visit, hint).ok_or_else(|| {
            OAuthError::invalid_request(
                "The id_token_hint is no ID token of this playground (restarted since?).",
            )
        })?),
        None => None,
    };
    Ok(steps)
}

/// Whom an `id_token_hint` speaks of; an expired one will do (OIDC Core §3.1.2.1).
pub(crate) fn hinted_user(visit: &Visit, hint: &str) -> Option<&'static User> {
    let token = visit.keys.verify(hint).filter(|token| token.kind == crate::token::ID_TOKEN)?;
    users::by_subject(token.text("sub")?)
}
