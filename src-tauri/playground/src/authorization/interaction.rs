//! What happens between an authorization request and its response: signing in, allowing, or neither.

use http::StatusCode;

use super::{request::AuthorizationRequest, response};
use crate::{
    answer::Answer,
    bounded::{Expires, Fingerprint},
    browser,
    clients::Client,
    device,
    error::OAuthError,
    incoming::{Incoming, Parameters},
    pages,
    scope::Scope,
    state::Session,
    users::{self, User},
    visit::Visit,
};

/// How long a person may take, in seconds.
pub(crate) const INTERACTION_LIFETIME: i64 = 10 * 60;

/// A request that waits for a person, in one browser.
pub(crate) struct Interaction {
    /// The browser that began it; no other may go on with it.
    pub browser: Fingerprint,
    pub purpose: Purpose,
    pub client: &'static Client,
    pub scope: Scope,
    pub steps: Steps,
    pub forget_at: i64,
}

impl Expires for Interaction {
    fn forget_at(&self) -> i64 {
        self.forget_at
    }
}

/// What the person's decision is for.
pub(crate) enum Purpose {
    Authorization(Box<AuthorizationRequest>),
    Device { device: Fingerprint, user_code: String },
}

/// What the request wants of the person, and what has been done of it.
#[derive(Default)]
pub(crate) struct Steps {
    /// `prompt=none`: no page may be shown.
    pub silent: bool,
    /// A session from before does not do.
    pub ask_to_sign_in: bool,
    /// A consent from before does not do.
    pub ask_for_consent: bool,
    /// The oldest sign-in that will do, in seconds.
    pub max_age: Option<i64>,
    pub login_hint: Option<String>,
    /// From `id_token_hint`: nobody else will do.
    pub required_user: Option<&'static User>,
    has_signed_in: bool,
}

impl Steps {
    /// Just asking for consent, even if it was given before.
    pub fn with_consent() -> Self {
        Self { ask_for_consent: true, ..Self::default() }
    }
}

enum Next {
    SignIn,
    Consent(Session),
    Grant(Session),
    Refuse(OAuthError),
}

/// Goes one step further: a page, or the end of it. `id` is the interaction's own when it has one already.
pub(crate) fn proceed(visit: &mut Visit, interaction: Interaction, id: Option<String>) -> Answer {
    match next(visit, &interaction) {
        Next::Grant(session) => allowed(visit, interaction, session),
        Next::Refuse(error) => refused(visit, interaction, error),
        Next::SignIn if interaction.steps.silent => {
            let why = "Nobody is signed in whom this request would do for, and prompt=none forbids asking.";
            refused(visit, interaction, OAuthError::new("login_required", why))
        }
        Next::Consent(_) if interaction.steps.silent => {
            let why = "The person has not allowed this yet, and prompt=none forbids asking.";
            refused(visit, interaction, OAuthError::new("consent_required", why))
        }
        Next::SignIn | Next::Consent(_) => {
            let id = id.unwrap_or_else(|| visit.random_text());
            visit.state.interactions.insert(Fingerprint::of(&id), interaction);
            // Relative, so that it stays with the host name, and the cookie, that the browser came with.
            Answer::redirect(&format!("/interaction/{id}"))
        }
    }
}

/// GET: the page for the step that comes next.
pub(crate) fn interaction(visit: &mut Visit, incoming: &Incoming) -> Result<Answer, OAuthError> {
    let (id, interaction) = match take(visit, incoming) {
        Ok(taken) => taken,
        Err(answer) => return Ok(answer),
    };
    Ok(match next(visit, &interaction) {
        Next::SignIn => keep_with_page(visit, id, interaction, StatusCode::OK, |id, interaction| {
            pages::sign_in(id, interaction, interaction.steps.login_hint.as_deref().unwrap_or_default(), None)
        }),
        Next::Consent(session) => {
            keep_with_page(visit, id, interaction, StatusCode::OK, |id, interaction| {
                pages::consent(id, interaction, session.user)
            })
        }
        Next::Grant(_) | Next::Refuse(_) => proceed(visit, interaction, Some(id)),
    })
}

/// POST from the sign-in page.
pub(crate) fn sign_in(visit: &mut Visit, incoming: &Incoming) -> Result<Answer, OAuthError> {
    let form = incoming.form(&[])?;
    let (id, mut interaction) = match take_for_post(visit, incoming) {
        Ok(taken) => taken,
        Err(answer) => return Ok(answer),
    };
    if form.one("decision") == Some("deny") {
        return Ok(denied(visit, interaction));
    }
    let username = form.one("username").unwrap_or_default();
    let Some(user) = users::sign_in(username, form.one("password").unwrap_or_default()) else {
        return Ok(keep_with_page(visit, id, interaction, StatusCode::BAD_REQUEST, |id, interaction| {
            let error =
                "This user name and password do not go together. Each user has their own name as password.";
            pages::sign_in(id, interaction, username, Some(error))
        }));
    };
    interaction.steps.has_signed_in = true;
    let browser = browser::sign_in(visit, &interaction.browser, user);
    interaction.browser = browser.key();
    let answer = proceed(visit, interaction, Some(id));
    Ok(browser.remembered_by(visit, answer))
}

