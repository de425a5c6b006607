//! The browsers that come by: a session cookie each, and who is signed in there.

use http::header;

use crate::{
    answer::Answer,
    bounded::Fingerprint,
    incoming::Incoming,
    state::{Browser, GRANT_LIFETIME, Session},
    users::User,
    visit::Visit,
};

/// A browser, by its session cookie.
pub(crate) struct BrowserId {
    cookie: String,
    is_new: bool,
}

impl BrowserId {
    pub fn key(&self) -> Fingerprint {
        Fingerprint::of(&self.cookie)
    }

    /// `answer`, with the cookie if the browser has not got it yet.
    pub fn remembered_by(&self, visit: &Visit, answer: Answer) -> Answer {
        if !self.is_new {
            return answer;
        }
        let cookie = format!("{}={}; Path=/; HttpOnly; SameSite=Lax", cookie_name(visit), self.cookie);
        answer.with(header::SET_COOKIE, &cookie)
    }
}

/// The browser that a request comes from, if we have met it.
pub(crate) fn known(visit: &Visit, incoming: &Incoming) -> Option<BrowserId> {
    let browser = BrowserId { cookie: incoming.cookie(&cookie_name(visit))?.to_owned(), is_new: false };
    visit.state.browsers.find(&browser.key())?;
    Some(browser)
}

/// The browser that a request comes from, met now if not before.
pub(crate) fn met(visit: &mut Visit, incoming: &Incoming) -> BrowserId {
    known(visit, incoming).unwrap_or_else(|| enrol(visit, None))
}

/// Signs `user` in. The browser gets a new cookie, so that one planted before the sign-in is worth nothing after it;
/// what waits in its other tabs comes along.
pub(crate) fn sign_in(visit: &mut Visit, old: &Fingerprint, user: &'static User) -> BrowserId {
    visit.state.browsers.remove(old);
    let browser = enrol(visit, Some(Session { user, auth_time: visit.now }));
    for waiting in visit.state.interactions.values_mut().filter(|waiting| waiting.browser == *old) {
        waiting.browser = browser.key();
    }
    browser
}

/// Who is signed in at this browser.
pub(crate) fn session(visit: &Visit, browser: &Fingerprint) -> Option<Session> {
    visit.state.browsers.find(browser).and_then(|browser| browser.session)
}

pub(crate) fn sign_out(visit: &mut Visit, browser: &Fingerprint) {
    if let Some(browser) = visit.state.browsers.find_mut(browser) {
        browser.session = None;
    }
}

fn enrol(visit: &mut Visit, session: Option<Session>) -> BrowserId {
    let browser = BrowserId { cookie: visit.random_text(), is_new: true };
    let record = Browser { session, forget_at: visit.now + GRANT_LIFETIME };
    visit.state.browsers.insert(browser.key(), record);
    browser
}

/// Cookies do not tell ports apart, so the name does.
fn cookie_name(visit: &Visit) -> String {
    format!("gatepass_playground_{}", visit.settings.base.port_or_known_default().unwrap_or_default())
}
