//! A token set as one JSON document: what `gatepass token … --json` prints and scripts read.

use gatepass_oauth::jwt::Jwt;
use gatepass_oauth::token_set::{Standing, StoredTokens};
use gatepass_oauth::transcript::FlowStep;
use gatepass_oauth::{Failure, Secret, Status};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// What of a token set is asked for.
#[derive(Clone, Copy, Default)]
pub struct Revealed {
    /// Access and ID token. They are what `token get` is for; a list leaves them out.
    pub tokens: bool,
    /// The refresh token too.
    pub refresh_token: bool,
}

/// The document for one token set; `None` where there is none stored.
pub fn token_report(
    stored: Option<&StoredTokens>,
    status: Status,
    flow: &[FlowStep],
    revealed: Revealed,
) -> Value {
    let mut report = token_summary(stored, status, revealed);
    let checks = stored.map(|stored| json!(stored.tokens.id_token_checks)).unwrap_or_else(|| json!([]));
    report["id_token_checks"] = checks;
    report["flow"] = json!(flow);
    report
}

/// The same without flow and checks: a row of `token list`.
pub fn token_summary(stored: Option<&StoredTokens>, status: Status, revealed: Revealed) -> Value {
    let Some(stored) = stored else {
        return json!({
            "status": status, "reason": null, "name": null, "token_type": null, "access_token": null,
            "id_token": null, "has_refresh_token": false, "scope": null, "obtained_at": null,
            "expires_at": null, "response": {}, "id_token_claims": {}, "notices": [],
        });
    };
    let tokens = &stored.tokens;
    let shown = |token: &Option<Secret>, wanted: bool| {
        token.as_ref().filter(|_| wanted).map_or(Value::Null, |token| json!(token.expose()))
    };
    let mut report = json!({
        "status": status,
        "reason": reason(stored),
        "name": stored.origin.token_name,
        "token_type": tokens.token_type,
        "access_token": shown(&tokens.access_token, revealed.tokens),
        "id_token": shown(&tokens.id_token, revealed.tokens),
        "has_refresh_token": tokens.refresh_token.is_some(),
        "scope": tokens.scope,
        "obtained_at": rfc3339(tokens.obtained_at),
        "expires_at": tokens.expires_at.map(rfc3339),
        "response": tokens.response,
        "id_token_claims": tokens.id_token_claims(),
        "notices": tokens.notices,
    });
    if revealed.refresh_token {
        report["refresh_token"] = shown(&tokens.refresh_token, true);
    }
    report
}

/// The error document: printed instead of the report, with exit code 2 or 3.
pub fn failure_report(failure: &Failure) -> Value {
    json!({ "error": {
        "code": failure.code.as_str(),
        "oauth_error": failure.oauth_error,
        "message": failure.message,
        "cause": failure.cause,
        "next_step": failure.next_step,
        "flow": failure.flow,
        "id_token_checks": failure.id_token_checks,
    }})
}

/// Why a token set is not well, in words; `None` while it is.
pub fn reason(stored: &StoredTokens) -> Option<String> {
    match &stored.standing {
        Standing::Good => None,
        Standing::Failed { reason, .. } | Standing::SignInNeeded { reason } => Some(reason.clone()),
    }
}

/// The claims of a JWT as they stand there, without any verification; empty if it is none.
pub fn claims_of(token: &Secret) -> Map<String, Value> {
    Jwt::decode(token).map(|jwt| jwt.claims().clone()).unwrap_or_default()
}

/// A moment (milliseconds since 1970) as RFC 3339 in UTC, to the second.
pub fn rfc3339(millis: i64) -> String {
    OffsetDateTime::from_unix_timestamp(millis.div_euclid(1000))
        .ok()
        .and_then(|moment| moment.format(&Rfc3339).ok())
        .unwrap_or_else(|| format!("{millis} ms"))
}

/// The same to the millisecond.
pub fn rfc3339_to_the_millisecond(millis: i64) -> String {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000)
        .ok()
        .and_then(|moment| moment.format(&Rfc3339).ok())
        .unwrap_or_else(|| format!("{millis} ms"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_told_in_utc_to_the_second() {
        assert_eq!(rfc3339(1_767_225_600_999), "2026-01-01T00:00:00Z");
        assert_eq!(rfc3339(-1), "1969-12-31T23:59:59Z");
    }

    #[test]
    fn a_moment_beyond_the_calendar_is_told_as_a_number() {
        assert_eq!(rfc3339(i64::MAX), format!("{} ms", i64::MAX));
    }

    #[test]
    fn no_token_is_a_report_with_status_none() {
        let report = token_report(None, Status::None, &[], Revealed::default());
        assert_eq!(report["status"], "none");
        assert_eq!(report["flow"], json!([]));
    }
}