/// POST from the consent page.
pub(crate) fn consent(visit: &mut Visit, incoming: &Incoming) -> Result<Answer, OAuthError> {
    let form = incoming.form(&[])?;
    let (id, mut interaction) = match take_for_post(visit, incoming) {
        Ok(taken) => taken,
        Err(answer) => return Ok(answer),
    };
    let Next::Consent(session) = next(visit, &interaction) else {
        return Ok(proceed(visit, interaction, Some(id)));
    };
    Ok(match decision(&form, session) {
        Decision::Allow => {
            let key = (session.user.username, interaction.client.id);
            let consents = visit.state.consents.entry(key).or_default();
            *consents = consents.union(&interaction.scope);
            interaction.steps.ask_for_consent = false;
            proceed(visit, interaction, Some(id))
        }
        Decision::Deny => denied(visit, interaction),
        Decision::OtherAccount => {
            interaction.steps.ask_to_sign_in = true;
            interaction.steps.has_signed_in = false;
            interaction.steps.login_hint = None;
            proceed(visit, interaction, Some(id))
        }
        Decision::None => proceed(visit, interaction, Some(id)),
    })
}

enum Decision {
    Allow,
    Deny,
    OtherAccount,
    None,
}

/// What was decided. It holds only for the person whom the page named: somebody else may have signed in meanwhile, in
/// another tab.
fn decision(form: &Parameters, session: Session) -> Decision {
    match form.one("decision") {
        Some("deny") => Decision::Deny,
        Some("switch") => Decision::OtherAccount,
        Some("allow") if form.one("subject") == Some(session.user.subject) => Decision::Allow,
        _ => Decision::None,
    }
}

fn next(visit: &Visit, interaction: &Interaction) -> Next {
    let steps = &interaction.steps;
    let session = browser::session(visit, &interaction.browser);
    let Some(session) = session.filter(|session| steps.has_signed_in || does(visit, steps, *session)) else {
        return Next::SignIn;
    };
    if steps.required_user.is_some_and(|user| user.subject != session.user.subject) {
        return Next::Refuse(OAuthError::new(
            "login_required",
            "Somebody else signed in than the id_token_hint names.",
        ));
    }
    let allowed = visit.state.consents.get(&(session.user.username, interaction.client.id));
    let is_allowed = allowed.is_some_and(|allowed| interaction.scope.is_subset_of(allowed));
    if steps.ask_for_consent || !is_allowed {
        return Next::Consent(session);
    }
    Next::Grant(session)
}

/// Whether a session from before is enough for the request.
fn does(visit: &Visit, steps: &Steps, session: Session) -> bool {
    let is_recent = steps.max_age.is_none_or(|age| age > 0 && visit.now - session.auth_time <= age);
    let hinted = steps.login_hint.as_deref().and_then(users::by_username);
    let wanted = steps.required_user.or(hinted);
    !steps.ask_to_sign_in && is_recent && wanted.is_none_or(|user| user.subject == session.user.subject)
}

fn allowed(visit: &mut Visit, interaction: Interaction, session: Session) -> Answer {
    match interaction.purpose {
        Purpose::Authorization(request) => response::grant(visit, &request, session),
        Purpose::Device { device, .. } => device::allow(visit, &device, session),
    }
}

fn refused(visit: &mut Visit, interaction: Interaction, error: OAuthError) -> Answer {
    match interaction.purpose {
        Purpose::Authorization(request) => response::refuse(visit, &request.reply, error),
        Purpose::Device { device, .. } => device::deny(visit, &device),
    }
}

fn denied(visit: &mut Visit, interaction: Interaction) -> Answer {
    refused(visit, interaction, OAuthError::new("access_denied", "The person did not allow this."))
}

/// Takes the interaction of this address out of the state, if it is this browser's. The error is the page that says so.
fn take(visit: &mut Visit, incoming: &Incoming) -> Result<(String, Interaction), Answer> {
    let id = incoming.segments().get(1).copied().unwrap_or_default().to_owned();
    let key = Fingerprint::of(&id);
    let browser = browser::known(visit, incoming).map(|browser| browser.key());
    let waiting = visit.state.interactions.find(&key);
    if waiting.is_none_or(|interaction| Some(interaction.browser) != browser) {
        let what = "It was finished, it took longer than ten minutes, or it began in another browser (or cookies are off).";
        let page = pages::message(
            "This sign-in is not waiting any more",
            &[what, "Go back to the app and start again."],
        );
        return Err(Answer::page(StatusCode::BAD_REQUEST, &page));
    }
    let interaction = visit.state.interactions.remove(&key);
    interaction.map(|interaction| (id, interaction)).ok_or_else(|| Answer::empty(StatusCode::BAD_REQUEST))
}

fn take_for_post(visit: &mut Visit, incoming: &Incoming) -> Result<(String, Interaction), Answer> {
    if !incoming.is_our_own(visit.issuer) {
        return Err(pages::foreign_form());
    }
    take(visit, incoming)
}

fn keep_with_page(
    visit: &mut Visit,
    id: String,
    interaction: Interaction,
    status: StatusCode,
    page: impl FnOnce(&str, &Interaction) -> pages::Page,
) -> Answer {
    let answer = Answer::page(status, &page(&id, &interaction));
    visit.state.interactions.insert(Fingerprint::of(&id), interaction);
    answer
}
