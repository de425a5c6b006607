//! Signing out (OpenID Connect RP-Initiated Logout 1.0).

use http::StatusCode;
use url::Url;

use crate::{
    answer::Answer,
    authorization::{hinted_user, loopback_redirect},
    browser,
    error::OAuthError,
    incoming::{Incoming, Parameters},
    pages,
    visit::Visit,
};

pub(crate) fn by_query(visit: &mut Visit, incoming: &Incoming) -> Result<Answer, OAuthError> {
    incoming.query.refuse_repeated(&[])?;
    Ok(sign_out(visit, incoming, &incoming.query))
}

pub(crate) fn by_form(visit: &mut Visit, incoming: &Incoming) -> Result<Answer, OAuthError> {
    let form = incoming.form(&[])?;
    Ok(sign_out(visit, incoming, &form))
}

/// POST from the page that asks.
pub(crate) fn confirm(visit: &mut Visit, incoming: &Incoming) -> Result<Answer, OAuthError> {
    if !incoming.is_our_own(visit.issuer) {
        return Ok(pages::foreign_form());
    }
    if let Some(browser) = browser::known(visit, incoming) {
        browser::sign_out(visit, &browser.key());
    }
    Ok(signed_out(None))
}

/// Signs out at once when the ID token shows that the client knows who is signed in; else asks (§2, §6). What the
/// tokens are worth does not change.
fn sign_out(visit: &mut Visit, incoming: &Incoming, parameters: &Parameters) -> Answer {
    let hinted = match parameters.one("id_token_hint") {
        Some(hint) => match hinted_user(visit, hint) {
            Some(user) => Some(user),
            None => {
                let what = "The id_token_hint is no ID token of this playground (restarted since?).";
                return Answer::page(StatusCode::BAD_REQUEST, &pages::message("Signing out failed", &[what]));
            }
        },
        None => None,
    };
    let redirect = match parameters.one("post_logout_redirect_uri").map(loopback_redirect) {
        Some(None) => {
            let what = "The post_logout_redirect_uri is not on this machine, and only such are registered.";
            return Answer::page(StatusCode::BAD_REQUEST, &pages::message("Signing out failed", &[what]));
        }
        Some(redirect) => redirect,
        None => None,
    };
    let redirect = redirect.map(|redirect| with_state(redirect, parameters.one("state")));
    let browser = browser::known(visit, incoming).map(|browser| browser.key());
    let session = browser.and_then(|browser| browser::session(visit, &browser));
    match (browser, session, hinted) {
        (Some(browser), Some(session), Some(hinted)) if session.user.subject == hinted.subject => {
            browser::sign_out(visit, &browser);
            signed_out(redirect)
        }
        (_, Some(session), _) => Answer::page(StatusCode::OK, &pages::confirm_sign_out(session.user)),
        // Whoever shows an ID token is known; to anybody else the redirect would be an open one.
        (_, None, Some(_)) => signed_out(redirect),
        (_, None, None) => signed_out(None),
    }
}

fn with_state(mut redirect: Url, state: Option<&str>) -> Url {
    if let Some(state) = state {
        redirect.query_pairs_mut().append_pair("state", state);
    }
    redirect
}

fn signed_out(redirect: Option<Url>) -> Answer {
    match redirect {
        Some(redirect) => Answer::redirect(redirect.as_str()),
        None => Answer::page(
            StatusCode::OK,
            &pages::message(
                "You are signed out",
                &["The next sign-in asks for a password again. You can close this page."],
            ),
        ),
    }
}
