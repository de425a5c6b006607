//! The part of a login that happens in the browser: listen, open, wait for the one right answer. Cancel, paste and
//! a time limit are always there; whatever else arrives changes nothing.

use std::time::Duration;

use futures_util::future::{self, Either};
use url::Url;

use crate::authorization_request::{
    AuthorizationRequest, answers_in_fragment, check_openable, is_loopback, with_parameters,
};
use crate::authorization_response::{
    AuthorizationResponse, ExpectedAnswer, Rejection, pasted_parameters, routing_state, signed,
};
use crate::authorization_server::{Endpoint, IssuerRule};
use crate::config::{CertificateConfig, RequestObject};
use crate::dpop::DpopKey;
use crate::endpoints::Dialogue;
use crate::explain::{self, Situation};
use crate::failure::{Code, Failure};
use crate::flow::Flow;
use crate::ports::{AwaitedRedirect, Person, RedirectTarget, UnixMillis, WaitingFor};
use crate::random;
use crate::request_object;
use crate::secret::Secret;
use crate::transcript::{Step, StepResult};

/// A person who came back from the browser with a valid answer.
pub(super) struct SignedIn {
    pub(super) request: AuthorizationRequest,
    pub(super) response: AuthorizationResponse,
    redirect: Option<Box<dyn AwaitedRedirect>>,
}

impl SignedIn {
    /// Tells the page in the browser how it ended.
    pub(super) async fn conclude(&mut self, outcome: Result<(), Failure>) {
        if let Some(redirect) = &mut self.redirect {
            redirect.conclude(outcome).await;
        }
    }
}

/// Sends the person to the provider and waits for the answer.
pub(super) async fn sign_in(dialogue: &Dialogue<'_>, person: &dyn Person) -> Result<SignedIn, Failure> {
    let surroundings = dialogue.flow.surroundings();
    let endpoint = dialogue.server.require(Endpoint::Authorization)?;
    let state = random::state(&*surroundings.randomness);
    let mut redirect = listen(dialogue, &state).await?;
    let redirect_uri = match &redirect {
        Some(redirect) => redirect.redirect_uri().to_owned(),
        None => dialogue.config.redirect_uri.clone(),
    };
    let thumbprint = dialogue.dpop_key.map(DpopKey::thumbprint);
    let request = AuthorizationRequest::new(
        dialogue.config,
        &redirect_uri,
        state,
        thumbprint,
        &*surroundings.randomness,
    )?;
    let url = authorization_url(dialogue, &request, &endpoint).await?;
    let until = open_browser(dialogue, person, &url, &request.redirect_uri, redirect.is_some()).await?;
    let outcome = wait(dialogue, person, &request, redirect.as_deref_mut(), until).await;
    match outcome {
        Ok(response) => Ok(SignedIn { request, response, redirect }),
        Err(failure) => {
            if let Some(redirect) = &mut redirect {
                redirect.conclude(Err(failure.clone())).await;
            }
            Err(failure)
        }
    }
}

/// Starts to listen, if the redirect URI is one that this machine can serve.
async fn listen(
    dialogue: &Dialogue<'_>,
    state: &Secret,
) -> Result<Option<Box<dyn AwaitedRedirect>>, Failure> {
    let config = dialogue.config;
    if !can_be_served(&config.redirect_uri) {
        return Ok(None);
    }
    let certificate = config.redirect_certificate.as_ref();
    let target = RedirectTarget {
        redirect_uri: config.redirect_uri.clone(),
        certificate: certificate.and_then(|CertificateConfig { pem, .. }| pem.clone()),
        fragment: answers_in_fragment(config),
        form_post: config.response_mode.as_deref().is_some_and(|mode| mode.starts_with("form_post")),
    };
    dialogue.flow.surroundings().redirect.listen(&target, state).await.map(Some)
}

/// Whether a redirect URI leads to this machine. `{port}` stands for any free port.
fn can_be_served(redirect_uri: &str) -> bool {
    Url::parse(&redirect_uri.replace("{port}", "1"))
        .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && is_loopback(&url))
}

async fn authorization_url(
    dialogue: &Dialogue<'_>,
    request: &AuthorizationRequest,
    endpoint: &Url,
) -> Result<Url, Failure> {
    let parameters = match dialogue.config.request_object {
        RequestObject::Off => request.parameters.clone(),
        RequestObject::Signed => request_object::signed(dialogue, request)?,
    };
    if dialogue.pushes_authorization_request() {
        dialogue.push(request, parameters, endpoint).await
    } else {
        Ok(with_parameters(endpoint, &parameters))
    }
}

/// Opens the browser and shows the person what is waited for. A browser that does not start is no failure: the
/// link can be copied. Returns when the wait ends.
async fn open_browser(
    dialogue: &Dialogue<'_>,
    person: &dyn Person,
    url: &Url,
    redirect_uri: &str,
    listening: bool,
) -> Result<UnixMillis, Failure> {
    let flow = dialogue.flow;
    check_openable(url)?;
    let began = flow.begin();
    let seconds = dialogue.config.login_timeout_seconds;
    let until =
        flow.clock().now().saturating_add(UnixMillis::try_from(seconds).unwrap_or(i64::MAX / 1000) * 1000);
    let wait = |browser_problem: Option<String>| WaitingFor::SignIn {
        authorization_url: url.to_string(),
        redirect_uri: redirect_uri.to_owned(),
        listening,
        browser_problem,
        until,
    };
    person.waiting(&wait(None));
    let shown = flow.blanks().url(url);
    match flow.surroundings().browser.open(url).await {
        Ok(()) => {
            flow.end(Step::Authorization, began, StepResult::Ok, format!("Opened in the browser: {shown}"))
        }
        Err(failure) => {
            flow.end(
                Step::Authorization,
                began,
                StepResult::Failed,
                format!("{}. The link can be opened by hand: {shown}", failure.message),
            );
            person.waiting(&wait(Some(failure.message)));
        }
    }
    Ok(until)
}

