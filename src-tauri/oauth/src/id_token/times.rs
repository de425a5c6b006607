//! Expiry, validity, issue and authentication time (OpenID Connect Core §3.1.3.7, 9–10 and 13), with a leeway, and
//! with the provider's clock as a witness where this machine's is wrong.

use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{Expectations, fail, pass, shown, skip};
use crate::token_set::Check;

/// Seconds by which clocks may differ.
const LEEWAY: f64 = 60.0;

pub(super) fn check_expiry(claims: &Map<String, Value>, expectations: &Expectations<'_>) -> Check {
    const NAME: &str = "exp";
    match moment(claims, NAME) {
        Ok(Some(expiry)) => compare(
            NAME,
            expectations,
            |now| now < expiry + LEEWAY,
            |now| format!("Expires {}, {}.", written(expiry), relative(expiry - now)),
        ),
        Ok(None) => fail(NAME, "The claim is missing.".to_owned()),
        Err(detail) => fail(NAME, detail),
    }
}

pub(super) fn check_not_before(claims: &Map<String, Value>, expectations: &Expectations<'_>) -> Check {
    const NAME: &str = "nbf";
    match moment(claims, NAME) {
        Ok(Some(start)) => compare(
            NAME,
            expectations,
            |now| start <= now + LEEWAY,
            |now| format!("Valid from {}, {}.", written(start), relative(start - now)),
        ),
        Ok(None) => skip(NAME, "Not there, and not needed.".to_owned()),
        Err(detail) => fail(NAME, detail),
    }
}

pub(super) fn check_issued_at(claims: &Map<String, Value>, expectations: &Expectations<'_>) -> Check {
    const NAME: &str = "iat";
    match moment(claims, NAME) {
        Ok(Some(issued)) => compare(
            NAME,
            expectations,
            |now| issued <= now + LEEWAY,
            |now| format!("Issued {}, {}.", written(issued), relative(issued - now)),
        ),
        Ok(None) => fail(NAME, "The claim is missing.".to_owned()),
        Err(detail) => fail(NAME, detail),
    }
}

pub(super) fn check_authentication_time(
    claims: &Map<String, Value>,
    expectations: &Expectations<'_>,
) -> Check {
    const NAME: &str = "auth_time";
    let authenticated = match moment(claims, NAME) {
        Ok(authenticated) => authenticated,
        Err(detail) => return fail(NAME, detail),
    };
    match (expectations.max_age, authenticated) {
        (None, None) => skip(NAME, "Not there, and max_age was not asked for.".to_owned()),
        (None, Some(at)) => skip(NAME, format!("Signed in {}; max_age was not asked for.", written(at))),
        (Some(_), _) if expectations.is_refresh() => {
            skip(NAME, "A refresh is no sign-in: max_age held for the authorization request.".to_owned())
        }
        (Some(_), None) => fail(NAME, "The claim is missing, though max_age was asked for.".to_owned()),
        (Some(max_age), Some(at)) => {
            let limit = max_age as f64 + LEEWAY;
            compare(
                NAME,
                expectations,
                |now| now - at <= limit,
                |now| format!("Signed in {}, {}; max_age is {max_age} s.", written(at), relative(at - now)),
            )
        }
    }
}

/// Holds by this machine's clock, or at least by the provider's, which then is said.
fn compare(
    name: &str,
    expectations: &Expectations<'_>,
    holds: impl Fn(f64) -> bool,
    describe: impl Fn(f64) -> String,
) -> Check {
    let now = expectations.now as f64 / 1000.0;
    let here = describe(now);
    if holds(now) {
        return pass(name, here);
    }
    match expectations.server_time.map(|there| there as f64 / 1000.0) {
        Some(there) if holds(there) => {
            pass(name, format!("{here} By the provider’s clock it holds: {}", skew(now - there)))
        }
        Some(there) if (now - there).abs() > LEEWAY => fail(name, format!("{here} {}", skew(now - there))),
        _ => fail(name, format!("{here} By this computer’s clock it is {}.", written(now))),
    }
}

fn skew(ahead: f64) -> String {
    let direction = if ahead > 0.0 { "ahead of" } else { "behind" };
    format!("this computer’s clock is {} {direction} the provider’s.", duration(ahead.abs()))
}

/// A NumericDate (RFC 7519 §2), in seconds; an error if it is there and none.
fn moment(claims: &Map<String, Value>, name: &str) -> Result<Option<f64>, String> {
    match claims.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_f64() {
            Some(seconds) if seconds.is_finite() => Ok(Some(seconds)),
            _ => Err(format!("It is {}, which is no number of seconds.", shown(value))),
        },
    }
}

/// UTC; the bare number if it is out of all range.
fn written(seconds: f64) -> String {
    OffsetDateTime::from_unix_timestamp(seconds as i64)
        .ok()
        .and_then(|moment| moment.format(&Rfc3339).ok())
        .unwrap_or_else(|| format!("{seconds}"))
}

fn relative(seconds: f64) -> String {
    if seconds < 0.0 {
        format!("{} ago", duration(-seconds))
    } else {
        format!("{} from now", duration(seconds))
    }
}

fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 120.0 => format!("{s:.0} s"),
        s if s < 7200.0 => format!("{:.0} min", s / 60.0),
        s if s < 172_800.0 => format!("{:.0} h", s / 3600.0),
        s => format!("{:.0} days", s / 86_400.0),
    }
}
