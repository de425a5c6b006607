//! The device code grant at the token endpoint (RFC 8628 §3.4, §3.5).

use serde_json::Value;

use super::issue::{Issue, begin_grant, issue};
use crate::{
    bounded::Fingerprint, clients::Client, device::Decision, error::OAuthError, incoming::Parameters,
    visit::Visit,
};

/// How much longer a device must wait after each `slow_down`, in seconds.
const SLOW_DOWN: i64 = 5;

pub(super) fn grant(
    visit: &mut Visit,
    client: &'static Client,
    form: &Parameters,
) -> Result<Value, OAuthError> {
    let now = visit.now;
    let key = Fingerprint::of(form.required("device_code")?);
    let device =
        visit.state.devices.find_mut(&key).filter(|device| device.client.id == client.id).ok_or_else(
            || {
                OAuthError::invalid_grant(
                    "The device code is unknown, or was used, or belongs to another client.",
                )
            },
        )?;
    if device.expires_at <= now {
        return Err(OAuthError::new("expired_token", "Nobody typed the code in time. Start again."));
    }
    let is_early = now < device.next_poll_at;
    if is_early {
        device.interval += SLOW_DOWN;
    }
    // The clock has whole seconds: what looks one second early may be in time.
    device.next_poll_at = now + (device.interval - 1).max(0);
    if is_early {
        let description =
            format!("Too fast: from now on, wait {} seconds between two requests.", device.interval);
        return Err(OAuthError::new("slow_down", description));
    }
    let (session, scope) = match device.decision {
        Decision::Pending => {
            return Err(OAuthError::new(
                "authorization_pending",
                "Nobody has typed the code and allowed it yet.",
            ));
        }
        Decision::Denied => return Err(OAuthError::new("access_denied", "The person did not allow this.")),
        Decision::Allowed(session) => (session, device.scope.clone()),
    };
    visit.state.devices.remove(&key);
    let family = begin_grant(visit, client, Some(session), &scope);
    issue(visit, Issue::new(family, scope))
}
