//! Microsoft Entra's own error numbers, which say more than the OAuth error beside them.

use super::request::origin_of;
use super::{Explanation, Report};
use crate::failure::Code;

pub(super) fn explain(report: &Report<'_>) -> Option<Explanation> {
    let explanation = match number_in(report.description)? {
        9_002_327 => single_page_app(report),
        9_002_326 => Explanation::new(
            "Not registered as a single-page app",
            "An Origin header was sent, which only clients registered as single-page apps may do.",
            "Leave the Origin header out, or register the redirect URI under “Single-page application”.",
        )
        .fix("Leave the Origin header out", "origin", serde_json::Value::Null),
        65_001 => Explanation::new(
            "Nobody has consented to this client yet",
            "Neither the person nor an admin has allowed the scopes that it asks for.",
            "Sign in with the consent page, or have an admin approve the scopes.",
        )
        .coded(Code::SignInNeeded)
        .fix("Ask for consent", "prompt", "consent"),
        90_094 | 90_093 => Explanation::new(
            "An admin has to approve this client",
            "The scopes that it asks for need an admin’s consent.",
            "Ask an admin to approve the scopes, or ask for fewer.",
        )
        .coded(Code::AccessDenied),
        50_011 => Explanation::new(
            "This redirect URI isn’t registered",
            format!("{} was sent; Entra compares it to the letter.", report.situation.redirect()),
            "Register it under the platform of this client: web, single-page app, or mobile and desktop.",
        ),
        7_000_215 => Explanation::new(
            "The client secret is wrong",
            "Entra shows an ID and a value for each secret; only the value, shown once when it is made, is the secret.",
            "Make a new secret and copy its value, not its ID.",
        ),
        7_000_222 => Explanation::new(
            "The client secret has expired",
            "Secrets in Entra live two years at most.",
            "Make a new secret and enter its value.",
        ),
        7_000_218 => Explanation::new(
            "The client has to authenticate",
            "It was sent as a public client, and its registration is that of a confidential one.",
            "Enter the client secret, or allow public client flows in the registration.",
        ),
        700_025 => Explanation::new(
            "A public client must send no secret",
            "The client is registered as public, and a secret or assertion was sent.",
            "Choose client authentication none.",
        )
        .fix("Send no secret", "client_authentication", "none"),
        700_016 | 7_000_229 | 90_002 => Explanation::new(
            "Client or tenant is unknown",
            format!("The client {} is not known in the tenant that was asked.", report.config().client_id),
            "Compare client ID and tenant in the issuer with the registration.",
        ),
        50_194 => Explanation::new(
            "This client belongs to one tenant",
            "It was sent to the endpoint for all tenants (common), and is registered for one.",
            "Use the tenant’s own issuer instead of common.",
        ),
        70_011 => Explanation::new(
            "The provider does not grant these scopes",
            format!("“{}” is not valid.", report.config().scope.as_deref().unwrap_or_default()),
            "Ask for scopes of one resource at a time; with client credentials, for its /.default.",
        ),
        54_005 => Explanation::new(
            "The code was already exchanged",
            "Entra takes a code once.",
            "Sign in again, and check that no other program redeems the same code.",
        ),
        50_076 | 50_079 | 50_074 | 53_003 | 53_000 => Explanation::new(
            "A stronger sign-in is needed",
            "A policy of the tenant asks for a second factor or a managed device.",
            "Sign in in the browser.",
        )
        .coded(Code::SignInNeeded),
        700_082 | 700_084 | 70_043 => Explanation::new(
            "The refresh token has expired",
            "It was not used for too long, or reached its longest life (24 h for single-page apps).",
            "Sign in again. The old token set is kept for inspection.",
        )
        .coded(Code::SignInNeeded),
        50_173 | 50_078 => Explanation::new(
            "The refresh token was revoked",
            "The password was changed, the sessions were ended, or the sign-in got too old for a policy.",
            "Sign in again. The old token set is kept for inspection.",
        )
        .coded(Code::SignInNeeded),
        _ => return None,
    };
    Some(explanation)
}

fn single_page_app(report: &Report<'_>) -> Explanation {
    let message = "Registered as a single-page app";
    let redirect = report.situation.redirect();
    match (&report.config().origin, origin_of(redirect)) {
        (Some(origin), _) => Explanation::new(
            message,
            format!(
                "Such clients may redeem a code only with PKCE, no secret and the Origin of a registered redirect URI; \
                 {origin} was sent."
            ),
            "Send the origin of a redirect URI that is registered for the single-page app.",
        ),
        (None, origin) => Explanation::new(
            message,
            "Such clients may redeem a code only with PKCE, no secret and an Origin header.",
            "Send the Origin header, with token and refresh requests.",
        )
        .fix(
            "Send an Origin header",
            "origin",
            origin.unwrap_or_else(|| "http://localhost".to_owned()),
        ),
    }
}

/// The number of the first `AADSTS…` in a text.
fn number_in(text: &str) -> Option<u32> {
    let (_, after) = text.split_once("AADSTS")?;
    let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}
