//! Deciding whether a request is the answer that a login waits for. Whatever is not changes nothing.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use gatepass_oauth::authorization_response::routing_state;
use gatepass_oauth::secret::Secret;
use http::header::{self, HeaderMap};
use http::request::Parts;
use http::{Method, StatusCode};
use tokio::sync::oneshot;
use url::form_urlencoded;

use super::page::Outcome;
use super::target::Target;

/// Codes and tokens in a query may be long; nothing honest is longer than this, in bytes.
pub(super) const MAX_HEAD: usize = 64 * 1024;

/// One login that waits on a port.
pub(super) struct Waiting {
    path: String,
    host: String,
    own_query: Option<String>,
    fragment: bool,
    form_post: bool,
    state: Secret,
    /// Taken by the one answer.
    deliver: Mutex<Option<oneshot::Sender<Answer>>>,
}

/// The answer of a provider, as it came.
pub(super) struct Answer {
    pub(super) parameters: Vec<(String, Secret)>,
    /// Where the page hears how it ended.
    pub(super) reply: oneshot::Sender<Outcome>,
}

/// What becomes of a request.
pub(super) enum Verdict {
    /// Not for us. The status and a sentence for whoever looks.
    Refused(StatusCode, &'static str),
    /// The answer may be in the fragment: the page has to hand it over.
    AskForFragment,
    /// The answer of this login. `by_script`: handed over by the page of ours.
    Accepted { waiting: Arc<Waiting>, parameters: Vec<(String, Secret)>, by_script: bool },
}

impl Waiting {
    pub(super) fn new(target: &Target, state: Secret, deliver: oneshot::Sender<Answer>) -> Self {
        Self {
            path: target.path.clone(),
            host: target.host.clone(),
            own_query: target.own_query.clone(),
            fragment: target.fragment,
            form_post: target.form_post,
            state,
            deliver: Mutex::new(Some(deliver)),
        }
    }

    /// Hands the answer over, the first time. Gives what the page is to wait for.
    pub(super) fn deliver(
        &self,
        mut parameters: Vec<(String, Secret)>,
    ) -> Option<oneshot::Receiver<Outcome>> {
        let deliver = self.deliver.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        if let Some(own) = &self.own_query {
            let own: Vec<_> = form_urlencoded::parse(own.as_bytes()).collect();
            parameters.retain(|(name, value)| {
                !own.iter().any(|(own_name, own_value)| name == own_name && value.expose() == own_value)
            });
        }
        let (reply, outcome) = oneshot::channel();
        deliver.send(Answer { parameters, reply }).ok()?;
        Some(outcome)
    }
}

/// Looks at everything that can be seen before the body is read: `None` means that the body is wanted.
pub(super) fn judge_head(head: &Parts, port: u16, waiting: &[Arc<Waiting>]) -> Option<Verdict> {
    if size(head) > MAX_HEAD {
        return Some(Verdict::Refused(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "This is too long."));
    }
    if !names_this_machine(&head.headers, port, waiting) {
        return Some(Verdict::Refused(StatusCode::MISDIRECTED_REQUEST, "This host is not served here."));
    }
    let here: Vec<&Arc<Waiting>> = waiting.iter().filter(|login| login.path == head.uri.path()).collect();
    if here.is_empty() {
        return Some(Verdict::Refused(StatusCode::NOT_FOUND, "There is nothing at this address."));
    }
    match head.method {
        Method::GET => Some(judge_get(head, waiting, &here)),
        Method::POST if here.iter().any(|login| login.form_post || login.fragment) => {
            let is_form = single(&head.headers, header::CONTENT_TYPE).is_some_and(|value| {
                value
                    .split(';')
                    .next()
                    .unwrap_or_default()
                    .trim()
                    .eq_ignore_ascii_case("application/x-www-form-urlencoded")
            });
            (!is_form).then_some(Verdict::Refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, "This is not a form."))
        }
        _ => Some(Verdict::Refused(StatusCode::METHOD_NOT_ALLOWED, "This method is not served here.")),
    }
}

