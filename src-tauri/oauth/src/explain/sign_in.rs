//! The person, or the provider for them, said no, or has to be asked.

use super::{Explanation, Report, span};
use crate::error_code::ErrorCode;
use crate::failure::Code;

pub(super) fn explain_extension(report: &Report<'_>, name: &str) -> Option<Explanation> {
    let explanation = match name {
        "consent_required" => Explanation::new(
            "The provider needs a consent",
            "Nobody has allowed this client these scopes yet.",
            "Sign in with the consent page, or have an admin approve the scopes.",
        )
        .coded(Code::SignInNeeded)
        .fix("Ask for consent", "prompt", "consent"),
        "login_required" | "interaction_required" | "account_selection_required" => Explanation::new(
            "The provider wants to see the person",
            "It was asked to answer without showing a page (prompt=none), and can’t: there is no session, or it has \
             to ask something.",
            "Sign in in the browser.",
        )
        .coded(Code::SignInNeeded),
        "insufficient_user_authentication" | "unmet_authentication_requirements" => Explanation::new(
            "A stronger sign-in is needed",
            "The session is too old for this, or the person did not sign in strongly enough.",
            "Sign in again with the acr_values or max_age that is asked for.",
        )
        .coded(Code::SignInNeeded),
        "unknown_user_id" | "invalid_user_code" | "missing_user_code" | "invalid_binding_message" => {
            Explanation::new(
                "The sign-in could not be started",
                "The provider does not know the person, or does not accept the user code or the message.",
                "Check login hint, user code and binding message.",
            )
        }
        "temporarily_unavailable" | "server_error" => unavailable(report),
        _ => return None,
    };
    Some(explanation)
}

pub(super) fn access_denied(report: &Report<'_>) -> Explanation {
    let scopes: Vec<&str> = report.config().scopes().collect();
    let what = match scopes.as_slice() {
        [] => "the access".to_owned(),
        scopes => scopes.join(" "),
    };
    Explanation::new(
        "Access was declined",
        format!("Someone pressed Deny, or an admin has to approve {what} first. Nothing was stored."),
        "Try again, or ask for fewer scopes.",
    )
    .coded(Code::AccessDenied)
}

pub(super) fn expired_token() -> Explanation {
    Explanation::new(
        "The code was not entered in time",
        "The provider gives a device code a limited life, and it has ended.",
        "Start again and enter the new code.",
    )
    .coded(Code::Timeout)
}

/// Heard while polling it only means to go on; elsewhere nothing goes on by itself.
pub(super) fn authorization_pending() -> Explanation {
    Explanation::new(
        "The provider still waits for the person",
        "Nobody has entered the code and agreed yet.",
        "Finish the sign-in in the browser, then try again.",
    )
    .coded(Code::SignInNeeded)
}

pub(super) fn unavailable(report: &Report<'_>) -> Explanation {
    let wait = match report.error.retry_after {
        Some(seconds) => format!("Try again in {}.", span(seconds)),
        None => "Try again in a while.".to_owned(),
    };
    if report.is_rate_limited() || report.code == ErrorCode::SlowDown {
        return Explanation::new(
            "The provider limits how often it is asked",
            "Too many requests came from this client or address in a short time.",
            wait,
        );
    }
    Explanation::new("The provider is not available", "It reports an error of its own.", wait)
}
