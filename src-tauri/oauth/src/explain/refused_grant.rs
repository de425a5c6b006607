//! `invalid_grant` (RFC 6749 §5.2): what was to be exchanged for a token is not accepted.

use super::{Explanation, Report};
use crate::config::{Grant, Pkce};
use crate::failure::Code;
use crate::transcript::Step;

pub(super) fn invalid_grant(report: &Report<'_>) -> Explanation {
    if report.situation.step == Step::Refresh || report.config().grant == Grant::RefreshToken {
        return refresh_token(report);
    }
    match report.config().grant {
        Grant::AuthorizationCode => code(report),
        Grant::Password => Explanation::new(
            "Username or password is wrong",
            "The provider did not accept them; the account may also be locked, or need a second factor, which this \
             grant can’t ask for.",
            "Check username and password, or use the authorization code grant.",
        )
        .fix("Use the authorization code grant", "grant", "authorization_code"),
        Grant::JwtBearer | Grant::Saml2Bearer => assertion(report),
        Grant::TokenExchange => Explanation::new(
            "The token to exchange was not accepted",
            "The subject or actor token has expired, was revoked, or is of another type than said.",
            "Renew the token that is exchanged, and compare its type with the setting.",
        ),
        _ => Explanation::new(
            "The grant was not accepted",
            "It has expired, was revoked, or was already used.",
            "Start again from the beginning.",
        ),
    }
}

/// Expired, revoked, used: as exactly as the provider says.
fn refresh_token(report: &Report<'_>) -> Explanation {
    let (message, cause) = if report.mentions(&["reuse", "already used", "already been used", "replay"]) {
        (
            "The refresh token was already used",
            "This provider gives out a new refresh token at each renewal, and this one had been exchanged before: by \
             another program that shares it, or by a request whose answer was lost.",
        )
    } else if report.mentions(&["revoked", "invalidated", "logged out", "session not active", "not active"]) {
        (
            "The refresh token was revoked",
            "Somebody signed out, changed the password, or withdrew the consent.",
        )
    } else if report.mentions(&["expired", "inactivity", "max_age", "too old"]) {
        (
            "The refresh token has expired",
            "It was not used for too long, or the session reached its longest duration.",
        )
    } else if report.mentions(&["client", "issued to"]) {
        (
            "The refresh token belongs to another client",
            "Providers bind a refresh token to the client that it was issued to.",
        )
    } else {
        ("The refresh token is no longer good", "It has expired, was revoked, or was already used.")
    };
    Explanation::new(message, cause, "Sign in again. The old token set is kept for inspection.")
        .coded(Code::SignInNeeded)
}

fn code(report: &Report<'_>) -> Explanation {
    if report.mentions(&["code_verifier", "code verifier", "pkce", "code challenge", "code_challenge"]) {
        return Explanation::new(
            "The code verifier doesn’t fit the challenge",
            match report.config().pkce {
                Pkce::Off => "The provider expects PKCE, which is off.",
                Pkce::S256 | Pkce::Plain => {
                    "The provider computes another challenge than was sent, or does not know this method."
                }
            },
            "Use PKCE with S256, and no verifier of your own.",
        )
        .fix("Use PKCE with S256", "pkce", "S256");
    }
    Explanation::new(
        "The code was not accepted",
        format!(
            "It has expired, was already exchanged, or belongs to another client or redirect URI than {}.",
            report.situation.redirect()
        ),
        "Sign in again. If it happens each time, check that no other program redeems the same code.",
    )
}

fn assertion(report: &Report<'_>) -> Explanation {
    let message = "The assertion was not accepted";
    if let Some(note) = report.situation.clock_note() {
        return Explanation::new(
            message,
            format!("{note} The assertion seems expired or not yet valid to the provider."),
            "Set this computer’s clock, then try again.",
        );
    }
    if report.mentions(&["audience", "\"aud\"", "'aud'"]) {
        return Explanation::new(
            message,
            "Its audience is not the one that this provider expects.",
            "Set the claim aud to what the provider documents: its issuer or its token endpoint.",
        );
    }
    Explanation::new(
        message,
        "It has expired, was used before, or its issuer, subject, audience or signature is not what the provider \
         expects.",
        "Compare iss, sub, aud and the key with what is registered at the provider.",
    )
}