fn judge_get(head: &Parts, waiting: &[Arc<Waiting>], here: &[&Arc<Waiting>]) -> Verdict {
    if !is_navigation(&head.headers) {
        return Verdict::Refused(StatusCode::FORBIDDEN, "Only a browser that is sent back is answered here.");
    }
    let query = head.uri.query().unwrap_or_default();
    let Some(parameters) = parameters(query.as_bytes()) else { return twice() };
    if routing_state(&parameters).is_none() && here.iter().any(|login| login.fragment) {
        return Verdict::AskForFragment;
    }
    find(waiting, &head.uri, parameters, false, |_| true)
}

/// Whether a browser was sent here, rather than the script or image of some page asking. `Sec-Fetch-Mode` says so where
/// the browser knows that header, and pages cannot set it; elsewhere only what is no navigation has an `Origin`. (Some
/// browsers keep an `Origin` from the provider's form when its POST is redirected here.)
fn is_navigation(headers: &HeaderMap) -> bool {
    let mut modes = headers.get_all("sec-fetch-mode").iter().peekable();
    if modes.peek().is_some() {
        return modes.all(|mode| mode == "navigate");
    }
    !headers.contains_key(header::ORIGIN)
}

/// Looks at a POST with its body.
pub(super) fn judge_post(head: &Parts, body: &[u8], secure: bool, waiting: &[Arc<Waiting>]) -> Verdict {
    let Some(parameters) = parameters(body) else { return twice() };
    // Our own page sends with our own origin; a provider's form with its, or with `null`.
    let ours = is_own_origin(&head.headers, secure);
    find(waiting, &head.uri, parameters, ours, |login| if ours { login.fragment } else { login.form_post })
}

fn find(
    waiting: &[Arc<Waiting>],
    uri: &http::Uri,
    parameters: Vec<(String, Secret)>,
    by_script: bool,
    fits: impl Fn(&Waiting) -> bool,
) -> Verdict {
    let Some(state) = routing_state(&parameters).map(Secret::new) else {
        return Verdict::Refused(StatusCode::BAD_REQUEST, "This answer carries no state.");
    };
    // Every login is compared, in constant time each (`Secret`'s equality), so that nothing can be measured.
    let mut found = None;
    for login in waiting {
        let same = login.state == state;
        if same && login.path == uri.path() && fits(login) {
            found = Some(Arc::clone(login));
        }
    }
    match found {
        Some(waiting) => Verdict::Accepted { waiting, parameters, by_script },
        None => Verdict::Refused(StatusCode::BAD_REQUEST, "No sign-in waits for this answer."),
    }
}

/// The parameters of a query or form; `None` if one occurs twice (RFC 6749 §3.1 forbids it).
fn parameters(form: &[u8]) -> Option<Vec<(String, Secret)>> {
    let mut seen = HashSet::new();
    let mut parameters = Vec::new();
    for (name, value) in form_urlencoded::parse(form) {
        if !seen.insert(name.clone().into_owned()) {
            return None;
        }
        parameters.push((name.into_owned(), Secret::new(value)));
    }
    Some(parameters)
}

fn twice() -> Verdict {
    Verdict::Refused(StatusCode::BAD_REQUEST, "A parameter of this answer occurs twice.")
}

/// The HTTP library bounds only how much it buffers at a time.
fn size(head: &Parts) -> usize {
    let target = head.uri.path_and_query().map_or(0, |target| target.as_str().len());
    target + head.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum::<usize>()
}

/// Whether `Host` is a name of this machine with our port: a page of another name that was made to resolve to
/// loopback (DNS rebinding) gets nothing.
fn names_this_machine(headers: &HeaderMap, port: u16, waiting: &[Arc<Waiting>]) -> bool {
    let Some(host) = single(headers, header::HOST) else { return false };
    super::port::is_host_of(host, port, |name| waiting.iter().any(|login| login.host == name))
}

fn is_own_origin(headers: &HeaderMap, secure: bool) -> bool {
    let (Some(origin), Some(host)) = (single(headers, header::ORIGIN), single(headers, header::HOST)) else {
        return false;
    };
    let scheme = if secure { "https" } else { "http" };
    origin
        .split_once("://")
        .is_some_and(|(own, authority)| own == scheme && authority.eq_ignore_ascii_case(host))
}

/// The value of a header that occurs exactly once.
fn single(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    let only = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(only)
}