/// Waits for the first of: the right answer at the listener, the right answer pasted, Cancel, the time limit.
async fn wait(
    dialogue: &Dialogue<'_>,
    person: &dyn Person,
    request: &AuthorizationRequest,
    redirect: Option<&mut (dyn AwaitedRedirect + '_)>,
    until: UnixMillis,
) -> Result<AuthorizationResponse, Failure> {
    let flow = dialogue.flow;
    let rule = IssuerRule::of(dialogue.config);
    let expected = ExpectedAnswer {
        state: &request.state,
        issuer: &rule,
        names_issuer: dialogue.server.flag("authorization_response_iss_parameter_supported"),
        response_type: &request.response_type,
        situation: Situation {
            redirect_uri: Some(&request.redirect_uri),
            ..Situation::of(Step::Callback, dialogue.config, Some(dialogue.server))
        },
    };
    let listening = redirect.is_some();
    let left = u64::try_from(until.saturating_sub(flow.clock().now())).unwrap_or(0);
    let time_limit = flow.surroundings().timer.sleep(Duration::from_millis(left));
    let began = flow.begin();
    let heard = Box::pin(heard(dialogue, redirect, &expected));
    let pasted = Box::pin(pasted(dialogue, person, &request.redirect_uri, &expected));
    let answered = future::select(heard, pasted);
    let given_up = future::select(person.cancelled(), time_limit);
    let outcome = match future::select(answered, given_up).await {
        Either::Left((Either::Left((outcome, _)) | Either::Right((outcome, _)), _)) => outcome,
        Either::Right((Either::Left(_), _)) => Err(cancelled()),
        Either::Right((Either::Right(_), _)) => Err(timed_out(dialogue, request, listening)),
    };
    match &outcome {
        Ok(_) => flow.end(Step::Callback, began, StepResult::Ok, "The browser came back with the answer"),
        Err(failure) => {
            flow.end(
                Step::Callback,
                began,
                StepResult::Failed,
                format!("{}: {}", failure.message, failure.cause),
            );
        }
    }
    outcome
}

/// Resolves with the first answer at the listener that is ours; what is not is written down and ignored.
async fn heard(
    dialogue: &Dialogue<'_>,
    redirect: Option<&mut (dyn AwaitedRedirect + '_)>,
    expected: &ExpectedAnswer<'_>,
) -> Result<AuthorizationResponse, Failure> {
    let Some(redirect) = redirect else { return future::pending().await };
    loop {
        let parameters = redirect.receive().await?;
        let verdict = judge(dialogue, parameters, expected).await;
        if let Some(outcome) = settled(dialogue.flow, verdict) {
            return outcome;
        }
    }
}

/// The same for what the person pastes.
async fn pasted(
    dialogue: &Dialogue<'_>,
    person: &dyn Person,
    redirect_uri: &str,
    expected: &ExpectedAnswer<'_>,
) -> Result<AuthorizationResponse, Failure> {
    loop {
        let pasted = person.pasted_callback().await;
        let verdict = match pasted_parameters(&pasted, redirect_uri) {
            Ok(parameters) => judge(dialogue, parameters, expected).await,
            Err(failure) => Err(Rejection::NotOurs(failure)),
        };
        if let Some(outcome) = settled(dialogue.flow, verdict) {
            return outcome;
        }
    }
}

/// Holds parameters against this login; signed ones are verified first, and plain ones do not pass for them: an
/// answer with the right state and without a signature that holds ends the login.
async fn judge(
    dialogue: &Dialogue<'_>,
    parameters: Vec<(String, Secret)>,
    expected: &ExpectedAnswer<'_>,
) -> Result<AuthorizationResponse, Rejection> {
    if !signed::is_asked_for(dialogue.config) {
        return AuthorizationResponse::validate(parameters, expected);
    }
    match signed::open(dialogue, &parameters).await {
        Ok(opened) => AuthorizationResponse::validate(opened, expected),
        // Nobody else knows the state: this is the answer, and nothing else will come.
        Err(failure) if carries(&parameters, expected.state) => Err(Rejection::Final(failure)),
        Err(failure) => Err(Rejection::NotOurs(failure)),
    }
}

fn carries(parameters: &[(String, Secret)], state: &Secret) -> bool {
    routing_state(parameters).is_some_and(|found| Secret::from(found) == *state)
}

fn settled(
    flow: &Flow,
    verdict: Result<AuthorizationResponse, Rejection>,
) -> Option<Result<AuthorizationResponse, Failure>> {
    match verdict {
        Ok(response) => Some(Ok(response)),
        Err(Rejection::Final(failure)) => Some(Err(failure)),
        Err(Rejection::NotOurs(failure)) => {
            let detail = format!("{}: {} The wait goes on.", failure.message, failure.cause);
            flow.end(Step::Callback, flow.begin(), StepResult::Retried, detail);
            None
        }
    }
}

pub(crate) fn cancelled() -> Failure {
    Failure::new(
        Code::Cancelled,
        "The sign-in was cancelled",
        "Cancel was chosen while the sign-in was waited for.",
        "Get a new token whenever you like; what was stored before is unchanged.",
    )
}

fn timed_out(dialogue: &Dialogue<'_>, request: &AuthorizationRequest, listening: bool) -> Failure {
    explain::login_timed_out(dialogue.config.login_timeout_seconds, &request.redirect_uri, listening)
}
