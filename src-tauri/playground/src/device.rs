//! Device authorization (RFC 8628): the endpoint for the device, and the page where a person types its code.

use http::StatusCode;
use serde_json::json;

use crate::{
    answer::Answer,
    authorization::{
        self, INTERACTION_LIFETIME, Interaction, Purpose, Steps, refuse_foreign_resources, scope_of,
    },
    bounded::{Expires, Fingerprint},
    browser,
    clients::{self, Client, DEVICE_CODE},
    error::OAuthError,
    incoming::Incoming,
    pages,
    scope::Scope,
    state::Session,
    visit::Visit,
};

/// How long a device code can be used, in seconds.
const DEVICE_LIFETIME: i64 = 5 * 60;
/// No vowels, so that no words come out; no digits that look like letters (RFC 8628 §6.1).
const USER_CODE_LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";

/// A device that waits for a person elsewhere.
pub(crate) struct DeviceRequest {
    pub client: &'static Client,
    pub scope: Scope,
    /// Without its dash.
    pub user_code: String,
    pub decision: Decision,
    /// Seconds between two polls; grows with every one that comes too early.
    pub interval: i64,
    pub next_poll_at: i64,
    pub expires_at: i64,
}

pub(crate) enum Decision {
    Pending,
    Allowed(Session),
    Denied,
}

impl Expires for DeviceRequest {
    /// Later than it expires, so that the device hears that its code has expired, not that it never was.
    fn forget_at(&self) -> i64 {
        self.expires_at + DEVICE_LIFETIME
    }
}

/// A device asks for a pair of codes.
pub(crate) fn authorization(visit: &mut Visit, incoming: &Incoming) -> Result<Answer, OAuthError> {
    let form = incoming.form(&["resource"])?;
    let client = clients::authenticate(incoming, &form)?;
    if !client.may_use(DEVICE_CODE) {
        return Err(OAuthError::new(
            "unauthorized_client",
            format!("{} may not use the device grant.", client.id),
        ));
    }
    refuse_foreign_resources(visit, &form)?;
    let scope = scope_of(&form)?;
    let device_code = visit.random_text();
    let user_code = new_user_code(visit);
    let interval = i64::try_from(visit.settings.device_interval_seconds).unwrap_or(i64::from(u32::MAX));
    let request = DeviceRequest {
        client,
        scope,
        user_code: user_code.clone(),
        decision: Decision::Pending,
        interval,
        next_poll_at: visit.now,
        expires_at: visit.now + DEVICE_LIFETIME,
    };
    visit.state.devices.insert(Fingerprint::of(&device_code), request);
    let shown = with_dash(&user_code);
    let page = visit.url("/device");
    let body = json!({
        "device_code": device_code,
        "user_code": shown,
        "verification_uri": page,
        "verification_uri_complete": format!("{page}?user_code={shown}"),
        "expires_in": DEVICE_LIFETIME,
        "interval": interval,
    });
    Ok(Answer::json(StatusCode::OK, &body))
}

/// GET: the page that asks for the user code, filled in when the address has it. It still has to be confirmed, so that
/// the person compares it with what the device shows (RFC 8628 §3.3.1).
pub(crate) fn verification(_: &mut Visit, incoming: &Incoming) -> Result<Answer, OAuthError> {
    let code = incoming.query.one("user_code").unwrap_or_default();
    Ok(Answer::page(StatusCode::OK, &pages::user_code(code, None)))
}

/// POST: the code that a person typed.
pub(crate) fn user_code(visit: &mut Visit, incoming: &Incoming) -> Result<Answer, OAuthError> {
    if !incoming.is_our_own(visit.issuer) {
        return Ok(pages::foreign_form());
    }
    let form = incoming.form(&[])?;
    let typed = form.one("user_code").unwrap_or_default();
    let letters: String =
        typed.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
    let waiting = visit.state.devices.iter().find(|(_, device)| {
        device.user_code == letters
            && device.expires_at > visit.now
            && matches!(device.decision, Decision::Pending)
    });
    let Some((key, device)) = waiting else {
        let error = "No device waits with this code. Compare it with what the device shows; codes live for five minutes.";
        return Ok(Answer::page(StatusCode::BAD_REQUEST, &pages::user_code(typed, Some(error))));
    };
    let purpose = Purpose::Device { device: *key, user_code: with_dash(&letters) };
    let (client, scope) = (device.client, device.scope.clone());
    let browser = browser::met(visit, incoming);
    let interaction = Interaction {
        browser: browser.key(),
        purpose,
        client,
        scope,
        // Asked anew each time: whoever sent the code may not be the person who types it (RFC 8628 §5.4).
        steps: Steps::with_consent(),
        forget_at: visit.now + INTERACTION_LIFETIME,
    };
    let answer = authorization::proceed(visit, interaction, None);
    Ok(browser.remembered_by(visit, answer))
}

/// The person allowed it: the device's next poll gets its tokens.
pub(crate) fn allow(visit: &mut Visit, device: &Fingerprint, session: Session) -> Answer {
    decide(
        visit,
        device,
        Decision::Allowed(session),
        "The device is signed in",
        "It goes on by itself within seconds.",
    )
}

pub(crate) fn deny(visit: &mut Visit, device: &Fingerprint) -> Answer {
    decide(
        visit,
        device,
        Decision::Denied,
        "The device is not signed in",
        "It was told that you did not allow it.",
    )
}

fn decide(visit: &mut Visit, device: &Fingerprint, decision: Decision, title: &str, text: &str) -> Answer {
    let now = visit.now;
    let waiting = visit.state.devices.find_mut(device).filter(|device| device.expires_at > now);
    let Some(waiting) = waiting.filter(|device| matches!(device.decision, Decision::Pending)) else {
        let page = pages::message("Too late", &["The device waits no longer. Start again there."]);
        return Answer::page(StatusCode::BAD_REQUEST, &page);
    };
    waiting.decision = decision;
    Answer::page(StatusCode::OK, &pages::message(title, &[text, "You can close this page."]))
}

fn with_dash(code: &str) -> String {
    let (front, back) = code.split_at(code.len() / 2);
    format!("{front}-{back}")
}

/// Eight letters that no waiting device has.
fn new_user_code(visit: &Visit) -> String {
    loop {
        let code: String = (0..8).map(|_| random_letter(visit)).collect();
        if !visit.state.devices.iter().any(|(_, device)| device.user_code == code) {
            return code;
        }
    }
}

fn random_letter(visit: &Visit) -> char {
    loop {
        let mut byte = [0];
        visit.surroundings.fill_random(&mut byte);
        // 240 is the largest multiple of 20 in a byte: beyond it, some letters would come up more often.
        if byte[0] < 240 {
            return char::from(USER_CODE_LETTERS[usize::from(byte[0]) % USER_CODE_LETTERS.len()]);
        }
    }
}
